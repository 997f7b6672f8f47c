"""Hears the caller by one speech to text, and by the next when that one fails.

A frame of audio goes on at once and to the service beside it, not through it: an ear that is dead
holds up nothing, and the stage costs no hop.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    MetricsFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    STTMuteFrame,
    STTUpdateSettingsFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.stt_service import STTService
from pydantic import BaseModel, ConfigDict, Field

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate
from bot.providers.health import Health
from bot.providers.in_order import InOrder
from bot.providers.tape import Tape, TapePolicy
from bot.providers.vigil import Vigil
from processors.all_heard import AllHeardFrame
from processors.long_turn import EndTurnFrame
from processors.silence import SilenceFrame, VoiceFrame


class HearingPolicy(BaseModel):
    """When a speech to text is given up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words_secs: float = Field(default=2.0, gt=0)
    """Of speech, by the VAD, without a word of it: interim transcripts come every 0.3 s or so."""
    connect_secs: float = Field(default=3.0, gt=0)
    """For the handshake; the caller's words wait for it on the tape."""
    tape: TapePolicy = TapePolicy()


_FOR_EARS = (
    *(InputAudioRawFrame, VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame),
    *(SilenceFrame, VoiceFrame),
    *(UserStartedSpeakingFrame, UserStoppedSpeakingFrame, InterruptionFrame),
    *(STTMuteFrame, STTUpdateSettingsFrame, EndTurnFrame, LLMContextAssistantTurnFrame),
)
_FOR_EARS_ONLY = (STTMuteFrame, STTUpdateSettingsFrame, EndTurnFrame)
_LIFE = (StartFrame, CancelFrame)
_END_SECS = 3.0
"""For the last words of a call; an ear that is dead by then does not hold up its end."""


@runtime_checkable
class _Placed(Protocol):
    """What a provider says of where in its audio a transcript belongs, in seconds."""

    start: float
    duration: float


class Hearing(InOrder[STTService]):
    """The role's services in order, of which one listens.

    Gives up on one that reports an error, or hears no word of what the VAD hears within
    `words_secs`. The next hears what was said since the last final transcript, faster than real
    time, and whatever the other says after all is dropped: no turn is lost, none comes twice.
    Pushes an `IncidentFrame` each time.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate[STTService]],
        health: Health,
        policy: HearingPolicy = HearingPolicy(),  # noqa: B008  frozen
    ) -> None:
        super().__init__("STT", candidates, health, policy.connect_secs)
        self._tape: Tape[Frame] = Tape(policy.tape)
        self._vigil = Vigil(policy.words_secs)
        self._from_secs = 0.0
        """Where on the tape the audio of the one that listens begins."""
        self._timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()
        self._by_provider = candidates[0].takes_turns
        """Turns are taken by what a provider proposes, or this stage in its place."""
        self._telling = False
        """The words of a turn are on their way."""
        self._ends_turn: Beside[STTService] | None = None
        """Who has heard a turn whose words had another listen from there on."""

    async def cleanup(self) -> None:
        if self._timer:
            self._timer.cancel()
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                samples = len(frame.audio) / 2 / frame.num_channels
                self._tape.heard(frame, samples / frame.sample_rate)
            case VADUserStartedSpeakingFrame():
                self._tape.spoke(frame)
                self._vigil.spoke(self._now_secs())
                await self._propose_start()
            case VADUserStoppedSpeakingFrame():
                self._tape.fell_silent(frame)
                self._vigil.fell_silent(self._now_secs())
            case EndFrame():
                await self._finish(frame)
            case _:
                pass
        self._watch()
        if not isinstance(frame, _FOR_EARS_ONLY):
            await self.push_frame(frame, direction)
        if self._active and self._is_ready and isinstance(frame, (*_FOR_EARS, *_LIFE)):
            await self._active.give(frame, direction)
        if isinstance(frame, StartFrame):
            await self._started(frame)

    async def _finish(self, end: EndFrame) -> None:
        """The last words before the end."""
        if self._active and self._is_ready:
            await self._active.give(end, FrameDirection.DOWNSTREAM)
            try:
                async with asyncio.timeout(_END_SECS):
                    await self._ended.wait()
            except TimeoutError:
                pass

    # What comes from the service

    async def _says(
        self, speaker: Beside[STTService], frame: Frame, direction: FrameDirection
    ) -> None:
        if isinstance(frame, MetricsFrame) and not speaker.was_given(frame):
            await self.push_frame(frame, direction)  # what was sent is paid for, whoever heard it
            return
        if speaker is self._ends_turn and isinstance(frame, ProposedUserStoppedSpeakingFrame):
            await self.push_frame(frame, direction)  # nobody else knows of that turn
        if speaker is not self._active:
            return  # of one that was given up nothing is heard
        if not speaker.was_given(frame):
            await self._hears(frame, direction)
        elif isinstance(frame, EndFrame):
            self._ended.set()

    async def _hears(self, frame: Frame, direction: FrameDirection) -> None:
        match frame:
            case ErrorFrame():
                await self._errs(frame)
                return
            case TranscriptionFrame():
                self._tape.transcribed(self._until_secs(frame))
                self._vigil.final(self._now_secs())
                self._succession.served()
            case InterimTranscriptionFrame():
                self._vigil.words(self._now_secs())
            case AllHeardFrame():
                self._tape.all_heard()
                self._vigil.all_heard()
            case _:
                pass
        self._watch()
        self._telling = tells = isinstance(frame, TranscriptionFrame)
        await self.push_frame(frame, direction)
        self._telling = False
        if tells:
            await self._propose_stop()

    # Who listens

    async def change(self, candidates: Sequence[Candidate[STTService]]) -> None:
        """As ever; a turn whose own words have brought it about ends all the same."""
        self._ends_turn = self._active if self._telling else None
        await super().change(candidates)

    async def _let_go_of(self, service: STTService) -> None:
        await service.emit_stt_usage_metrics()
        await super()._let_go_of(service)

    @property
    def _is_watched(self) -> bool:
        return self._is_ready and not self._succession.serving.is_here

    def _watch(self) -> None:
        """One timer, set anew only when it rings: a deadline moves with every word."""
        due_secs = self._vigil.due_secs
        if due_secs is None or self._timer or not self._is_watched:
            return
        self._timer = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _ring(self) -> None:
        self._timer = None
        due_secs = self._vigil.due_secs
        if self._is_watched and due_secs is not None and self._now_secs() >= due_secs:
            cause = "stalled" if self._vigil.stalled else "late"
            self._vigil.handed_over(self._now_secs())
            self._owned(self._give_up(cause))
        else:
            self._watch()

    async def _catch_up(self, successor: Beside[STTService]) -> None:
        """Says again what the caller said; nothing is heard in between, for nothing waits here."""
        self._from_secs = self._tape.starts_at_secs
        for frame in self._tape.replay():
            await successor.give(frame, FrameDirection.DOWNSTREAM)
        self._vigil.handed_over(self._now_secs())
        if self._vigil.due_secs is not None:
            await self._propose_start()
        self._watch()

    # Whose turn it is, where a provider that says so itself was given up

    @property
    def _proposes(self) -> bool:
        return self._by_provider and not self._succession.serving.takes_turns

    async def _propose_start(self) -> None:
        if self._proposes:
            await self.broadcast_frame(ProposedUserStartedSpeakingFrame)

    async def _propose_stop(self) -> None:
        if self._proposes and not self._tape.speaking:
            await self.broadcast_frame(ProposedUserStoppedSpeakingFrame)

    def _until_secs(self, frame: TranscriptionFrame) -> float | None:
        """Where on the tape the words of a transcript end, where its provider says so."""
        placed: object = frame.result
        if not isinstance(placed, _Placed):
            return None
        return self._from_secs + float(placed.start) + float(placed.duration)
