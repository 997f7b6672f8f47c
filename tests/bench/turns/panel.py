"""The scorer (pure): R_Y, S_BC, S_VT and S_ND after tau-voice, each with its count.

A real turn is yielded to when Echo is silent within 2.0 s of its first sound and gives the turn
up without going on before. What is no turn is ignored when the turn is not given up and Echo
goes on, if it paused at all, within 1.0 s of the sound's end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.turns.events import YIELDING, Event, Label
from tests.bench.turns.systems import Outcome
from tests.bench.turns.tracks import Track

YIELD_SECS = 2.0
GO_ON_SECS = 1.0
RATES: dict[str, tuple[Label, ...]] = {
    "R_Y": YIELDING,
    "S_BC": ("backchannel",),
    "S_VT": ("tic",),
    "S_ND": ("aside",),
    "noise ignored": ("noise",),
}
GOALS = {"R_Y": 0.95, "S_BC": 0.9, "S_VT": 0.8, "S_ND": 0.7}
SILENT_P95_MS = 300.0
"""From the first sound of a turn to the decision to be silent."""


@dataclass(frozen=True, slots=True)
class Case:
    """An event, its audio's times, and what somebody made of it."""

    event: Event
    track: Track
    outcome: Outcome

    @property
    def right(self) -> bool:
        if self.event.label in YIELDING:
            return self._yielded
        return self.outcome.yielded_secs is None and self._went_on

    @property
    def wrongly_resumed(self) -> bool:
        """Echo spoke on though the turn was the caller's, taken back later or not."""
        ends = self.outcome.resumed_secs
        after = ends is not None and ends >= self.track.spoken.start_secs
        return self.event.label in YIELDING and after and self.outcome.kind != "nothing"

    @property
    def paused_secs(self) -> float:
        """How long Echo was silent before it went on; 0 if it never was."""
        silent, resumed = self.outcome.silent_secs, self.outcome.resumed_secs
        return resumed - silent if silent is not None and resumed is not None else 0.0

    @property
    def silent_ms(self) -> float:
        """From the first sound to the decision to be silent; infinite if it never came."""
        silent = self.outcome.silent_secs
        return math.inf if silent is None else 1000 * (silent - self.track.spoken.start_secs)

    @property
    def _yielded(self) -> bool:
        silent = self.outcome.silent_secs
        in_time = silent is not None and silent <= self.track.spoken.start_secs + YIELD_SECS
        return in_time and self.outcome.yielded_secs is not None and not self.wrongly_resumed

    @property
    def _went_on(self) -> bool:
        silent, resumed = self.outcome.silent_secs, self.outcome.resumed_secs
        if silent is None:
            return True
        return resumed is not None and resumed <= self.track.spoken.end_secs + GO_ON_SECS


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.share:.2f} ({self.right} of {self.of})"


def rates(cases: Sequence[Case]) -> dict[str, Rate]:
    """Every figure of `RATES`."""
    return {name: _rate([c for c in cases if c.event.label in of]) for name, of in RATES.items()}


def missed(cases: Sequence[Case], *, few: bool = False) -> list[str]:
    """The goals that are not met, in words; none if all are.

    few: of so few events a share is rounded down to whole ones, as 8 of 9 for 0.9.
    """
    got = rates(cases)
    below = [
        f"{name} {got[name]} < {goal}"
        for name, goal in GOALS.items()
        if got[name].right < (math.floor(goal * got[name].of) if few else goal * got[name].of)
    ]
    wrong = sum(case.wrongly_resumed for case in cases)
    below += [f"{wrong} wrong resumes"] if wrong else []
    late = silent_ms(cases)[1] > SILENT_P95_MS
    return below + ([f"silent after {silent_ms(cases)[1]:.0f} ms at p95"] if late else [])


def silent_ms(cases: Sequence[Case]) -> tuple[float, float]:
    """From the first sound of a turn to the decision to be silent, p50 and p95: one that happened,
    since between a number and infinity there is none."""
    taken = [case.silent_ms for case in cases if case.event.label in YIELDING]
    p50, p95 = np.percentile(taken, [50, 95], method="higher") if taken else (0.0, 0.0)
    return float(p50), float(p95)


def _rate(cases: Sequence[Case]) -> Rate:
    return Rate(sum(case.right for case in cases), len(cases))
