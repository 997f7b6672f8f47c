"""OpenAI Realtime that leaves a call when its last words were said."""

import asyncio

from pipecat.frames.frames import EndWorkerFrame, Frame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

LAST_WORDS_SECS = 15.0
"""A goodbye has this long to be heard before the call is ended all the same."""


class LeavesLast(OpenAIRealtimeLLMService):
    """An `EndWorkerFrame` goes on when `_is_done`: whoever may make that true says so by
    `_leave_if_done`. One that is interruptible is dropped with the words before it."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # pyright: ignore[reportArgumentType]
        self._leaving: EndWorkerFrame | None = None
        self._leave_late: asyncio.Task[None] | None = None

    @property
    def _is_done(self) -> bool:
        """Whether nothing is left to say or to be heard."""
        raise NotImplementedError

    async def cleanup(self) -> None:
        await self._stay()
        await super().cleanup()

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if isinstance(frame, EndWorkerFrame) and direction is FrameDirection.DOWNSTREAM:
            await self._stay()
            self._leaving = frame
            self._leave_late = self.create_task(self._leave_in_time())
            await self._leave_if_done()
        else:
            await super().push_frame(frame, direction)

    async def _handle_interruption(self) -> None:
        if self._leaving and self._leaving.interruptible:
            await self._stay()
        await super()._handle_interruption()

    async def _leave_if_done(self) -> None:
        if self._is_done:
            await self._leave()

    async def _leave_in_time(self) -> None:
        await asyncio.sleep(LAST_WORDS_SECS)
        self._leave_late = None
        await self._leave()

    async def _leave(self) -> None:
        frame = self._leaving
        await self._stay()
        if frame:
            await super().push_frame(frame)

    async def _stay(self) -> None:
        self._leaving = None
        late, self._leave_late = self._leave_late, None
        if late:
            await self.cancel_task(late)
