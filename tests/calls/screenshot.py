"""`python -m tests.calls.screenshot`: writes docs/page.png, the page after a call with tools."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import expect

from tests.calls.chromium import chromium
from tests.calls.running import ROOT, running_server
from tests.calls.sound import plug_in, say
from tests.calls.visit import visit
from tests.wire.pulse import pulse

PICTURE = ROOT / "docs" / "page.png"
QUESTIONS = {
    "What's the weather in Lisbon tomorrow?": "Lisbon",
    "Where is my order 1042?": "November",
}
"""What is asked, and a word of the answer."""


async def main() -> None:
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        async with pulse(Path(folder)) as card:
            await plug_in(card, "Headset")
            async with chromium(card.env) as browser, visit(browser, server.url) as here:
                await here.start()
                await here.greeted()
                for number, (question, answer) in enumerate(QUESTIONS.items(), start=1):
                    await say(card, question)
                    await expect(here.echo).to_contain_text(answer)
                    turn = here.page.locator(".turn", has_text=f"{number}. Answer with a tool")
                    await expect(turn).to_be_visible()
                await here.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(main())
