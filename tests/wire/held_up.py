"""How long a test's process was kept from its work: a machine that others use makes all late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

TICK_SECS = 0.01


class HeldUp:
    """Notes when the event loop wakes up late."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []
        """From when it should have run to when it did."""

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECS
            await asyncio.sleep(TICK_SECS)
            self._late.append((due, loop.time()))

    def secs(self, since: float, until: float) -> float:
        """How much of that time, by the loop's clock, nothing in this process could run in."""
        return sum(max(0.0, min(ran, until) - max(due, since)) for due, ran in self._late)


@asynccontextmanager
async def held_up() -> AsyncIterator[HeldUp]:
    held = HeldUp()
    task = asyncio.create_task(held.watch())
    try:
        yield held
    finally:
        task.cancel()
