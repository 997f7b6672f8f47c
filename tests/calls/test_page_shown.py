"""The page at / in a real Chromium: what it shows, whoever writes to it, reads it or has no mouse.

Nothing in it is a matter of time: it may run beside whatever keeps the machine busy.
"""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.calls.chromium import ANOTHER_HOST, CHROMIUM
from tests.calls.running import RunningServer, running_server
from tests.calls.visit import Visit, until, visit
from tests.emulators.mind import Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import Late, Refuse, serving
from tests.wire.pulse import MISSING

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(MISSING, reason="PulseAudio is not installed"),
    pytest.mark.usefixtures("gives_way"),
]

HERE = Path(__file__).parent


async def focused(page: Page) -> str:
    return await page.evaluate("document.activeElement.id || document.activeElement.textContent")


LATE = re.compile(r"^LLM: openai was late after \d\.\d s, local went on$")


async def test_a_provider_that_fails_is_seen_beside_the_turn_that_it_failed(browser: Browser):
    model = OpenAIChat(mind=Scripted(["Sure, it comes tomorrow."] * 2))
    model.will(Refuse(503), None, Late(30))
    async with serving(model):
        settings = {"OPENAI_API_KEY": model.key, "OPENAI_BASE_URL": f"{model.url}/v1"}
        running = running_server(**settings)
        server = await asyncio.to_thread(running.__enter__)
        try:
            async with visit(browser, server.url) as here:
                await here.start()
                await here.greeted()
                await here.type("Where is my order 1042?")
                failed = here.page.locator(".turn", has_text="Typed").last
                await expect(failed.locator(".incident")).to_contain_text("LLM: openai failed at")
                await expect(failed.locator(".incident")).to_contain_text("local went on")
                await expect(here.echo).to_contain_text("walnut desk lamp")
                await here.type("Thank you.")
                await expect(here.echo).to_contain_text("it comes tomorrow")
                served = here.page.locator(".turn .served").first
                await expect(served).to_contain_text("LLM openai gpt-4.1")
                await expect(served).to_contain_text("$0.0")
                await expect(failed.locator(".handover th")).to_have_text("openai → local")
                await here.type("Where is my order 1042?")
                late = here.page.locator(".turn", has_text="was late").first
                words = late.locator(".incident")
                await expect(words).to_have_text(LATE)
                await expect(late.locator(".served")).to_contain_text("not counted: 1")
                await expect(late.locator(".served")).to_contain_text("LLM local")
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_page_without_https_says_what_it_lacks_and_is_answered_in_writing(browser: Browser):
    with running_server(HOST="0.0.0.0") as server:  # other machines know it by another name
        async with visit(browser, server.url.replace("0.0.0.0", ANOTHER_HOST)) as here:
            await expect(here.status).to_contain_text("only to https pages and to localhost")
            await here.start()
            await here.type("Where is my order 1042?")
            await expect(here.echo).to_contain_text("walnut desk lamp")
            await expect(here.page.get_by_role("button", name="Mute")).to_be_disabled()
            await here.hang_up()


# The line


async def test_a_full_server_a_lost_connection_and_an_absent_server_are_told_apart(
    browser: Browser,
):
    with running_server(MAX_CALLS="1") as small:
        async with visit(browser, small.url, errors=True) as here:
            async with visit(browser, small.url) as other:
                await other.start()
                await here.page.get_by_role("button", name="Start talking").click()
                await expect(here.status).to_contain_text("All lines are busy")
                await expect(here.status).to_contain_text("in 5 seconds")
                await other.hang_up()
            await until(lambda: _is_connected(here))
            small.process.kill()
            await expect(here.status).to_contain_text("The connection was lost")
            await here.page.get_by_role("button", name="Start talking").click()
            await expect(here.status).to_contain_text("Echo cannot be reached")
            await expect(here.page.get_by_role("button", name="Start talking")).to_be_enabled()


async def _is_connected(here: Visit) -> bool:
    """Whether a call could be begun: the place of one that ended is free a little later."""
    await here.page.get_by_role("button", name="Start talking").click()
    answered = here.page.get_by_text("All lines are busy").or_(here.echo)
    await expect(answered).to_be_visible()
    return await here.echo.is_visible()


async def test_a_device_that_loses_its_network_for_a_moment_keeps_the_call(
    browser: Browser, server: RunningServer
):
    async with visit(browser, server.url) as here:
        await here.start()
        await expect(here.status).to_contain_text("Listening")
        await here.page.context.set_offline(True)
        await expect(here.status).to_contain_text("This device is offline")
        await here.page.context.set_offline(False)
        await expect(here.status).to_contain_text("Back online")
        await here.type("Where is my order 1042?")
        await expect(here.echo).to_contain_text("walnut desk lamp")


# Everybody


async def test_a_call_needs_nothing_but_a_keyboard(browser: Browser, server: RunningServer):
    async with visit(browser, server.url) as here:
        page = here.page
        await expect(page.get_by_text("Engines: all local, no keys")).to_be_visible()
        order = await _tab_through(page, 4)
        assert order == ["Engines: all local, no keys", "call", "words", "turns"]
        await page.locator("#call").focus()
        await page.keyboard.press("Enter")
        await expect(here.echo).to_contain_text("this is Echo")
        await expect(here.status).to_contain_text("Listening")
        order = await _tab_through(page, 4)
        assert order == ["mute", "mic", "words", "text"]
        for _ in range(3):
            await page.keyboard.type("Where is my order 1042?")
            await page.keyboard.press("Enter")
            await expect(here.echo).to_contain_text("walnut desk lamp")
            await expect(here.echo.locator(".coming").last).not_to_be_empty()
        await page.keyboard.press("Shift+Tab")
        assert await focused(page) == "words"
        await page.keyboard.press("Home")
        await until(lambda: page.evaluate("document.getElementById('words').scrollTop === 0"))
        await page.locator("#call").focus()
        await page.keyboard.press("Enter")
        await expect(here.status).to_contain_text("You hung up")
        assert await focused(page) == "call"


async def _tab_through(page: Page, times: int) -> list[str]:
    """Who gets the focus, one after the other; each is seen to have it."""
    names = []
    for _ in range(times):
        await page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid"
        names.append(await focused(page))
    return names


async def test_on_a_phone_everything_fits_and_can_be_read(browser: Browser, server: RunningServer):
    async with visit(browser, server.url, phone=True) as here:
        assert await _unreadable(here.page) == []
        await here.start()
        await here.type("Where is my order 1042?")
        await expect(here.echo).to_contain_text("walnut desk lamp")
        turn = here.page.locator(".turn").first
        await turn.scroll_into_view_if_needed()
        await expect(turn).to_be_in_viewport(ratio=0.9)
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert await here.page.evaluate(fits)
        assert await _unreadable(here.page) == []
        await here.hang_up()
        assert await _unreadable(here.page) == []


async def _unreadable(page: Page) -> list[str]:
    """Texts with too little contrast, by day and by night."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found += await page.evaluate((HERE / "contrast.js").read_text())
    return found


async def test_every_part_has_a_role_and_a_name(browser: Browser, server: RunningServer):
    async with visit(browser, server.url) as here:
        await here.start()
        await here.greeted()
        await here.type("Where is my order 1042?")
        await expect(here.tools).to_have_text("Looking up the order: done")
        await expect(here.page.locator("body")).to_match_aria_snapshot("""
            - banner:
              - heading "Echo" [level=1]
            - main:
              - region "The call":
                - button "Hang up"
                - button "Mute"
                - combobox "Microphone"
                - status: /Listening/
                - log "Transcript":
                  - list:
                    - listitem: /Echo Hi/
                    - listitem: You Where is my order 1042?
                - textbox "Type instead of speaking"
                - button "Send"
              - region "Where the time went":
                - heading "Where the time went" [level=2]
                - group "Where the time went":
                  - figure:
                    - table:
                      - row /first audio \\d+ ms/:
                        - rowheader "first audio"
        """)


# Pipecat's own page


SHOWN_AS = {"SmallWebRTC": "Small WebRTC", "WebSocket": "Unknown"}
"""A transport's name in the page's menu: its name in the session panel."""


@pytest.mark.parametrize("transport", SHOWN_AS)
async def test_the_official_page_and_its_sdk_work_unchanged(
    browser: Browser, server: RunningServer, transport: str
):
    media = {"**/daily-esm-*.js": HERE / "daily_media.js"}
    async with visit(browser, f"{server.url}/client/", errors=True, stand_ins=media) as here:
        if transport != "SmallWebRTC":  # it is the default
            await here.page.get_by_role("combobox", name="Transport").click()
            await here.page.get_by_role("option", name=transport).click()
        told = here.page.get_by_role("definition")
        await expect(told.filter(has_text=SHOWN_AS[transport])).to_be_visible()
        # Before the page has its microphone, a click on "Connect" is lost.
        await expect(told.get_by_text("initialized", exact=True)).to_be_visible()
        await here.page.get_by_role("button", name="Connect", exact=True).click()
        conversation = here.page.get_by_role("tabpanel", name="Conversation")
        await expect(conversation).to_contain_text("this is Echo")
        await conversation.get_by_role("textbox").fill("Where is my order 1042?")
        await conversation.get_by_role("textbox").press("Enter")
        await expect(conversation).to_contain_text("walnut desk lamp")
        await here.page.get_by_role("button", name="Disconnect", exact=True).click()
        await expect(here.page.get_by_role("button", name="Connect", exact=True)).to_be_enabled()


# The sound itself, in the browser's own audio engine but faster than time


async def test_what_speech_does_not_have_does_not_reach_echo(
    browser: Browser, server: RunningServer
):
    async with visit(browser, server.url) as here:
        for hz in (48_000, 44_100):
            heard = await here.page.evaluate((HERE / "microphone.js").read_text(), hz)
            assert heard["1000"] == pytest.approx(0.5, abs=0.02)
            assert heard["6000"] == pytest.approx(0.5, abs=0.05)
            assert heard["10000"] < 0.005
            assert heard["15000"] < 0.005
