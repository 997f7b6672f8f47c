"""Figures out of the summaries of calls: percentiles over turns, medians of stages (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Summary = Mapping[str, Any]
"""A call as `evals.record.CallRecord.summary` gives it."""
TurnSummary = Mapping[str, Any]

STAGES = (
    "vad_stop_ms",
    "transcript_ms",
    "turn_over_ms",
    "text_ms",
    "tts_audio_ms",
    "first_sound_ms",
    "answer_ms",
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of some milliseconds, of how many."""

    count: int
    p50: float | None
    p95: float | None
    max: float | None


def spread(values: Iterable[float | None]) -> Spread:
    """Of the values that are there; linear between two neighbours, as numpy has it."""
    known = [value for value in values if value is not None]
    if not known:
        return Spread(0, None, None, None)
    p50, p95 = np.percentile(known, [50, 95])
    return Spread(len(known), round(float(p50), 1), round(float(p95), 1), round(max(known), 1))


def spoken_turns(calls: Iterable[Summary]) -> Iterator[TurnSummary]:
    """Turns in which the caller spoke and let Echo finish before."""
    for call in calls:
        yield from (turn for turn in call["turns"] if turn["said"]["kind"] == "say")


def first_sound(turns: Iterable[TurnSummary]) -> Spread:
    return spread(turn["first_sound_ms"] for turn in turns)


def answer(turns: Iterable[TurnSummary]) -> Spread:
    return spread(turn["answer_ms"] for turn in turns)


def tool_turns(turns: Iterable[TurnSummary]) -> list[TurnSummary]:
    return [turn for turn in turns if turn["tools"]]


def unused(turns: Iterable[TurnSummary], wanted: int) -> int:
    """How many of the tools that were asked for did not run."""
    return max(0, wanted - len(tool_turns(turns)))


def unanswered(turns: Iterable[TurnSummary]) -> int:
    return sum(turn["first_sound_ms"] is None for turn in turns)


def cut_off(turns: Iterable[TurnSummary]) -> int:
    """Turns that Echo took away: it spoke before the caller's last word."""
    return sum((turn["first_sound_ms"] or 0) < 0 for turn in turns)


def barge_in(calls: Iterable[Summary]) -> Spread:
    turns = (turn for call in calls for turn in call["turns"])
    return spread(turn["barge_in_ms"] for turn in turns if turn["said"]["kind"] == "interrupt")


def greeting(calls: Iterable[Summary]) -> Spread:
    turns = (turn for call in calls for turn in call["turns"])
    return spread(turn["first_sound_ms"] for turn in turns if turn["said"]["kind"] == "greeting")


def underruns(calls: Iterable[Summary]) -> list[float]:
    """The gaps that callers heard inside Echo's utterances, in ms."""
    return [gap["ms"] for call in calls for turn in call["turns"] for gap in turn["gaps"]]


def stages(turns: Sequence[TurnSummary]) -> dict[str, float | None]:
    """The median of each stage by the server's clock, in ms after the end of the speech."""
    return {name: spread(turn["latency"].get(name) for turn in turns).p50 for name in STAGES}


def callers_late(calls: Iterable[Summary]) -> float:
    """The worst caller's own lateness, p99 in ms: above some 20, the bench measured itself."""
    return max(call["pace"]["late_ms_p99"] for call in calls)
