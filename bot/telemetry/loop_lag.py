"""How late the event loop runs what is due: what one call's work costs every other's audio."""

import asyncio
from bisect import bisect_left
from collections.abc import Generator
from contextlib import contextmanager

PERIOD_SECS = 0.01
"""Half a frame of audio: a stall that a caller could hear is seen at least once."""

BOUNDS_MS = (
    *(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50),
    *(75, 100, 150, 200, 300, 500, 1000, 2000, 5000),
)

_MOST_MISSED = 1000
"""A machine that was suspended has not stalled: one wait counts for ten seconds at most."""


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

    @property
    def p99_ms(self) -> float:
        return self.percentile_ms(99)

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
    """Samples the lag of the running loop from `start` to `stop`; one serves a whole process.

    What was due during a stall counts as late each, as if the loop had been asked all the time: a
    stall of 100 ms is ten samples of 100, 90, 80... ms, not one. Costs about 0.2 % of a core on a
    loop that is busy with a call, 1-2 % on one that would sleep otherwise.
    """

    def __init__(self) -> None:
        self.total = LagHistogram()
        self._watching = [self.total]
        self._due_secs = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to sample; does nothing when it already does."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._wait(loop, loop.time() + PERIOD_SECS)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    @contextmanager
    def watch(self) -> Generator[LagHistogram, None, None]:
        """Give the lag of a time of its own, such as a call."""
        own = LagHistogram()
        self._watching.append(own)
        try:
            yield own
        finally:
            self._watching = [each for each in self._watching if each is not own]

    def _wait(self, loop: asyncio.AbstractEventLoop, due_secs: float) -> None:
        self._due_secs = due_secs
        self._timer = loop.call_at(due_secs, self._sample, loop)

    def _sample(self, loop: asyncio.AbstractEventLoop) -> None:
        late_secs = max(0.0, loop.time() - self._due_secs)
        missed = min(int(late_secs / PERIOD_SECS), _MOST_MISSED)
        for histogram in self._watching:
            for tick in range(missed + 1):
                histogram.add((late_secs - tick * PERIOD_SECS) * 1000)
        self._wait(loop, loop.time() + PERIOD_SECS)
