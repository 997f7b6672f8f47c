"""The page at / in a real Chromium: its microphone hears a voice, its speaker is recorded."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from evals.hearing import transcribe
from tests.calls.chromium import CHROMIUM, MICROPHONES
from tests.calls.running import RunningServer
from tests.calls.sound import HZ, Recording, listing, plug_in, recording, say, unplug
from tests.calls.visit import until, visit
from tests.wire.pulse import MISSING, Pulse

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(MISSING, reason="PulseAudio is not installed"),
]


async def heard_on(tape: Recording, from_secs: float = 0.0) -> str:
    """What was heard from then on, once the speaker has fallen silent."""
    await until(lambda: tape.is_silent_since(1.0))
    return (await asyncio.to_thread(transcribe, tape.samples(from_secs), HZ)).lower()


# What a call is


async def test_a_spoken_question_is_answered_aloud_until_the_caller_speaks_over_it(
    browser: Browser, server: RunningServer, card: Pulse
):
    async with visit(browser, server.url) as here, recording(card) as tape:
        await here.watch_partial_words()
        await here.start()
        await expect(here.status).to_contain_text("Listening")
        await here.greeted()
        # Chromium's echo canceller takes what comes at once for Echo's last words.
        await asyncio.sleep(1)
        await say(card, "Can you please tell me where my order 1042 is?")
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
