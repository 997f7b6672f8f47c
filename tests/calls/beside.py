"""Somebody else's call, which goes on while others fail: its frames come as they came before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from tests.calls.inside import until
from tests.calls.phone import PhoneCall, telephoning

CALM_PIECES = 75
"""Three seconds in which the machine lets a voice through in time; those are what is compared."""
FEWEST_PIECES = 50
"""Two seconds, from the beginning of a fault, are judged at least."""
PIECE_MS = 40
LEAD_MS = 160
"""Echo is so far ahead of the ear: what is later by less nobody hears."""


class Beside:
    """A caller on the phone to whom Echo speaks all the while."""

    def __init__(self, call: PhoneCall) -> None:
        self.call = call
        self._calm_at = 0

    @property
    def before_ms(self) -> list[float]:
        """From one piece of Echo's voice to the next, before anything happened."""
        return self._gaps_ms(self._calm_at, self._calm_at + CALM_PIECES)

    async def calm(self) -> None:
        """Waits until the machine has nothing else to do than these calls."""
        await until(self._is_calm, within_secs=45)
        self._calm_at = self._pieces - CALM_PIECES

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """What happens within, and just after, is not heard in this call.

        Each piece of Echo's voice comes as it came before: of a hundred all but one no more than
        a piece later, and none so late that the ear has run out of sound.
        """
        since = self._pieces
        yield
        await until(lambda: self._has_pieces(since + FEWEST_PIECES))
        assert not self.call.stream.closed.is_set()
        before, after = self.before_ms, self._gaps_ms(since, self._pieces)
        assert p99(after) <= p99(before) + PIECE_MS, f"p99 was {p99(before):.0f} ms: {after}"
        assert max(after) <= max(before) + LEAD_MS, f"the longest was {max(before):.0f} ms"

    @property
    def _pieces(self) -> int:
        return len(self.call.stream.arrived)

    async def _has_pieces(self, pieces: int) -> bool:
        return self._pieces >= pieces

    async def _is_calm(self) -> bool:
        gaps = self._gaps_ms(max(0, self._pieces - CALM_PIECES), self._pieces)
        return len(gaps) == CALM_PIECES - 1 and max(gaps) < 2 * PIECE_MS

    def _gaps_ms(self, since: int, to: int) -> list[float]:
        arrived = [at for at, _ in self.call.stream.arrived[since:to]]
        return [1000 * float(gap) for gap in np.diff(arrived)]


def p99(gaps_ms: Sequence[float]) -> float:
    return float(np.percentile(gaps_ms, 99))


@asynccontextmanager
async def speaking_beside(url: str) -> AsyncIterator[Beside]:
    """A call to a server whose greeting outlasts whatever is tried within."""
    async with telephoning(url) as call:
        beside = Beside(call)
        await beside.calm()
        yield beside
        assert not call.stream.closed.is_set(), "the call was lost"


