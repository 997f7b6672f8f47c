"""Answers a turn although what the model began ahead of its end cannot be used.

A model that is asked ahead and wants a tool withdraws (`EagerEndOfTurnCancelFrame`), to be asked
again when the turn is over. If the two cross, Pipecat's strategy has already taken the speculation
for the answer: nobody asks again, and the caller hears nothing. And a turn that is over right after
the model was asked is confirmed before the question reaches it (a signal overtakes a question):
the answer would be held for good.
"""

import asyncio

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    Frame,
    LLMRunFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import EagerUserTurnStopStrategy


class AnsweringEagerStopStrategy(EagerUserTurnStopStrategy):
    """Asks the model again when it withdraws from a turn that is over."""

    _relied_on = False
    """The turn is over, and the answer to it is what the model began ahead."""

    _HEAD_START_SECS = 0.05
    """An answer begun later than this before the end of the turn gains nothing: ask anew."""
    _began_secs = 0.0

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        if isinstance(frame, EagerTranscriptionFrame):
            self._began_secs = asyncio.get_running_loop().time()
        if isinstance(frame, EagerEndOfTurnCancelFrame) and self._relied_on:
            self._relied_on = False
            await self.push_frame(LLMRunFrame())
        return await super().process_frame(frame)

    async def handle_user_turn_started(self) -> None:
        self._relied_on = False
        await super().handle_user_turn_started()

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        ahead_secs = asyncio.get_running_loop().time() - self._began_secs
        if ahead_secs < self._HEAD_START_SECS and await self._take_speculation():
            await self.trigger_user_turn_speculation_cancelled()
        await super().trigger_user_turn_stopped(
            enable_user_speaking_frames=enable_user_speaking_frames
        )

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
