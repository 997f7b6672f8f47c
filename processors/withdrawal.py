"""Answers a turn although what the model began ahead of its end cannot be used.

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


class AnsweringEagerStopStrategy(EagerUserTurnStopStrategy):
    """Asks the model again when it withdraws from a turn that is over.

    A guess that follows another withdraws it: the signal that did may have overtaken the first.
    """

    _relied_on = False
    """The turn is over, and the answer to it is what the model began ahead."""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        if isinstance(frame, EagerEndOfTurnCancelFrame) and self._relied_on:
            self._relied_on = False
            await self.push_frame(LLMRunFrame())
        if isinstance(frame, EagerTranscriptionFrame) and await self._take_speculation():
            await self.trigger_user_turn_speculation_cancelled()
        return await super().process_frame(frame)

    async def handle_user_turn_started(self) -> None:
        self._relied_on = False
        await super().handle_user_turn_started()

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
