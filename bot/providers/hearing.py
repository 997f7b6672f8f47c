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
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup
from pipecat.services.stt_service import STTService
from pydantic import BaseModel, ConfigDict, Field

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Cause, Health
from bot.providers.incident import IncidentFrame, cause_of
from bot.providers.tape import Tape, TapePolicy
from bot.providers.vigil import Vigil
from processors.all_heard import AllHeardFrame


class HearingPolicy(BaseModel):
    """When a speech to text is given up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words_secs: float = Field(default=2.0, gt=0)
    """Of speech, by the VAD, without a word of it: interim transcripts come every 0.3 s or so."""
    connect_secs: float = Field(default=2.0, gt=0)
    """For the handshake; the caller's words wait for it on the tape."""
    tape: TapePolicy = TapePolicy()


_FOR_EARS = (
    *(InputAudioRawFrame, VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame),
    *(UserStartedSpeakingFrame, UserStoppedSpeakingFrame, InterruptionFrame),
    *(STTMuteFrame, STTUpdateSettingsFrame, LLMContextAssistantTurnFrame),
)
_FOR_EARS_ONLY = (STTMuteFrame, STTUpdateSettingsFrame)
_LIFE = (StartFrame, CancelFrame)
_END_SECS = 3.0
"""For the last words of a call; an ear that is dead by then does not hold up its end."""


class _Ear:
    """A service while it listens, and where on the tape its audio began."""

    def __init__(self, candidate: Candidate[STTService], hearing: "Hearing") -> None:
        self.beside = Beside(candidate.make(), self._says)
        self.from_secs = 0.0
        self.ready = False
        """Connected, and up to date."""
        self.ended = asyncio.Event()
        self._hearing = hearing

    async def _says(self, frame: Frame, direction: FrameDirection) -> None:
        if not self.beside.was_given(frame):
            await self._hearing.says(self, frame, direction)
        elif isinstance(frame, EndFrame):
            self.ended.set()


@runtime_checkable
class _Placed(Protocol):
    """What a provider says of where in its audio a transcript belongs, in seconds."""

    start: float
    duration: float


class Hearing(FrameProcessor):
    """The role's services in order, of which one listens.

    Gives up on one that reports an error, or hears no word of what the VAD hears within
    `words_secs`. The next hears what was said since the last final transcript, faster than real
    time, and whatever the other says after all is dropped: no turn is lost, none comes twice.
    Pushes an `IncidentFrame` each time. The error of the last of them goes on upstream.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate[STTService]],
        health: Health,
        policy: HearingPolicy = HearingPolicy(),  # noqa: B008  frozen
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._succession = Succession("STT", candidates, health)
        self._policy = policy
        self._tape: Tape[Frame] = Tape(policy.tape)
        self._vigil = Vigil(policy.words_secs)
        self._ear: _Ear | None = None
        self._start: StartFrame | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._switching: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._by_provider = False
        """Turns are taken by what a provider proposes, or this stage in its place."""
        self._untold: list[IncidentFrame] = []

    @property
    def serving(self) -> str:
        """The name of the provider that listens."""
        return self._succession.serving.name

    def processors_with_metrics(self) -> list[FrameProcessor]:
        """The one that listens."""
        return [self._ear.beside.service] if self._ear else []

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Connects the first that can be."""
        await super().setup(setup)
        self._switching = self.create_task(self._listen(self._succession.first(self._now_secs())))
        self._by_provider = self._succession.serving.takes_turns
        while self._switching and not self._switching.done():
            await self._switching

    async def cleanup(self) -> None:
        await super().cleanup()
        if self._timer:
            self._timer.cancel()
        for task in [*self._retiring, *([self._switching] if self._switching else [])]:
            await self.cancel_task(task)
        if self._ear:
            await self._ear.beside.service.cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._start = frame
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
        if self._ear and self._ear.ready and isinstance(frame, (*_FOR_EARS, *_LIFE)):
            await self._ear.beside.give(frame, direction)
        if isinstance(frame, StartFrame):
            while self._untold:
                await self.push_frame(self._untold.pop(0))

    async def _finish(self, end: EndFrame) -> None:
        """The last words before the end."""
        if (ear := self._ear) and ear.ready:
            await ear.beside.give(end, FrameDirection.DOWNSTREAM)
            try:
                async with asyncio.timeout(_END_SECS):
                    await ear.ended.wait()
            except TimeoutError:
                pass

    # What comes from the service

    async def says(self, ear: _Ear, frame: Frame, direction: FrameDirection) -> None:
        """What a service pushes itself; of one that was given up nothing is heard."""
        if ear is not self._ear:
            return
        match frame:
            case ErrorFrame():
                await self._errs(frame)
                return
            case TranscriptionFrame():
                self._tape.transcribed(_until_secs(frame, ear))
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
        await self.push_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            await self._propose_stop()

    async def _errs(self, error: ErrorFrame) -> None:
        cause = cause_of(error)
        if cause is None or not await self._give_up(cause):
            await self.push_frame(error, FrameDirection.UPSTREAM)

    # Who listens

    def _watch(self) -> None:
        """One timer, set anew only when it rings: a deadline moves with every word."""
        due_secs = self._vigil.due_secs
        if due_secs is None or self._timer or self._succession.is_last or not self._ear:
            return
        self._timer = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _ring(self) -> None:
        self._timer = None
        due_secs = self._vigil.due_secs
        if due_secs is not None and self._now_secs() >= due_secs and self._ear:
            self.create_task(self._give_up("stalled" if self._vigil.stalled else "late"))
        else:
            self._watch()

    async def _give_up(self, cause: Cause) -> bool:
        """Hand over to the next; False when nobody is left, and the same one goes on."""
        now_secs = self._now_secs()
        failed, failing = self.serving, self._ear
        self._succession.failed(cause, now_secs)
        following = self._succession.next(now_secs)
        if following:
            self._ear = None  # what comes meanwhile is on the tape
            self._vigil.handed_over(now_secs)
            if failing:
                self._retire(failing)
            self._switching = self.create_task(self._listen(following))
        await self._tell(IncidentFrame("STT", failed, cause, following.name if following else ""))
        return following is not None

    async def _tell(self, incident: IncidentFrame) -> None:
        if self._start:
            await self.push_frame(incident)
        else:
            self._untold.append(incident)

    async def _listen(self, candidate: Candidate[STTService]) -> None:
        ear = self._ear = _Ear(candidate, self)
        try:
            async with asyncio.timeout(self._policy.connect_secs):
                await ear.beside.setup(self.processor_setup)
        except TimeoutError:
            if ear is self._ear:
                await self._give_up("late")
            return
        if ear is self._ear:  # else it has reported an error, and another is on its way
            await self._catch_up(ear)

    async def _catch_up(self, ear: _Ear) -> None:
        """Says again what the caller said; nothing is heard in between, for nothing waits here."""
        ear.from_secs = self._tape.starts_at_secs
        ear.ready = True
        if self._start is None:
            return
        for frame in (self._start, *self._tape.replay()):
            await ear.beside.give(frame, FrameDirection.DOWNSTREAM)
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

    def _retire(self, ear: _Ear) -> None:
        task = self.create_task(ear.beside.service.cleanup())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    def _now_secs(self) -> float:
        return asyncio.get_running_loop().time()


def _until_secs(frame: TranscriptionFrame, ear: _Ear) -> float | None:
    """Where on the tape the words of a transcript end, where its provider says so."""
    placed: object = frame.result
    if not isinstance(placed, _Placed):
        return None
    return ear.from_secs + float(placed.start) + float(placed.duration)
