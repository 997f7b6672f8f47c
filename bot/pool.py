"""Who may start here: capacity, live calls, drain."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from loguru import logger

from transports.connection import Connection, Guest

END_SECS = 5.0
"""What a call that is ended may take to finish a write and to let go of everything."""


@dataclass(slots=True)
class Places:
    """Counts places, reserved and taken, on a clock that is passed in; a `Door` for the ways in."""

    capacity: int
    reserve_secs: float
    clock: Callable[[], float]
    closed: bool = False
    _reserved: dict[str, tuple[Guest, float]] = field(default_factory=dict)  # until when
    _taken: set[str] = field(default_factory=set)

    def reserve(self, guest: Guest) -> bool:
        """Keep a place for `reserve_secs`; False when all are taken or the house is closed."""
        if self.closed or self.free() == 0:
            return False
        self._reserved[guest.session_id] = (guest, self.clock() + self.reserve_secs)
        return True

    def waiting(self, household: str) -> int:
        """Reserved for that household, and not entered."""
        self._lapse()
        return sum(guest.household == household for guest, _ in self._reserved.values())

    def enter(self, session_id: str) -> Guest | None:
        """Turn a reservation into a call, once."""
        self._lapse()
        guest, _ = self._reserved.pop(session_id, (None, 0.0))
        if guest is not None:
            self._taken.add(session_id)
        return guest

    def leave(self, session_id: str) -> None:
        """Give the place back; harmless for one nobody holds."""
        self._reserved.pop(session_id, None)
        self._taken.discard(session_id)

    def free(self) -> int:
        """Places nobody holds."""
        self._lapse()
        return max(0, self.capacity - len(self._reserved) - len(self._taken))

    @property
    def live(self) -> int:
        """Callers inside."""
        return len(self._taken)

    def _lapse(self) -> None:
        now = self.clock()
        for session_id in [s for s, (_, until) in self._reserved.items() if until <= now]:
            del self._reserved[session_id]


class Pool:
    """Runs calls, and waits for them when the house closes."""

    def __init__(self, call: Callable[[Connection], Awaitable[object]], places: Places) -> None:
        self._call = call
        self._places = places
        self._calls: set[asyncio.Future[object]] = set()

    async def run(self, connection: Connection) -> None:
        """One call to its end, as a task of its own; ends with the task of the way in."""
        task = asyncio.ensure_future(self._call(connection))
        self._calls.add(task)
        try:
            await task
        finally:
            task.cancel()
            self._calls.discard(task)

    async def drain(self, within_secs: float) -> None:
        """Let nobody in, let live calls finish, and end those that outlast `within_secs`."""
        self._places.closed = True
        if not self._calls:
            return
        logger.bind(calls=len(self._calls), within_secs=within_secs).info("draining")
        _, outlasting = await asyncio.wait(self._calls, timeout=within_secs)
        for task in outlasting:
            task.cancel()
        if outlasting:
            await asyncio.wait(outlasting, timeout=END_SECS)
