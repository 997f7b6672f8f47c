"""A visitor of the page, who sees what it shows and notices what it should not do."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    WebSocket,
    expect,
)

PATIENCE_MS = 30_000.0
"""Long, because nothing here is about speed: a wait ends when what it waits for is there."""

NONE: Mapping[str, Path] = MappingProxyType({})

expect.set_options(timeout=PATIENCE_MS)


async def until(true: Callable[[], Awaitable[bool] | bool]) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not (await told if isinstance(told := true(), Awaitable) else told):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


class Visit:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._count)
        page.on("websocket", self._count)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _count(self, asked: Request | WebSocket) -> None:
        self.hosts.add(urlsplit(asked.url).netloc)

    @property
    def status(self) -> Locator:
        return self.page.get_by_role("status")

    @property
    def caller(self) -> Locator:
        """What the caller is shown to have said, the latest."""
        return self.page.locator("#transcript .caller").last

    @property
    def echo(self) -> Locator:
        return self.page.locator("#transcript .echo").last

    @property
    def tools(self) -> Locator:
        return self.page.locator("#transcript .tool .words")

    async def watch_partial_words(self) -> None:
        """From here on, note the caller's words that are shown before they are final."""
        await self.page.evaluate(
            """() => {
              globalThis.partials = [];
              const note = () => {
                for (const words of document.querySelectorAll(".partial .words"))
                  if (words.textContent) partials.push(words.textContent);
              };
              const all = { subtree: true, childList: true, attributes: true };
              new MutationObserver(note).observe(document.getElementById("transcript"), all);
            }"""
        )

    async def partial_words(self) -> list[str]:
        return await self.page.evaluate("partials")

    async def start(self) -> None:
        """Call Echo, and wait for the first words of the greeting."""
        await self.page.get_by_role("button", name="Start talking").click()
        await expect(self.echo).to_contain_text("this is Echo")

    async def greeted(self) -> None:
        """Wait until the greeting has been said."""
        await expect(self.echo).to_contain_text("How can I help?")
        await expect(self.echo.locator(".coming").last).to_be_empty()

    async def type(self, words: str) -> None:
        await self.page.get_by_role("textbox").fill(words)
        await self.page.get_by_role("textbox").press("Enter")

    async def hang_up(self) -> None:
        await self.page.get_by_role("button", name="Hang up").click()
        await expect(self.status).to_contain_text("You hung up")


async def _give(path: Path, route: Route) -> None:
    await route.fulfill(path=path, content_type="text/javascript")


@asynccontextmanager
async def visit(
    browser: Browser,
    url: str,
    *,
    microphone: bool = True,
    phone: bool = False,
    errors: bool = False,
    stand_ins: Mapping[str, Path] = NONE,
) -> AsyncGenerator[Visit]:
    """Open the page; afterwards see that nothing went wrong, and nothing went anywhere else.

    errors: the browser itself will complain, of a refused request or a lost connection.
    stand_ins: scripts to give it for those whose address matches.
    """
    context = await browser.new_context(
        viewport={"width": 360, "height": 740} if phone else {"width": 1280, "height": 800},
        permissions=["microphone"] if microphone else [],
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        for address, path in stand_ins.items():
            await context.route(address, partial(_give, path))
        visitor = Visit(await context.new_page())
        await visitor.page.goto(url)
        yield visitor
        assert errors or visitor.errors == []
        assert not [said for said in visitor.errors if "Content Security Policy" in said]
        assert visitor.hosts == {urlsplit(url).netloc}
    finally:
        await context.close()
