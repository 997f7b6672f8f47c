"""How a voice comes to an ear: piece by piece, some later than others."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LEAD_MS = 160
"""Echo is so far ahead of the ear: a piece of its voice that is later by less nobody misses. A
machine that others use makes some gaps by itself; a fault that gets through takes the voice away
for seconds."""
TICK_SECS = 0.01
NOTED_SECS = 0.05
"""From one look at the threads of the server to the next."""


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

    def __init__(self, arrived: list[tuple[float, float]], server: int | None = None) -> None:
        """`arrived` grows: when each piece came, by the loop's clock, and how long it is, in s.

        server: the process that speaks, if not this one. How long a thread of it was ready to run
        while others had the cores, from one piece to the next, is no wait for that piece.
        """
        self.arrived = arrived
        self._server = server
        self._kept_waiting: list[tuple[float, float]] = [(0.0, 0.0)]
        """When, by the loop's clock, and for how long altogether until then."""
        self._waited_ns: dict[Path, int] = {}
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
            self._note_waiting(loop.time())
            due = loop.time() + TICK_SECS
            await asyncio.sleep(TICK_SECS)
            if loop.time() - due > TICK_SECS:
                self._deaf.append((due - TICK_SECS, loop.time()))

    def _note_waiting(self, now_secs: float) -> None:
        then_secs, until_then = self._kept_waiting[-1]
        if self._server is None or now_secs - then_secs < NOTED_SECS:
            return
        longest_ns = 0
        for thread in Path("/proc").glob(f"{self._server}/task/*/schedstat"):
            with suppress(OSError):  # it has ended
                waited_ns = int(thread.read_text().split()[1])
                longest_ns = max(longest_ns, waited_ns - self._waited_ns.get(thread, waited_ns))
                self._waited_ns[thread] = waited_ns
        self._kept_waiting.append((now_secs, until_then + longest_ns / 1e9))

    def gaps(self, since: int) -> Gaps:
        """Of the pieces from this one on."""
        return Gaps(float(np.percentile(self.waits_ms(since), 99)), self._hole_ms(since))

    def waits_ms(self, since: int) -> list[float]:
        """From each piece to the next."""
        arrived = [at for at, _ in self._at_the_earliest()[since:]]
        waits = np.diff(arrived) - np.diff(self._server_waited_secs(arrived))
        return [1000 * float(wait) for wait in waits]

    def _hole_ms(self, since: int) -> float:
        arrived = self._at_the_earliest()
        waited = self._server_waited_secs([at for at, _ in arrived])
        hole = plays_until = 0.0
        for number, (at, secs) in enumerate(arrived):
            if number > since:
                hole = max(hole, at - plays_until - (waited[number] - waited[number - 1]))
            plays_until = max(at, plays_until) + secs
        return 1000 * hole

    def _server_waited_secs(self, at: list[float]) -> list[float]:
        """Until each of these times."""
        times, waited = zip(*self._kept_waiting, strict=True)
        return [float(secs) for secs in np.interp(at, times, waited)]

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
