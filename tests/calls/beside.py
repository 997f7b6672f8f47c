"""Somebody else's call, which goes on while others fail: no worse than while others merely call."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np

from tests.calls.inside import until
from tests.calls.phone import PhoneCall, telephoning
from tests.emulators.twilio_caller import HZ

CALM_PIECES, CALM_MS = 75, 100
"""Three seconds without a longer wait: the server has nothing else to do than these calls."""
FEWEST_PIECES = 50
"""Two seconds, from the beginning of a fault, are judged at least."""
CONTROLS = 3
"""Ordinary calls that are tried, one after another, before a fault is to blame."""
TICK_SECS = 0.01
LEAD_MS = 160
"""Echo is so far ahead of the ear: a piece of its voice that is later by less nobody misses. A
machine that others use makes some gaps by itself; a fault that gets through takes the voice away
for seconds."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """How a voice came for some time, in ms."""

    p99: float
    """From one piece to the next, of all but one in a hundred."""
    hole: float
    """The longest time in which the ear had nothing left to play."""

    def as_good_as(self, other: "Gaps") -> bool:
        """Whether nobody hears a difference."""
        return self.p99 <= other.p99 + LEAD_MS and self.hole <= other.hole + LEAD_MS


class Beside:
    """A caller on the phone to whom Echo speaks all the while."""

    def __init__(self, call: PhoneCall, url: str, asks: str = "") -> None:
        """`asks` is what an ordinary caller does, if more than being greeted."""
        self.call = call
        self._url = url
        self._asks = asks
        self._deaf: list[tuple[float, float]] = []
        """From when to when the caller itself was held up by what it shares a process with."""
        self.before = Gaps(0.0, 0.0)
        """While somebody else called, and was greeted."""

    async def listen(self) -> None:
        """For as long as the call lasts; notes when it could not."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECS
            await asyncio.sleep(TICK_SECS)
            if loop.time() - due > TICK_SECS:
                self._deaf.append((due - TICK_SECS, loop.time()))

    async def calm(self) -> None:
        """Waits until the server has learnt what it learns beside its first calls; on a machine
        that is never calm, for as long as that takes on another."""
        await until(lambda: self._has_pieces(CALM_PIECES), within_secs=45)
        with suppress(TimeoutError):
            await until(self._is_calm, within_secs=20)

    async def ordinary(self) -> None:
        """Somebody else calls, and is greeted and answered: what others are compared with."""
        since = self._pieces
        async with telephoning(self._url) as other:
            await other.hears(0.0)
            await asyncio.sleep(1)
            if self._asks:
                await other.asks(self._asks)
        self.before = await self._gaps(since)

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """What happens within, and just after, is heard in this call no more than that."""
        since = self._pieces
        yield
        during = await self._gaps(since)
        assert not self.call.stream.closed.is_set(), "the other call was lost"
        for _ in range(CONTROLS):
            if during.as_good_as(self.before):
                return
            await self.ordinary()  # or is it the machine, which has more to do than it had?
        assert during.as_good_as(self.before), f"{during}, with an ordinary call {self.before}"

    @property
    def _pieces(self) -> int:
        return len(self.call.stream.arrived)

    async def _is_calm(self) -> bool:
        waits = self._waits_ms(self._pieces - CALM_PIECES)
        return self._pieces > CALM_PIECES and max(waits) < CALM_MS

    async def _gaps(self, since: int) -> Gaps:
        await until(lambda: self._has_pieces(since + FEWEST_PIECES), within_secs=20)
        return Gaps(float(np.percentile(self._waits_ms(since), 99)), self._hole_ms(since))

    async def _has_pieces(self, pieces: int) -> bool:
        return self._pieces >= pieces

    def _waits_ms(self, since: int) -> list[float]:
        arrived = [at for at, _ in self._arrived()[since:]]
        return [1000 * float(wait) for wait in np.diff(arrived)]

    def _hole_ms(self, since: int) -> float:
        hole = plays_until = 0.0
        for number, (at, size) in enumerate(self._arrived()):
            if number > since:
                hole = max(hole, at - plays_until)
            plays_until = max(at, plays_until) + size / HZ
        return 1000 * hole

    def _arrived(self) -> list[tuple[float, int]]:
        """When each piece came, at the earliest: what came to a deaf caller came when it grew so,
        or 40 ms after the one before."""
        arrived: list[tuple[float, int]] = []
        deaf = iter([*self._deaf, (math.inf, math.inf)])
        begin, end = next(deaf)
        for at, size in self.call.stream.arrived:
            while end < at - 3 * TICK_SECS:
                begin, end = next(deaf)
            if arrived and begin <= at:
                before = arrived[-1]
                at = min(at, max(begin, before[0] + before[1] / HZ))
            arrived.append((at, size))
        return arrived


@asynccontextmanager
async def speaking_beside(url: str, begins: str = "", asks: str = "") -> AsyncIterator[Beside]:
    """A call in which Echo speaks for longer than whatever is tried within: its greeting is as
    long, or its answer to what this caller begins with. Ordinary callers ask what they ask."""
    async with telephoning(url) as call:
        if begins:
            await call.hears_out(0.6)
            await call.say(begins)
        beside = Beside(call, url, asks)
        listening = asyncio.create_task(beside.listen())
        await beside.calm()
        await beside.ordinary()
        yield beside
        listening.cancel()
