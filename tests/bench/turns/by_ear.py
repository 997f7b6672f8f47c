"""Whole calls in real time in which the caller speaks over Echo: from barge-in to silence."""

from dataclasses import dataclass

from evals.caller import place_call
from evals.script import Interrupt, Say
from tests.calls.inside import inside

_ASKS = Say("What can you do for me?")
_SAID = (
    ("Stop.", True),
    ("Okay.", False),
    ("No wait, stop.", True),
    ("Right.", False),
    ("Where is my order?", True),
    ("I see.", False),
    ("Actually, I want to talk to a person.", True),
    ("Yeah, okay.", False),
    ("Can you repeat that?", True),
    ("Honey, can you get the door?", False),
)
"""And whether it is a turn."""
_AFTER_SECS = 1.5


@dataclass(frozen=True, slots=True)
class Heard:
    """One call."""

    said: str
    is_turn: bool
    silent_ms: float | None
    """From the caller's first sound to Echo's last; None if Echo never fell silent."""
    yielded: bool

    @property
    def right(self) -> bool:
        return self.yielded == self.is_turn


async def by_ear(one_in: int = 1) -> list[Heard]:
    """Ten calls, or one in so many of them, one after another: two minutes."""
    async with inside(greeting="Hi.") as echo:
        return [await _call(echo.url, said, is_turn=is_turn) for said, is_turn in _SAID[::one_in]]


async def _call(url: str, said: str, *, is_turn: bool) -> Heard:
    record = await place_call(url, [_ASKS, Interrupt(Say(said), after_secs=_AFTER_SECS)])
    (silent_ms,) = [turn.barge_in_ms for turn in record.turns if turn.said.kind == "interrupt"]
    return Heard(said, is_turn, silent_ms, any(turn["interrupted"] for turn in record.latencies))
