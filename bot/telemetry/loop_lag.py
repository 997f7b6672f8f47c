"""How late the event loop runs what is due: what one call's work costs every other's audio."""

import asyncio
from bisect import bisect_left

PERIOD_SECS = 0.01
"""Half a frame of audio: a stall that a caller could hear is seen at least once."""

BOUNDS_MS = (
    *(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50),
    *(75, 100, 150, 200, 300, 500, 1000, 2000, 5000),
)


class LagHistogram:
    """Counts of lateness in fixed buckets: constant memory, however long it runs."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_MS) + 1)
        self.count = 0
        self.max_ms = 0.0

    def add(self, late_ms: float) -> None:
        self._counts[bisect_left(BOUNDS_MS, late_ms)] += 1
        self.count += 1
        self.max_ms = max(self.max_ms, late_ms)

    def percentile_ms(self, percent: float) -> float:
        """Return the upper bound of the bucket the percentile is in, at most the maximum."""
        rank = self.count * percent / 100
        seen = 0
        for bound_ms, count in zip(BOUNDS_MS, self._counts, strict=False):
            seen += count
            if seen >= rank:
                return min(bound_ms, self.max_ms)
        return self.max_ms


class LoopLag:
    """Samples the lag of the running loop from `start` to `stop`; about 0.3 % of a core.

    A wait that was cut into by a stall counts once, as what it was late by.
    """

    def __init__(self) -> None:
        self.histogram = LagHistogram()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sample; does nothing when it already does."""
        if self._task is None:
            self._task = asyncio.create_task(self._sample(), name="loop-lag")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def p50_ms(self) -> float:
        return self.histogram.percentile_ms(50)

    @property
    def p99_ms(self) -> float:
        return self.histogram.percentile_ms(99)

    @property
    def max_ms(self) -> float:
        return self.histogram.max_ms

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + PERIOD_SECS
            await asyncio.sleep(PERIOD_SECS)
            self.histogram.add(max(0.0, loop.time() - due) * 1000)
