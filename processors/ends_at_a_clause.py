"""Behind the voice: lets a filler through as it is heard, and no more of it than is needed."""

import asyncio

from pipecat.frames.frames import (
    CancelFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    SystemFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.time import nanoseconds_to_seconds

from processors.due import until_due
from processors.overtaken import Overtaken


class EndsAtAClause(FrameProcessor):
    """Does as `Overtaken` says, in time: an answer's first audio ends a filler at its next clause.

    Frames stay in order but for system frames, which nothing holds.
    """

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self._overtaken = Overtaken()
        self._in_order = asyncio.Lock()
        self._taken = asyncio.Event()
        self._giving: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        async with self._in_order:
            await self._pass_down(frame)
        self._taken.set()

    async def cleanup(self) -> None:
        await self._stop()
        await super().cleanup()

    async def _pass_down(self, frame: Frame) -> None:
        match frame:
            case StartFrame():
                self._giving = self.create_task(self._give_when_due())
                await self.push_frame(frame)
            case InterruptionFrame():
                kept = self._overtaken.drop()
                await self._push(frame, *kept)
            case CancelFrame():
                await self._stop()
                await self.push_frame(frame)
            case SystemFrame():
                await self.push_frame(frame)
            case _:
                await self._push(*self._overtaken.take(frame, self._now_ns))

    async def _give_when_due(self) -> None:
        while True:
            await until_due(self._due_secs, self._taken)
            async with self._in_order:
                await self._push(*self._overtaken.release(self._now_ns))

    def _due_secs(self) -> float | None:
        """When there is something to release; None: not before something more is taken."""
        due_ns = self._overtaken.due_ns
        if due_ns is None:
            return None
        wait_secs = nanoseconds_to_seconds(max(0, due_ns - self._now_ns))
        return asyncio.get_running_loop().time() + wait_secs

    async def _push(self, *frames: Frame) -> None:
        for frame in frames:
            await self.push_frame(frame)

    async def _stop(self) -> None:
        if self._giving:
            await self.cancel_task(self._giving)
            self._giving = None

    @property
    def _now_ns(self) -> int:
        return self.get_clock().get_time()
