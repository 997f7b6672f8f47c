"""Ends a call in which the same words come again and again, instead of paying for it.

    ..., context.user(), LoopGuard(), llm, ...

It stands between the caller's aggregator and the model, which is not asked where a machine is: a
question is, once, and then goodbye is said. Who speaks over the goodbye is listened to; if it is
the same again, the next goodbye is said to its end. Behind one that is, whoever says it, the model
is asked nothing more.
"""

import asyncio

from loguru import logger
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EndWorkerFrame,
    Frame,
    LLMContextAssistantTurnFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    TTSSpeakFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.loop import Loop, LoopSettings, Step

LOOP = "the same words again and again"
"""The reason of an end that they brought about."""


class LoopGuard(FrameProcessor):
    """Asks, and hangs up, instead of the model's answer.

    model_hears: the model hears the caller itself and answers before the words are there. What is
    to be asked is said after that; goodbye is said once, in its place, and to its end.
    """

    def __init__(self, settings: LoopSettings, *, model_hears: bool = False) -> None:
        super().__init__(enable_direct_mode=True)
        self._loop = Loop(settings)
        self._model_hears = model_hears
        self._met = ""
        """The turn that is not for the model."""
        self._is_over = False
        """The last goodbye is being said; nothing is answered any more."""
        self._ending: asyncio.Task[None] | None = None

    def follow(self, settings: LoopSettings) -> None:
        """Say other words from here on, such as those of another language."""
        self._loop.follow(settings)

    async def cleanup(self) -> None:
        if self._ending:
            await self.cancel_task(self._ending)
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMContextFrame() if self._meets(frame):
                return
            case LLMContextAssistantTurnFrame():
                self._loop.answered(frame.text)
            case EndWorkerFrame(interruptible=False) if direction is FrameDirection.DOWNSTREAM:
                self._is_over = True
                await self.broadcast_frame(EagerEndOfTurnCancelFrame)  # nor what was asked ahead
            case _:
                pass
        await self.push_frame(frame, direction)
        if isinstance(frame, LLMContextUserTurnFrame):
            await self._hear(frame.text)

    def _meets(self, frame: LLMContextFrame) -> bool:
        """Whether what the model is to be asked, at the end of a turn or ahead of it, is a loop."""
        if self._is_over:
            return True
        turn = _last_turn(frame.context)
        if frame.speculation:
            return self._loop.step(turn) is not None
        met, self._met = self._met, ""
        return bool(met) and turn == met

    async def _hear(self, text: str) -> None:
        step = self._loop.heard(text)
        self._met = text if step and not self._model_hears else ""
        if step is None or self._is_over:
            return
        self._is_over = step.in_full
        if not (self._model_hears and step.hangs_up):
            await self._say(step)
        elif step.in_full:
            # Not here: the interruption ends the task that has brought the words.
            self._ending = self.create_task(self._cut_in(step))

    async def _cut_in(self, step: Step) -> None:
        await self.broadcast_interruption()
        await self._say(step)

    async def _say(self, step: Step) -> None:
        what = "hung up on" if step.hangs_up else "asked"
        logger.bind(what=what).info("the same words came again and again")
        words, hang_up = TTSSpeakFrame(step.text), EndWorkerFrame(reason=LOOP)
        words.interruptible = hang_up.interruptible = not step.in_full
        await self.push_frame(words)
        if step.hangs_up:
            await self.push_frame(hang_up)


def _last_turn(context: LLMContext) -> str:
    """The caller's words that a model is asked about; "" if it goes on behind something else."""
    messages = context.get_messages()
    last = messages[-1] if messages else None
    if not isinstance(last, dict) or last.get("role") != "user":
        return ""
    content = last.get("content")
    return content if isinstance(content, str) else ""
