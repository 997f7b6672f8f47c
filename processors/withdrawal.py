"""Asks ahead of the end of a turn when a speech to text guesses it, and answers the turn although
what the model began ahead cannot be used.

A model that is asked ahead and wants a tool withdraws (`EagerEndOfTurnCancelFrame`), to be asked
again when the turn is over. If the two cross, Pipecat's strategy has already taken the speculation
for the answer: nobody asks again, and the caller hears nothing.

A turn may be over before the question reaches the model, which a signal overtakes: the model knows
that then (`bot/providers/still_asked.py`), and holds nothing.
"""

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    Frame,
    LLMRunFrame,
)
from pipecat.turns.types import ProcessFrameResult, UserTurnSpeculation
from pipecat.turns.user_stop import EagerUserTurnStopStrategy

from processors.asking import Asking


class AnsweringEagerStopStrategy(EagerUserTurnStopStrategy):
    """Asks as far as that is worth it, and again when the model withdraws from a turn that is over.

    A guess that follows another withdraws it: the signal that did may have overtaken the first.
    """

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking
        self._relied_on = False
        """The turn is over, and the answer to it is what the model began ahead."""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case EagerEndOfTurnCancelFrame() if self._relied_on:
                self._relied_on = False
                await self.push_frame(LLMRunFrame())
            case EagerEndOfTurnCancelFrame() if self._speculation:
                self._asking.wasted()
            case EagerTranscriptionFrame():
                if await self._take_speculation():
                    await self.trigger_user_turn_speculation_cancelled()
                if not self._asking.worth(self._text + frame.text):
                    return ProcessFrameResult.CONTINUE
            case _:
                pass
        return await super().process_frame(frame)

    async def trigger_user_turn_speculation_cancelled(self) -> None:
        self._asking.wasted()
        await super().trigger_user_turn_speculation_cancelled()

    async def handle_user_turn_started(self) -> None:
        self._relied_on = False
        await super().handle_user_turn_started()

    async def handle_user_turn_stopped(self) -> None:
        self._asking.turn_over()
        await super().handle_user_turn_stopped()

    async def trigger_user_turn_finalized(
        self,
        *,
        enable_user_speaking_frames: bool | None = None,
        confirms_speculation: bool = False,
    ) -> None:
        self._relied_on = confirms_speculation
        await super().trigger_user_turn_finalized(
            enable_user_speaking_frames=enable_user_speaking_frames,
            confirms_speculation=confirms_speculation,
        )

    async def _take_speculation(self) -> UserTurnSpeculation | None:
        """At once: while Pipecat's waits for the end of its timer, other frames come between a
        question and what is decided about it."""
        speculation, self._speculation = self._speculation, None
        if self._speculation_timeout_task:
            self._speculation_timeout_task.cancel()
            self._speculation_timeout_task = None
        return speculation
