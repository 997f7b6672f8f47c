"""Whole calls in which a number is not heard well: Echo asks about it, and about it alone."""

import pytest

from bot.providers.settings import DeepgramSettings
from evals.caller import place_call
from evals.record import CallRecord
from evals.script import Say
from tests.calls.faults import PATIENT, words
from tests.calls.inside import inside
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.flux import Flux
from tests.emulators.provider import BUDGET, serving

ASKS = Say("Where is my order one zero four two?")
ECHO_ASKS = "Sorry, was that one-zero-four-two?"


async def called(emulator: Deepgram | Flux, stt: str, *says: Say) -> CallRecord:
    async with serving(emulator):
        settings = DeepgramSettings(api_key=emulator.key, base_url=emulator.url)
        async with inside(stt=stt, deepgram=settings, greeting="Hi.") as echo:
            return await place_call(echo.url, [*says], manners=PATIENT)


@pytest.mark.parametrize("stt", ["deepgram", "flux"])
async def test_a_number_that_was_not_heard_well_is_asked_about_and_then_looked_up(stt: str):
    ear = Scripted(["Where is my order 1042?", "Yes."], doubted={"1042": 0.4})
    emulator = (Deepgram if stt == "deepgram" else Flux)(profile=BUDGET, ear=ear)
    record = await called(emulator, stt, ASKS, Say("Yes."))
    _, asked, answered = record.turns[:3]
    assert asked.reply == ECHO_ASKS
    assert "1042" in answered.reply
    assert [tool.name for tool in record.tools] == ["look_up_order"]
    assert "one zero four two" in words(record) or "1042" in words(record)
    assert not record.errors


async def test_what_the_caller_says_instead_is_looked_up():
    ear = Scripted(["Where is my order 1024?", "No, 1042."], doubted={"1024": 0.4, "1042": 0.4})
    record = await called(
        Deepgram(profile=BUDGET, ear=ear), "deepgram", ASKS, Say("No, one zero four two.")
    )
    _, asked, answered = record.turns[:3]
    assert asked.reply == "Sorry, was that one-zero-two-four?"
    assert "1042" in answered.reply
    assert [tool.name for tool in record.tools] == ["look_up_order"]
