"""The page at / in a real Chromium: its microphone hears a voice, its speaker is recorded."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from evals.hearing import transcribe
from tests.calls.chromium import CHROMIUM, chromium
from tests.calls.running import RunningServer, running_server
from tests.calls.sound import HZ, Recording, listing, plug_in, recording, say, unplug
from tests.calls.visit import PATIENCE_MS, Visit, visit
from tests.emulators.mind import Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import Late, Refuse, serving
from tests.wire.pulse import MISSING, Pulse, pulse

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(MISSING, reason="PulseAudio is not installed"),
]

HERE = Path(__file__).parent
MICROPHONES = ("Headset", "Webcam")
ANOTHER_HOST = "echo.test"
"""This machine by a name that the browser does not trust as it trusts localhost."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def card(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pulse]:
    async with pulse(tmp_path_factory.mktemp("pulse")) as card:
        await plug_in(card, *MICROPHONES)
        yield card


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(card: Pulse) -> AsyncIterator[Browser]:
    names = f"--host-resolver-rules=MAP {ANOTHER_HOST} 127.0.0.1"
    async with chromium(card.env, names) as browser:
        yield browser


async def until(true: Callable[[], Awaitable[bool] | bool]) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not (await told if isinstance(told := true(), Awaitable) else told):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def heard_on(tape: Recording, from_secs: float = 0.0) -> str:
    """What was heard from then on, once the speaker has fallen silent."""
    await until(lambda: tape.is_silent_since(1.0))
    return (await asyncio.to_thread(transcribe, tape.samples(from_secs), HZ)).lower()


async def focused(page: Page) -> str:
    return await page.evaluate("document.activeElement.id || document.activeElement.textContent")


# What a call is


async def test_a_spoken_question_is_answered_aloud_until_the_caller_speaks_over_it(
    browser: Browser, server: RunningServer, card: Pulse
):
    async with visit(browser, server.url) as here, recording(card) as tape:
        await here.watch_partial_words()
        await here.start()
        await expect(here.status).to_contain_text("Listening")
        await here.greeted()
        await say(card, "Where is my order 1042?")
        await expect(here.caller).to_contain_text("1042")
        await expect(here.tools).to_have_text("Looking up the order: done")
        await expect(here.echo).to_contain_text("walnut desk lamp")
        await expect(here.echo.locator(".coming").last).to_be_empty()
        assert await here.partial_words()

        said = await heard_on(tape)
        spoken = {"order", "walnut", "lamp", "way", "last", "columbus", "ohio", "november"}
        assert len(spoken & set(re.findall(r"[a-z]+", said))) >= 6
        assert "1042" in re.sub(r"\D", "", said)
        turn = here.page.locator(".turn", has_text="Answer with a tool").first
        for stage in ("transcript", "first token", "look up order", "first audio", "answer heard"):
            await expect(turn.locator("tr", has_text=stage).first).to_contain_text("ms")

        # By now the browser's echo canceller has heard enough of Echo not to take others for it.
        second = tape.secs
        await here.type("Where is my order 1042?")
        await expect(here.page.locator("#transcript .echo")).to_have_count(3)
        await expect(here.echo).to_contain_text("walnut desk lamp")
        await say(card, "What is the weather in Lisbon?")
        cut = here.page.locator("#transcript .cut", has_text="Order 1042")
        await expect(cut).to_be_visible()
        await expect(here.echo).to_contain_text("Lisbon")
        await expect(here.echo.locator(".coming").last).to_be_empty()
        said = await heard_on(tape, second)
        assert "lisbon" in said
        assert "arrive" not in said  # "and should arrive on": the end of the answer about the lamp


async def test_echos_goodbye_is_heard_to_its_end(
    browser: Browser, server: RunningServer, card: Pulse
):
    async with visit(browser, server.url) as here, recording(card) as tape:
        await here.start()
        await here.type("Thank you, goodbye")
        await expect(here.status).to_contain_text("Echo has ended the call")
        await expect(here.page.get_by_role("button", name="Start talking")).to_be_enabled()
        assert re.search(r"good ?bye\W*$", await heard_on(tape))


# The microphone


async def test_the_chosen_microphone_is_used_and_mute_means_mute(
    browser: Browser, server: RunningServer, card: Pulse
):
    async with visit(browser, server.url) as here:
        await here.start()
        await here.page.get_by_label("Microphone", exact=True).select_option("Webcam")
        await until(lambda: _is_recorded(card, "Webcam"))
        await here.page.get_by_role("button", name="Mute").click()
        await expect(here.status).to_contain_text("Echo does not hear you")
        await say(card, "Where is my order 1007?")
        await here.page.get_by_role("button", name="Mute", pressed=True).click()
        await expect(here.status).to_contain_text("Listening")
        await say(card, "What is the weather in Lisbon?")
        await expect(here.caller).to_contain_text("Lisbon")
        await expect(here.page.locator("#transcript .caller")).to_have_count(1)


async def _is_recorded(card: Pulse, microphone: str) -> bool:
    """Whether some program records from it, and from no other."""
    sources, outputs = await listing(card, "sources"), await listing(card, "source-outputs")
    number = next(line.split()[0] for line in sources if microphone in line)
    # PulseAudio's own remappings are outputs too, without a client.
    return [line.split()[1] for line in outputs if line.split()[2] != "-"] == [number]


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


async def test_a_denied_microphone_leaves_typing_and_can_be_allowed_later(
    browser: Browser, server: RunningServer
):
    async with visit(browser, server.url, microphone=False) as here:
        await here.start()
        await expect(here.status).to_contain_text("The microphone is blocked")
        await here.type("Where is my order 1042?")
        await expect(here.echo).to_contain_text("walnut desk lamp")
        await here.page.context.grant_permissions(["microphone"])
        await here.page.get_by_role("button", name="Try microphone again").click()
        await expect(here.status).to_contain_text("Listening")
        await expect(here.page.get_by_role("button", name="Mute", pressed=False)).to_be_enabled()


async def test_a_microphone_that_goes_away_leaves_typing_and_may_come_back(
    browser: Browser, server: RunningServer, card: Pulse
):
    async with visit(browser, server.url) as here:
        again = here.page.get_by_role("button", name="Try microphone again")
        await here.start()
        await expect(here.status).to_contain_text("Listening")
        await here.page.context.clear_permissions()
        await expect(here.status).to_contain_text("The microphone went away")
        await here.page.context.grant_permissions(["microphone"])
        await unplug(card)
        try:
            await again.click()
            await expect(here.status).to_contain_text("No microphone was found")
            await here.type("Where is my order 1042?")
            await expect(here.echo).to_contain_text("walnut desk lamp")
        finally:
            await plug_in(card, *MICROPHONES)
        await again.click()
        await expect(here.status).to_contain_text("Listening")


async def test_a_page_without_https_says_what_it_lacks_and_is_answered_in_writing(
    browser: Browser, server: RunningServer
):
    async with visit(browser, server.url.replace("localhost", ANOTHER_HOST)) as here:
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
