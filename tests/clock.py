"""Time for unit tests: an event loop on which an hour of waiting takes no time."""

import asyncio
import selectors
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from pipecat.clocks.base_clock import BaseClock

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

_HINT = "Mark the test with @pytest.mark.real_clock, or move it to tests/wire."
_DEADLOCK_AFTER_SECS = 30.0


class VirtualClockError(RuntimeError):
    """The test did what a clock that jumps cannot follow; the message says what to do."""


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing is ready.

    `time()` starts at 0.0 and is exact, whatever the machine's load: `sleep(0.35)` ends at 0.35.
    Jobs given to `run_in_executor` or `to_thread` work: the clock stands still until they are
    done. Any other thread may wake the loop too (aiosqlite does), but a loop that was woken so
    refuses to jump: nobody could tell whether the thread or the timer is first, so it raises
    VirtualClockError rather than guess. It does so for sockets and pipes as well.
    """

    def __init__(self) -> None:
        self._now_secs = 0.0
        self._jobs = 0
        self._woken_by_thread = False
        super().__init__(_JumpingSelector(self._idle))

    def time(self) -> float:
        return self._now_secs

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Ts], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        job = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        job.add_done_callback(self._job_done)
        return job

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        own_thread = threading.current_thread() is threading.main_thread()
        self._woken_by_thread |= not own_thread and not self._jobs
        return super().call_soon_threadsafe(callback, *args, context=context)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        # Python 3.12 puts a timer beside the thread that joins the others; ours would win at once.
        await super().shutdown_default_executor()

    def _idle(self, timeout_secs: float | None) -> float | None:
        """How long to wait for a thread, in real seconds; 0 after a jump of the clock."""
        if self._jobs:
            return None
        if timeout_secs is None:
            return _DEADLOCK_AFTER_SECS
        if self._woken_by_thread:
            raise VirtualClockError(f"A timer and a thread of the test's own race. {_HINT}")
        self._now_secs += timeout_secs
        return 0

    def _job_done(self, job: asyncio.Future[T]) -> None:
        self._jobs -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that asks `idle` what to do instead of waiting for the next timer."""

    def __init__(self, idle: Callable[[float | None], float | None]) -> None:
        super().__init__()
        self._idle = idle

    def register(
        self, fileobj: "FileDescriptorLike", events: int, data: object = None
    ) -> selectors.SelectorKey:
        if self.get_map():  # the first is the loop's own wake-up pipe
            raise VirtualClockError(f"Sockets and pipes need a real clock. {_HINT}")
        return super().register(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        ready = super().select(wait := self._idle(timeout))
        if not ready and wait:
            raise VirtualClockError(
                f"Every task waits, no timer is set, and no thread woke the loop in {wait:g} s."
            )
        return ready


class LoopClock(BaseClock):
    """The loop's time as the pipeline's, so that a virtual loop makes it exact."""

    def get_time(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9)

    def start(self) -> None:
        pass
