"""Whole calls whose speech to text fails: faults 1, 2 and 11 as the caller hears them."""

import pytest

from evals.caller import place_call
from tests.calls.faults import (
    ORDER,
    PATIENT,
    assert_answered,
    assert_ended_in_words,
    hearing_by,
    incidents,
)
from tests.calls.inside import inside
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Whispering
from tests.emulators.provider import BUDGET, Drop, Fault, Refuse, Stall, serving

MID_SENTENCE = 100
"""Pieces of audio of 20 ms: in the middle of what is said first."""


@pytest.mark.parametrize(
    ("fault", "within_ms"),
    [
        pytest.param(Drop(after=MID_SENTENCE), 2_500, id="1-drops-mid-utterance"),
        pytest.param(Stall(), 3_500, id="2-open-but-silent"),
    ],
)
async def test_ears_that_fail_lose_no_turn(fault: Fault, within_ms: float):
    emulator = Deepgram(profile=BUDGET, ear=Whispering())
    emulator.will(fault)
    async with serving(emulator), inside(**hearing_by(emulator)) as echo:
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_answered(record, within_ms)
    assert incidents(record) == [("deepgram", "local")]


async def test_a_call_that_nobody_can_hear_ends_in_words_within_ten_seconds():
    emulator = Deepgram(profile=BUDGET, ear=Whispering())
    emulator.will(*[Refuse(503)] * 9)
    async with serving(emulator), inside(**hearing_by(emulator), stt_backups=()) as echo:
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record)
    assert record.pace.frames * 0.02 < 10
