"""A model answers a question by what has become of it, whatever overtook it on its way.

Questions wait for the one before them, and what becomes of them is told by signals, which Pipecat
puts ahead of all that waits. So a withdrawal may find nothing to withdraw yet, and the end of a
turn nothing to let out: the question that comes behind them would be answered beside the next one,
and be taken for it.
"""

from collections.abc import Iterable
from itertools import dropwhile
from typing import Any, TypeVar

from pipecat.adapters.llm.base_llm_adapter import BaseLLMAdapter
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameCallback, FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService

Adapter = TypeVar("Adapter", bound="BaseLLMAdapter[Any]")

_WITHDRAWN = "withdrawn"


class StillAsked(LLMService[Adapter]):
    """Notes with each question, in the order in which they are given, what the signals say of it.

    One that was withdrawn is passed over when its turn comes; one that was confirmed is no guess
    any more. A guess that is followed by another question is withdrawn, and so is one that the
    model takes back itself, since it wants a tool. What others have to say is said whatever becomes
    of a guess.
    """

    _open: tuple[LLMContextFrame, ...] = ()
    """The question that was begun last, and those that wait."""
    _begun: LLMContextFrame | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether nobody waits for what it is answering, or has answered last."""
        return self._begun is not None and _WITHDRAWN in self._begun.metadata

    async def queue_frame(
        self,
        frame: Frame,
        direction: FrameDirection = FrameDirection.DOWNSTREAM,
        callback: FrameCallback | None = None,
    ) -> None:
        match frame:
            case LLMContextFrame():
                if any(_is_guess(each) for each in self._open):
                    await self.queue_frame(EagerEndOfTurnCancelFrame())
                self._open = (*self._open, frame)
            case EagerEndOfTurnCancelFrame():
                _withdraw(each for each in self._open if _is_guess(each))
            case InterruptionFrame():
                _withdraw(self._open)
            case UserStoppedSpeakingFrame():
                for each in self._open:
                    each.speculation = False
            case TTSSpeakFrame() if any(_is_guess(each) for each in self._open):
                await self.push_frame(frame, direction)  # what waits behind a guess goes with it
                return
            case _:
                pass
        await super().queue_frame(frame, direction, callback)

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if isinstance(frame, TTSSpeakFrame):
            await FrameProcessor.push_frame(self, frame, direction)  # past the gate, which holds it
        else:
            await super().push_frame(frame, direction)

    async def broadcast_frame(self, frame_cls: type[Frame], **kwargs: object) -> None:
        if frame_cls is EagerEndOfTurnCancelFrame and self._begun:
            _withdraw([self._begun])
        await super().broadcast_frame(frame_cls, **kwargs)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, LLMContextFrame):
            self._begun = frame
            self._open = (*dropwhile(lambda each: each is not frame, self._open),)
            if self.is_withdrawn:
                return
        await super().process_frame(frame, direction)


def _is_guess(question: LLMContextFrame) -> bool:
    return question.speculation and _WITHDRAWN not in question.metadata


def _withdraw(questions: Iterable[LLMContextFrame]) -> None:
    for each in questions:
        each.metadata[_WITHDRAWN] = True
