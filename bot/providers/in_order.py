"""The services of a role in order, of which one serves: connects it, and replaces it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from typing import Generic, TypeVar

from pipecat.frames.frames import ErrorFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Cause, Health
from bot.providers.incident import IncidentFrame, OutageError, cause_of, retry_after_secs
from bot.providers.role import Role

S = TypeVar("S", bound=FrameProcessor)

_LEAVES_AFTER_SECS = 0.5


class InOrder(FrameProcessor, ABC, Generic[S]):
    """A stage whose service can be replaced in the middle of a call.

    A backup is built and connected when it is needed. An error of the service that serves hands
    over to the next at once, and stays in here. Pushes an `IncidentFrame` each time, and an error
    with an `OutageError` upstream when nobody is left.
    """

    def __init__(
        self,
        role: Role,
        candidates: Sequence[Candidate[S]],
        health: Health,
        connect_secs: float,
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._role: Role = role
        self._succession = Succession(role, candidates, health)
        self._connect_secs = connect_secs
        self._active: Beside[S] | None = None
        self._is_ready = False
        """Connected, and up to date: it may be given frames."""
        self._start: StartFrame | None = None
        self._switching: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[object]] = set()
        self._untold: list[tuple[Frame, FrameDirection]] = []

    @property
    def serving(self) -> str:
        """The name of the provider that serves."""
        return self._succession.serving.name

    def processors_with_metrics(self) -> list[FrameProcessor]:
        """The service that serves."""
        return [self._active.service] if self._active else []

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Connects the first that can be, beside the rest: nobody's greeting waits for it."""
        await super().setup(setup)
        self._switching = self.create_task(self._serve(self._succession.first(self._now_secs())))

    async def cleanup(self) -> None:
        await super().cleanup()
        for task in [*self._tasks, *([self._switching] if self._switching else [])]:
            await self.cancel_task(task)
        if self._active:
            await self._active.service.cleanup()

    @abstractmethod
    async def _says(self, speaker: Beside[S], frame: Frame, direction: FrameDirection) -> None:
        """What a service pushes, in either direction, given up or not."""

    @abstractmethod
    async def _catch_up(self, successor: Beside[S]) -> None:
        """Gives a new service all that the one before it did not do."""

    async def _let_go_of(self, service: S) -> None:
        """One that was given up."""
        await service.cleanup()

    async def _started(self, frame: StartFrame) -> None:
        self._start = frame
        while self._untold:
            await self.push_frame(*self._untold.pop(0))

    async def _errs(self, error: ErrorFrame) -> None:
        cause = cause_of(error)
        if cause is None or self._succession.is_final:
            await self.push_frame(error, FrameDirection.UPSTREAM)
        else:
            await self._give_up(cause, retry_after_secs(error))

    async def _give_up(self, cause: Cause, retry_after_secs: float = 0.0) -> None:
        """Hand over to the next; an outage when nobody is left."""
        now_secs = self._now_secs()
        failed, failing = self.serving, self._active
        self._succession.failed(cause, now_secs, retry_after_secs)
        following = self._succession.next(now_secs)
        if following:
            self._active, self._is_ready = None, False
            if failing:
                self._owned(self._let_go_of(failing.service))
            self._switching = self.create_task(self._serve(following))
        await self._tell(
            IncidentFrame(self._role, failed, cause, following.name if following else "")
        )
        if not following:
            outage = OutageError(self._role)
            error = ErrorFrame(str(outage), processor=self, exception=outage)
            await self._tell(error, FrameDirection.UPSTREAM)

    async def change(self, candidates: Sequence[Candidate[S]]) -> None:
        """Have others serve from here on, such as hear or speak another language.

        Nothing has failed: the service that goes is only not heard any more. What it has not done
        is up to the one that comes, as ever.
        """
        leaving = self._active
        coming = self._succession.change(candidates, self._now_secs())
        self._active, self._is_ready = None, False
        if leaving:
            self._owned(self._let_go_later(leaving.service))
        self._switching = self.create_task(self._serve(coming))

    async def _let_go_later(self, service: S) -> None:
        """Its own task may be the one that has brought this about."""
        try:
            await asyncio.sleep(_LEAVES_AFTER_SECS)
        finally:
            await self._let_go_of(service)

    async def _tell(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if self._start:
            await self.push_frame(frame, direction)
        else:
            self._untold.append((frame, direction))

    async def _serve(self, candidate: Candidate[S]) -> None:
        service = candidate.make()
        beside = self._active = Beside(service, self._says)
        try:
            async with asyncio.timeout(self._connect_secs):
                await beside.setup(self.processor_setup)
        except TimeoutError:
            if beside is self._active:
                await self._give_up("late")
            return
        if beside is self._active:  # else it has reported an error, and another is on its way
            self._is_ready = True
            if self._start:
                await beside.give(self._start, FrameDirection.DOWNSTREAM)
                await self._catch_up(beside)

    def _owned(self, work: Coroutine[object, object, object]) -> None:
        task = self.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()
