"""Whole calls whose voice fails: faults 9, 10 and 11 as the caller hears them."""

import time

import pytest

from evals.caller import place_call
from tests.calls.faults import (
    ORDER,
    PATIENT,
    assert_answered,
    assert_ended_in_words,
    incidents,
    speaking,
    speaking_by,
)
from tests.calls.inside import inside, practised, until
from tests.emulators.provider import Drop, Empty, Fault, Stall, serving


@pytest.mark.parametrize(
    ("fault", "within_ms"),
    [
        pytest.param(Empty(), 2_500, id="9-success-without-audio"),
        pytest.param(Drop(after=12), 2_500, id="10-dies-mid-sentence"),
    ],
)
async def test_a_voice_that_fails_is_followed_by_the_next(fault: Fault, within_ms: float):
    emulator = speaking()
    async with serving(emulator), inside(**speaking_by(emulator)) as echo:
        await until(lambda: practised(echo), within_secs=60)
        emulator.will(fault)
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_answered(record, within_ms)
    assert incidents(record) == [("cartesia", "local")]


async def test_a_call_that_nobody_can_speak_in_ends_in_words_all_the_same():
    emulator = speaking()
    async with serving(emulator), inside(**speaking_by(emulator), tts_backups=()) as echo:
        await until(lambda: practised(echo), within_secs=60)
        emulator.will(*[Stall()] * 9)
        began = time.monotonic()
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record)
    took_secs = time.monotonic() - began
    held_secs = record.held_up_ms(0.0, took_secs) / 1000
    assert took_secs - held_secs < 20  # 3 s of a question, twice 1.5 s until it is sure
