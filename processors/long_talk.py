"""Meets a caller who talks for minutes: one line in their next pause, and the floor is theirs.

The line ends the turn without a model being asked: what was said is in the context, and whatever
the caller answers is the next question. Nothing is said over speech.
"""

import asyncio

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    TranscriptionFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import BaseUserTurnStopStrategy
from pydantic import BaseModel, ConfigDict, Field

from processors.all_heard import AllHeardFrame
from processors.silence import SoundFrame, VoiceFrame


class LongTalkSettings(BaseModel):
    """When a caller who goes on and on is met, and with what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_secs: float = Field(default=60.0, ge=0, le=600)
    """Of speech, with no more than breaths in it; 0: a caller is never met."""
    pause_secs: float = Field(default=0.4, ge=0.2, le=3)
    """The pause in which Echo begins: a breath is shorter."""
    line: str = "I'm with you. To make sure I have this right: what should I help you with first?"
    """Said then. It asks for what matters, so that the next turn is a short one."""
    most_words: int = Field(default=1000, ge=50)
    """Kept of what is said before Echo says something, six minutes of quick speech: a radio that is
    left on fills neither memory nor context."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said."""
        return (self.line,) if self.after_secs else ()


class LongTalk:
    """How long the caller has been talking since Echo last said something (pure).

    Times are seconds on any one clock.
    """

    _GAP_SECS = 3.0
    """A silence so long is the end of what was being said."""
    _WORDS_SECS = 1.2
    """So long the words of what was said last are waited for; mostly they are there sooner."""

    def __init__(self, settings: LongTalkSettings) -> None:
        self._settings = settings
        self._since_secs: float | None = None
        self._silent_secs: float | None = None
        """Since when the caller has been silent."""
        self._all_heard = False
        self._is_open = False

    def follow(self, settings: LongTalkSettings) -> None:
        """Say another line from here on, such as that of another language."""
        self._settings = settings

    @property
    def line(self) -> str:
        """What a caller who is met hears."""
        return self._settings.line

    def speaks(self, now_secs: float) -> None:
        """There is a voice, or a sound that may become one."""
        silent = self._silent_secs
        lapsed = silent is not None and now_secs - silent >= self._GAP_SECS
        if self._since_secs is None or lapsed:
            self._since_secs = now_secs
        self._silent_secs, self._all_heard = None, False

    def silent(self, since_secs: float) -> None:
        """The speech has ended."""
        self._silent_secs = since_secs

    def all_heard(self) -> None:
        """The words are there."""
        self._all_heard = True

    def answered(self) -> None:
        """Echo says something."""
        self._since_secs = self._silent_secs = None

    def turn(self, *, is_open: bool) -> None:
        """It is the caller's turn, or over."""
        self._is_open = is_open

    @property
    def due_secs(self) -> float | None:
        """When the caller is to be met, if nothing happens until then."""
        since, silent, settings = self._since_secs, self._silent_secs, self._settings
        if since is None or silent is None or not self._is_open or not settings.after_secs:
            return None
        if silent - since < settings.after_secs:
            return None
        return silent + max(settings.pause_secs, 0 if self._all_heard else self._WORDS_SECS)

    def meets(self, now_secs: float) -> bool:
        """Whether to say the line now; the count begins anew then."""
        due_secs = self.due_secs
        if due_secs is None or now_secs < due_secs:
            return False
        self.answered()
        return True


class LongTalkStopStrategy(BaseUserTurnStopStrategy):
    """Ends a turn that has lasted too long, beside the strategies that know when one is over.

    For a speech to text whose words are there when the caller pauses.
    """

    def __init__(self, talk: LongTalk) -> None:
        super().__init__()
        self._talk = talk
        self._timer: asyncio.TimerHandle | None = None
        self._meeting: asyncio.Task[None] | None = None

    async def cleanup(self) -> None:
        self._stop_timer()
        if self._meeting and not self._meeting.done():
            self._meeting.cancel()
        await super().cleanup()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        now_secs = asyncio.get_running_loop().time()
        match frame:
            case VADUserStartedSpeakingFrame() | VoiceFrame() | SoundFrame(sounding=True):
                self._talk.speaks(now_secs)
            case VADUserStoppedSpeakingFrame():
                self._talk.silent(now_secs - frame.stop_secs)
            case AllHeardFrame() | TranscriptionFrame(finalized=True):
                self._talk.all_heard()
            case BotStartedSpeakingFrame():
                self._talk.answered()
            case _:
                return ProcessFrameResult.CONTINUE
        self._set_timer()
        return ProcessFrameResult.CONTINUE

    async def handle_user_turn_started(self) -> None:
        self._talk.turn(is_open=True)
        self._set_timer()

    async def handle_user_turn_stopped(self) -> None:
        self._talk.turn(is_open=False)
        self._set_timer()

    def _set_timer(self) -> None:
        self._stop_timer()
        due_secs = self._talk.due_secs
        if due_secs is not None:
            self._timer = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        if self._talk.meets(asyncio.get_running_loop().time()):
            self._meeting = self.task_manager.create_task(self._meet(), f"{self}::_meet")

    async def _meet(self) -> None:
        """Write down what was said; what is being answered ahead is no answer to it."""
        await self.trigger_user_turn_speculation_cancelled()
        await self.trigger_user_turn_finalized(confirms_speculation=True)
        await self.push_frame(TTSSpeakFrame(self._talk.line, append_to_context=True))
