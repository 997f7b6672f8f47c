"""How a call that lasts too long comes to its end."""

import asyncio
from collections.abc import Sequence

import pytest
from pipecat.frames.frames import EndWorkerFrame, Frame, TTSSpeakFrame

from bot.time_limit import TimeLimitSettings, keep_time

OWN = TimeLimitSettings(warn_secs=60, warning="A minute.", goodbye="Goodbye!")


async def said(max_secs: float, *own: TimeLimitSettings) -> list[tuple[float, object]]:
    """What is said and when, by words that change each time."""
    told: list[tuple[float, object]] = []
    words = iter([*own, *[own[-1]] * 3])

    async def say(frames: Sequence[Frame]) -> None:
        now_secs = asyncio.get_running_loop().time()
        told.extend(
            (now_secs, each.text if isinstance(each, TTSSpeakFrame) else type(each))
            for each in frames
        )

    await keep_time(max_secs, lambda: next(words), say)
    return told


async def test_the_caller_is_told_a_minute_before_and_said_goodbye_to():
    assert await said(3600, OWN) == [
        (3540, "A minute."),
        (3600, "Goodbye!"),
        (3600, EndWorkerFrame),
    ]


async def test_the_words_are_those_of_the_language_the_call_is_in_by_then():
    spanish = TimeLimitSettings(warning="Un minuto.", goodbye="¡Adiós!")
    assert [what for _, what in await said(3600, OWN, OWN, spanish)] == [
        "A minute.",
        "¡Adiós!",
        EndWorkerFrame,
    ]


@pytest.mark.parametrize(("max_secs", "warn_secs"), [(119, 60), (3600, 0)])
async def test_a_short_call_is_not_warned_nor_is_any_where_nobody_wants_that(
    max_secs: float, warn_secs: float
):
    own = OWN.model_copy(update={"warn_secs": warn_secs})
    assert await said(max_secs, own) == [(max_secs, "Goodbye!"), (max_secs, EndWorkerFrame)]
