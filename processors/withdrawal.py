"""Answers a turn although what the model began ahead of its end cannot be used.

A model that is asked ahead and wants a tool withdraws (`EagerEndOfTurnCancelFrame`), to be asked
again when the turn is over. If the two cross, Pipecat's strategy has already taken the speculation
for the answer: nobody asks again, and the caller hears nothing.

A turn may be over before the question reaches the model, which a signal overtakes: the model's gate
and `Thinking` know that then, and hold nothing.
"""

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    LLMRunFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import EagerUserTurnStopStrategy


class AnsweringEagerStopStrategy(EagerUserTurnStopStrategy):
    """Asks the model again when it withdraws from a turn that is over."""

    _relied_on = False
    """The turn is over, and the answer to it is what the model began ahead."""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        if isinstance(frame, EagerEndOfTurnCancelFrame) and self._relied_on:
            self._relied_on = False
            await self.push_frame(LLMRunFrame())
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
