"""The language models of a call beside each other, as if they were one stage of the pipeline."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    LLMUpdateSettingsFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.services.settings import LLMSettings

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate
from bot.providers.still_asked import StillAsked
from bot.providers.tool_steps import InSteps

Model = StillAsked[Any]

Says = Callable[[str, Frame, FrameDirection], Awaitable[None]]
Passes = Callable[[Frame, FrameDirection], Awaitable[None]]
May = Callable[[str], Awaitable[bool]]

_Answer = LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame | ErrorFrame


class Models:
    """Each is made when it is first needed, and stays: it may run a tool for the caller.

    All hear what is out of order. What is in order goes through the one that was asked last, and
    through the next from there on.

    passes: given what has gone through them in order, each frame once.
    says: given the name of one and what it pushes of its own.
    may_act: whether the tools that the one of that name calls are to run.
    """

    def __init__(self, passes: Passes, says: Says, may_act: May) -> None:
        self._passes = passes
        self._says = says
        self._may_act = may_act
        self._by_name: dict[str, Beside[Model]] = {}
        self._passing: Beside[Model] | None = None
        """Whom frames that are in order go through."""
        self._waiting: list[Frame] = []
        """Given to a model in order, and not come out again."""
        self._start: StartFrame | None = None

    @property
    def services(self) -> list[Model]:
        """Those that have been made."""
        return [model.service for model in self._by_name.values()]

    async def make(self, candidate: Candidate[Model], setup: FrameProcessorSetup) -> None:
        """Does nothing for one that is there."""
        if candidate.name in self._by_name:
            return
        model = Beside(candidate.make(), partial(self._hear, candidate.name))
        self._by_name[candidate.name] = model
        self._passing = self._passing or model
        self._let_act(candidate.name, model.service)
        await model.setup(setup)
        if self._start:
            await model.give(self._start, FrameDirection.DOWNSTREAM)

    async def ask(self, name: str, question: LLMContextFrame) -> None:
        model = self._passing = self._by_name[name]
        for each in (question, *self._waiting):
            await model.give(each, FrameDirection.DOWNSTREAM)

    def answers(self, name: str) -> None:
        """What is in order goes through this one, whoever else was asked."""
        self._passing = self._by_name[name]

    async def stop(self, *names: str) -> None:
        """These go on for nobody; what one of them runs for the caller goes on."""
        for name in names:
            await self._by_name[name].give(InterruptionFrame(), FrameDirection.DOWNSTREAM)

    async def tell(self, frame: Frame, direction: FrameDirection) -> None:
        """To all of them; it does not come out of any."""
        for model in [*self._by_name.values()]:
            await model.give(frame, direction)
        if isinstance(frame, StartFrame):
            self._start = frame

    def interrupted(self) -> None:
        """What may be dropped does not come out any more."""
        self._waiting = [each for each in self._waiting if not each.interruptible]

    async def lead_through(self, frame: Frame) -> None:
        """It comes out behind all that was said before it."""
        if self._passing:
            self._waiting.append(frame)
            await self._passing.give(frame, FrameDirection.DOWNSTREAM)

    async def speak_as(self, persona: str, apology: str) -> None:
        changed = LLMSettings(system_instruction=persona)
        for model in self._by_name.values():
            await model.give(LLMUpdateSettingsFrame(delta=changed), FrameDirection.DOWNSTREAM)
            if isinstance(model.service, InSteps):
                model.service.apology = apology

    async def cleanup(self) -> None:
        for service in self.services:
            await service.cleanup()

    async def _hear(
        self, name: str, model: Beside[Model], frame: Frame, direction: FrameDirection
    ) -> None:
        if isinstance(frame, _Answer) and model.service.is_withdrawn:
            return  # it would be taken for the answer to the question behind it
        if not model.was_given(frame):
            await self._says(name, frame, direction)
        elif model is self._passing and any(frame is each for each in self._waiting):
            self._waiting = [each for each in self._waiting if each is not frame]
            await self._passes(frame, direction)

    def _let_act(self, name: str, service: Model) -> None:
        """Have it call tools only where it may."""
        run = service.run_function_calls

        async def run_if_it_may(function_calls: Sequence[FunctionCallFromLLM]) -> None:
            if not service.is_withdrawn and (not function_calls or await self._may_act(name)):
                await run(function_calls)

        service.run_function_calls = run_if_it_may  # pyright: ignore[reportAttributeAccessIssue]
