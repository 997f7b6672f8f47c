"""Somebody else's call, which goes on while others fail: no worse than while others merely call."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import numpy as np
import psutil

from bot.threads import model_threads
from evals.hearing import transcribe
from tests.calls.gaps import Gaps, Hearing
from tests.calls.inside import until
from tests.calls.phone import PhoneCall, plain, telephoning
from tests.emulators.stream_caller import FRAME, HZ, QUIET
from transports.phone import mulaw

CALM_PIECES, CALM_MS = 75, 100
"""Three seconds without a longer wait: the server has nothing else to do than these calls."""
FEWEST_PIECES = 50
"""Two seconds, from the beginning of a fault, are judged at least."""
LONGEST_PIECES = 250
"""Ten seconds, for which an ordinary call is listened to at most."""
PIECE_SECS = 0.04
CONTROLS = 3
"""Ordinary calls that are tried, one after another, before a fault is to blame."""
_EAR = model_threads(1, "whisper-beside")
"""Steps back behind the server that it shares the machine with: no caller brings Whisper along."""


class Beside:
    """A caller on the phone to whom Echo speaks all the while."""

    def __init__(self, call: PhoneCall, url: str, asks: str = "") -> None:
        """`asks` is what an ordinary caller does, if more than being greeted."""
        self.call = call
        self._url = url
        self._asks = asks
        self._hearing = Hearing([], _process_at(url))
        self.before = Gaps(0.0, 0.0)
        """At the worst of the times when somebody else merely called."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Within, once the server has learnt what it learns beside its first calls; on a machine
        that is never calm, when it would have on another."""
        with self._hearing.listening():
            await until(lambda: self._has_pieces(CALM_PIECES), within_secs=45)
            with suppress(TimeoutError):
                await until(self._is_calm, within_secs=20)
            await self.ordinary()
            yield

    async def ordinary(self, pieces: int = 0) -> None:
        """Somebody else calls, and is greeted and answered: what others are compared with.

        pieces: for so many of this call's at least; the longer one listens, the longer the longest
        hole that a busy machine makes.
        """
        since = self._pieces
        async with telephoning(self._url) as other:
            await other.hears(0.0)
            await asyncio.sleep(1)
            if self._asks:
                await other.asks(self._asks)
        self.before = self.before.or_worse(await self._gaps(since, pieces))

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """What happens within, and just after, is heard in this call no more than that."""
        since = self._pieces
        yield
        during = await self._gaps(since)
        assert not self.call.stream.closed.is_set(), "the other call was lost"
        lasted = min(self._pieces - since, LONGEST_PIECES)
        for _ in range(CONTROLS):
            if during.as_good_as(self.before):
                return
            await self.ordinary(lasted)  # or is it the machine, which has more to do than it had?
        assert during.as_good_as(self.before), f"{during}, with an ordinary call {self.before}"

    @property
    def _pieces(self) -> int:
        return len(self.call.stream.arrived)

    async def _has_pieces(self, pieces: int) -> bool:
        return self._pieces >= pieces

    async def _is_calm(self) -> bool:
        return max(self._heard().waits_ms(self._pieces - CALM_PIECES)) < CALM_MS

    async def _gaps(self, since: int, pieces: int = 0) -> Gaps:
        await until(lambda: self._has_pieces(since + FEWEST_PIECES), within_secs=20)
        with suppress(TimeoutError):  # what Echo says here may come to its end
            longer = 2 * pieces * PIECE_SECS
            await until(lambda: self._has_pieces(since + pieces), within_secs=longer)
        return self._heard().gaps(since)

    def _heard(self) -> Hearing:
        arrived = self.call.stream.arrived
        known = self._hearing.pieces
        self._hearing.arrived += [(at, size / HZ) for at, size in arrived[known:]]
        return self._hearing


def _process_at(url: str) -> int | None:
    """Who listens there, if not the test itself."""
    port = int(url.rpartition(":")[2])
    sockets = psutil.net_connections("tcp")
    found = (each.pid for each in sockets if each.status == "LISTEN" and each.laddr[1] == port)
    return next((pid for pid in found if pid != os.getpid()), None)


@asynccontextmanager
async def speaking_beside(url: str, begins: str = "", asks: str = "") -> AsyncIterator[Beside]:
    """A call in which Echo speaks for longer than whatever is tried within: its greeting is as
    long, or its answer to what this caller begins with. Ordinary callers ask what they ask."""
    async with telephoning(url) as call:
        if begins:
            await call.hears_out(0.6)
            await call.say(begins)
        beside = Beside(call, url, asks)
        async with beside.listening():
            yield beside


async def said_to(call: PhoneCall, from_secs: float = 0.0, to_secs: float | None = None) -> str:
    """What speech recognition makes of what came between these times of the call, without the
    holes that a busy machine left in it."""
    first, last = (None if secs is None else round(secs * HZ) for secs in (from_secs, to_secs))
    heard = bytes(call.stream.heard[first:last])
    frames = (heard[at : at + FRAME] for at in range(0, len(heard), FRAME))
    sound = mulaw.decode(b"".join(frame for frame in frames if frame != QUIET))
    hears = asyncio.get_running_loop().run_in_executor
    return plain(await hears(_EAR, transcribe, np.frombuffer(sound, "<i2"), HZ))
