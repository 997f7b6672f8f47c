"""Models that go on as another persona, which speaks another language; virtual clock."""

import asyncio
from collections.abc import Sequence

import pytest
from pipecat.frames.frames import Frame

from bot.providers.candidate import Candidate
from tests.unit.providers.asked import DONE, TALKS, TOKENS, Asked, ahead, asked, final

PAUSES = pytest.mark.parametrize("pause_secs", [0.0, 0.001, 0.12, 0.4])
LONG_SECS = 2.0
"""Any answer has been given by then."""


async def goes_on(call: Asked) -> None:
    """As somebody who speaks Spanish."""
    assert call.stage
    nobody_new: Sequence[Candidate] = [Candidate("a", lambda: pytest.fail("it is there"))]
    await call.stage.change(nobody_new, "Hablas español.", "Lo siento.")


async def told(call: Asked, *frames: Frame) -> None:
    for frame in frames:
        await call.tell(frame)


@PAUSES
async def test_what_was_asked_ahead_in_one_language_is_answered_in_the_other(pause_secs: float):
    async with asked() as call:
        await told(call, TALKS(), ahead("one"))
        await asyncio.sleep(pause_secs)
        await goes_on(call)
        assert call.withdrawn == 1, "who asked knows that they have to ask again"
        await told(call, DONE(), final("two"))
        await asyncio.sleep(LONG_SECS)
        assert call.heard == {"two": TOKENS}
        assert call.done == ["two"]


async def test_a_guess_that_nobody_asks_again_is_not_answered():
    async with asked() as call:
        await told(call, TALKS(), ahead("one"))
        await goes_on(call)
        await told(call, DONE())
        await asyncio.sleep(LONG_SECS)
        assert not call.heard


@PAUSES
async def test_what_is_being_answered_is_answered_to_its_end(pause_secs: float):
    """It may be the very answer whose tool has asked for the other language."""
    async with asked() as call:
        await told(call, TALKS(), DONE(), final("one"))
        await asyncio.sleep(pause_secs)
        await goes_on(call)
        await asyncio.sleep(LONG_SECS)
        assert call.withdrawn == 0
        assert call.heard == {"one": TOKENS}
        assert call.answers == (1, 1)
