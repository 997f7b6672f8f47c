"""A service that runs beside the pipeline: what it is given, and what it says, are its owner's."""

from collections.abc import Awaitable, Callable
from copy import copy
from typing import Generic, TypeVar

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup

S = TypeVar("S", bound=FrameProcessor)
Hear = Callable[[Frame, FrameDirection], Awaitable[None]]


class _End(FrameProcessor):
    """Either side of the service."""

    def __init__(self, hear: Hear) -> None:
        super().__init__(enable_direct_mode=True)
        self._hear = hear

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await self._hear(frame, direction)


class Beside(Generic[S]):
    """`service`, whose frames in both directions go to `says` instead of to neighbours."""

    def __init__(
        self,
        service: S,
        says: "Callable[[Beside[S], Frame, FrameDirection], Awaitable[None]]",
    ) -> None:
        async def hear(frame: Frame, direction: FrameDirection) -> None:
            await says(self, frame, direction)

        self.service = service
        self._mark = f"given to {service.name}"
        self._ends = (_End(hear), _End(hear))
        self._ends[0].link(service)
        service.link(self._ends[1])

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Connects it, where it connects ahead of its first use. Observers see what its owner lets
        through, and no more."""
        unobserved = copy(setup)
        unobserved.observer = None
        await self.service.setup(unobserved)

    async def give(self, frame: Frame, direction: FrameDirection) -> None:
        frame.metadata[self._mark] = True
        await self.service.queue_frame(frame, direction)

    def was_given(self, frame: Frame) -> bool:
        """It only passes on what it was given."""
        return self._mark in frame.metadata
