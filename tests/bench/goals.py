"""What is to be reached, what was measured, and whether that is enough (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """At most so much of something."""

    name: str
    most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Result:
    """A goal and its figure; None when there was nothing to measure, which does not meet it."""

    goal: Goal
    measured: float | None

    @property
    def met(self) -> bool:
        return self.measured is not None and self.measured <= self.goal.most


FIRST_SOUND_P50 = Goal("one call: first sound p50", 450, "ms")
FIRST_SOUND_P95 = Goal("one call: first sound p95", 700, "ms")
GREETING = Goal("one call: greeting after connecting", 400, "ms")
TOOL_FIRST_SOUND_P95 = Goal("one call: first sound of tool turns p95", 800, "ms")
BARGE_IN_P95 = Goal("one call: barge-in p95", 300, "ms")
UNANSWERED = Goal("one call: turns without an answer", 0, "")
UNUSED = Goal("one call: tools asked for that did not run", 0, "")
LOOP_LAG_P99 = Goal("one call: event-loop lag p99", 20, "ms")
MANY_P95 = Goal("calls at once: first sound p95", 1000, "ms")
MANY_UNDERRUNS = Goal("calls at once: underruns", 0, "")
RSS = Goal("memory of the server with models", 800, "MB")
RSS_A_CALL = Goal("memory of each further call", 15, "MB")


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    rows = [
        f"| {each.goal.name} | {_amount(each.goal.most, each.goal.unit)} "
        f"| {_amount(each.measured, each.goal.unit)} | {'yes' if each.met else '**no**'} |"
        for each in results
    ]
    return "\n".join(["| figure | goal | measured | met |", "|---|---|---|---|", *rows])


def _amount(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:,.0f} {unit}".strip()
