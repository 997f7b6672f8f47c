"""How a voice comes to an ear: piece by piece, some later than others."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

LEAD_MS = 160
"""Echo is so far ahead of the ear: a piece of its voice that is later by less nobody misses. A
machine that others use makes some gaps by itself; a fault that gets through takes the voice away
for seconds."""
TICK_SECS = 0.01


@dataclass(frozen=True, slots=True)
class Gaps:
    """How a voice came for some time, in ms."""

    p99: float
    """From one piece to the next, of all but one in a hundred."""
    hole: float
    """The longest time in which the ear had nothing left to play."""

    def or_worse(self, other: "Gaps") -> "Gaps":
        return Gaps(max(self.p99, other.p99), max(self.hole, other.hole))

    def as_good_as(self, other: "Gaps") -> bool:
        """Whether nobody hears a difference."""
        return self.p99 <= other.p99 + LEAD_MS and self.hole <= other.hole + LEAD_MS


class Hearing:
    """An ear in a process that does other things too, which may make it deaf for a moment."""

    def __init__(self, arrived: list[tuple[float, float]]) -> None:
        """`arrived` grows: when each piece came, by the loop's clock, and how long it is, in s."""
        self.arrived = arrived
        self._deaf: list[tuple[float, float]] = []
        """From when to when the ear was held up by what it shares a process with."""

    @property
    def pieces(self) -> int:
        return len(self.arrived)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """For as long as the voice is listened to."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECS
            await asyncio.sleep(TICK_SECS)
            if loop.time() - due > TICK_SECS:
                self._deaf.append((due - TICK_SECS, loop.time()))

    def gaps(self, since: int) -> Gaps:
        """Of the pieces from this one on."""
        return Gaps(float(np.percentile(self.waits_ms(since), 99)), self._hole_ms(since))

    def waits_ms(self, since: int) -> list[float]:
        """From each piece to the next."""
        arrived = [at for at, _ in self._at_the_earliest()[since:]]
        return [1000 * float(wait) for wait in np.diff(arrived)]

    def _hole_ms(self, since: int) -> float:
        hole = plays_until = 0.0
        for number, (at, secs) in enumerate(self._at_the_earliest()):
            if number > since:
                hole = max(hole, at - plays_until)
            plays_until = max(at, plays_until) + secs
        return 1000 * hole

    def _at_the_earliest(self) -> list[tuple[float, float]]:
        """When each piece came: what came to a deaf ear, when that grew so, or when the piece
        before it had been played."""
        arrived: list[tuple[float, float]] = []
        deaf = iter([*self._deaf, (math.inf, math.inf)])
        begin, end = next(deaf)
        for at, secs in self.arrived:
            while end < at - 3 * TICK_SECS:
                begin, end = next(deaf)
            if arrived and begin <= at:
                at = min(at, max(begin, sum(arrived[-1])))
            arrived.append((at, secs))
        return arrived
