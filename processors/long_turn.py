"""Meets a caller who talks for minutes to a speech to text that takes turns by itself.

Its words are there only when it calls the turn over. So in a pause it is told to (`EndTurnFrame`),
and the line of `long_talk.py` is the answer to that turn instead of the model's.
"""

from dataclasses import dataclass

from pipecat.frames.frames import (
    Frame,
    SystemFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.turns.types import ProcessFrameResult

from processors.asking import Asking
from processors.long_talk import LongTalk, LongTalkStopStrategy
from processors.silence import VoiceFrame
from processors.withdrawal import AnsweringEagerStopStrategy


@dataclass
class EndTurnFrame(SystemFrame):
    """Upstream: let the turn that is being heard be over, and tell its words."""


class EndsLongTurns(LongTalkStopStrategy):
    """Asks for the end of a turn that has lasted too long; `LongTurnStopStrategy` answers it."""

    def __init__(self, talk: LongTalk) -> None:
        super().__init__(talk)
        self.ending = False
        """The turn is being ended: the model is not to be asked about it."""
        self._meets = False

    @property
    def line(self) -> str:
        """What the caller is met with when it is over, in the language they were heard in; "":
        nothing, since there is a voice."""
        return self._talk.line if self._meets else ""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        if isinstance(frame, VADUserStartedSpeakingFrame | VoiceFrame):
            self._meets = False
        proceed = await super().process_frame(frame)
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            self._talk.all_heard()  # the words come when they are asked for
            self._set_timer()
        return proceed

    async def handle_user_turn_started(self) -> None:
        self.ending = False
        await super().handle_user_turn_started()

    async def handle_user_turn_stopped(self) -> None:
        self.ending = False
        await super().handle_user_turn_stopped()

    async def _meet(self) -> None:
        self.ending = self._meets = True
        await self.push_frame(EndTurnFrame(), FrameDirection.UPSTREAM)


class LongTurnStopStrategy(AnsweringEagerStopStrategy):
    """Ends turns when the speech to text does; one that was ended for its length, with the line."""

    def __init__(self, long_turns: EndsLongTurns, asking: Asking) -> None:
        super().__init__(asking)
        self._long_turns = long_turns
        self._meeting = False

    async def trigger_user_turn_stopped(
        self, *, enable_user_speaking_frames: bool | None = None
    ) -> None:
        if self._meeting:
            return  # it may be found over twice
        if not self._long_turns.ending:
            await super().trigger_user_turn_stopped(
                enable_user_speaking_frames=enable_user_speaking_frames
            )
            return
        self._meeting = True
        if await self._take_speculation():
            await self.trigger_user_turn_speculation_cancelled()
        await self.trigger_user_turn_finalized(
            enable_user_speaking_frames=enable_user_speaking_frames, confirms_speculation=True
        )
        self._meeting = self._relied_on = False
        if line := self._long_turns.line:
            await self.push_frame(TTSSpeakFrame(line, append_to_context=True))
