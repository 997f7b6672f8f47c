"""Speaks by one text to speech, and by the next when that one fails: from the next word on."""

import asyncio
from collections.abc import Sequence

from pipecat.frames.frames import (
    CancelFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    SystemFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.tts_service import TTSService
from pydantic import BaseModel, ConfigDict, Field

from bot.providers.beside import Beside
from bot.providers.candidate import Candidate
from bot.providers.health import Cause, Health
from bot.providers.in_order import InOrder
from bot.providers.owed_audio import OwedAudio
from bot.providers.script import Script
from bot.providers.whole_words import SLACK_NS, WholeWords


class SpeakingPolicy(BaseModel):
    """When a text to speech is given up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audio_secs: float = Field(default=1.5, gt=0)
    """Without audio of a text it was given; the slowest twentieth of first sounds takes 0.3 s."""
    connect_secs: float = Field(default=3.0, gt=0)
    """For the handshake; what is to be said waits for it."""


_PASSED = "passed by the stage"


class Speaking(InOrder[TTSService]):
    """The role's services in order, of which one speaks.

    Gives up on one that reports an error, or gives no audio for `audio_secs` of what it was asked
    to say. The next says the words that were not heard, and all that was to follow, in order. A
    word counts as heard when its audio has gone out; only those go on to the memory, each once.
    Pushes an `IncidentFrame` each time.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate[TTSService]],
        health: Health,
        policy: SpeakingPolicy = SpeakingPolicy(),  # noqa: B008  frozen
    ) -> None:
        super().__init__("TTS", candidates, health, policy.connect_secs)
        self._script = Script()
        self._words: WholeWords[TTSTextFrame] = WholeWords()
        self._owed_audio = OwedAudio(policy.audio_secs)
        self._held: list[TTSAudioRawFrame] = []
        self._context_id: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._letting_go: asyncio.TimerHandle | None = None

    async def cleanup(self) -> None:
        for timer in (self._deadline, self._letting_go):
            if timer:
                timer.cancel()
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                await self.push_frame(frame, direction)
            case InterruptionFrame():
                self._forget()
                self._script.clear()
                self._words.interrupted()
            case SystemFrame():
                pass
            case _ if direction is FrameDirection.DOWNSTREAM and not self._is_final:
                self._script.given(frame)
            case _:
                pass
        if self._active and self._is_ready:
            await self._active.give(frame, direction)
        elif isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self._pass(frame, direction)
        if isinstance(frame, StartFrame):
            await self._started(frame)
        if isinstance(frame, CancelFrame):
            await self._pass(frame, direction)

    @property
    def voice(self) -> TTSService | None:
        """Who speaks; None while nobody is connected."""
        return self._active.service if self._active else None

    @property
    def _is_final(self) -> bool:
        """Nobody would go on where it stops: nothing has to be kept."""
        return self._is_ready and self._succession.is_final

    async def _pass(self, frame: Frame, direction: FrameDirection) -> None:
        """On, if nobody has passed it on yet."""
        if isinstance(frame, StartFrame) or frame.metadata.get(_PASSED):
            return
        frame.metadata[_PASSED] = True
        await self.push_frame(frame, direction)

    # What comes from the service

    async def _says(
        self, speaker: Beside[TTSService], frame: Frame, direction: FrameDirection
    ) -> None:
        serves = speaker is self._active
        if speaker.was_given(frame):
            # Of one that was given up, what is in order comes from its successor.
            if serves or isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
                self._script.came_out(frame)
                await self._pass(frame, direction)
            return
        if not serves:
            return
        if self._is_final and not isinstance(frame, ErrorFrame):
            await self.push_frame(frame, direction)
            return
        match frame:
            case ErrorFrame():
                await self._errs(frame)
            case TTSAudioRawFrame():
                await self._sounds(frame)
            case TTSTextFrame() if frame.pts is not None:
                self._words.word(frame.text, frame.pts, frame)
                self._owed_audio.told(frame.context_id, frame.text)
                await self._let_go(self._words.releasable_ns(self._now_ns()))
            case TTSStoppedFrame():
                await self._stops(frame)
            case _:
                await self.push_frame(frame, direction)

    async def _sounds(self, frame: TTSAudioRawFrame) -> None:
        if frame.context_id != self._context_id:
            self._context_id = frame.context_id
            self._words.begins(self._now_ns())
            self._succession.served()
        self._words.sound(_ns(frame))
        self._held.append(frame)
        self._owed_audio.sound(self._now_secs(), covered=self._words.is_complete)
        await self._let_go(self._words.releasable_ns(self._now_ns()))
        self._watch()

    async def _stops(self, frame: TTSStoppedFrame) -> None:
        """The end of an utterance; words without a sound are still owed."""
        if frame.context_id == self._context_id:
            await self._let_go(self._words.received_ns)
            await self._tell_heard(self._words.finished())
            self._context_id = None
        self._owed_audio.finished(frame.context_id)
        if self._words.has_words:
            await self._give_up("silent")
        else:
            await self.push_frame(frame)

    async def _let_go(self, until_ns: int) -> None:
        """Sends held audio up to there; a piece is cut if it has to be."""
        begins_ns = self._words.released_ns
        while self._held and begins_ns < until_ns:
            frame = self._held.pop(0)
            ends_ns = begins_ns + _ns(frame)
            if ends_ns > until_ns:
                frame, rest = _cut(frame, until_ns - begins_ns)
                self._held.insert(0, rest)
            begins_ns += _ns(frame)
            self._words.released(begins_ns)
            if frame.audio:
                await self.push_frame(frame)
            if ends_ns > until_ns:
                break
        await self._tell_heard(self._words.heard())
        if self._held and self._letting_go is None:
            wait_ns = self._words.boundary_ns - SLACK_NS - self._now_ns()
            loop = asyncio.get_running_loop()
            self._letting_go = loop.call_later(max(0, wait_ns) / 1e9, self._needed)

    def _needed(self) -> None:
        """The caller hears the end of the last whole word in a moment.

        Of one that owes more, the pause is better there than within a word.
        """
        self._letting_go = None
        if self._held and self._owed_audio.due_secs is None:
            self._owned(self._let_go(self._words.releasable_ns(self._now_ns())))

    async def _tell_heard(self, words: list[tuple[str, TTSTextFrame]]) -> None:
        for text, frame in words:
            self._script.said(text)
            await self.push_frame(frame)

    # Who speaks

    async def _serve(self, candidate: Candidate[TTSService]) -> None:
        service_made = candidate.make

        def make() -> TTSService:
            service = service_made()
            service.add_event_handler("on_tts_request", self._on_request)
            return service

        await super()._serve(Candidate(candidate.name, make))

    async def _on_request(self, service: TTSService, context_id: str, text: str) -> None:
        if self._active and service is self._active.service:
            self._owed_audio.asked(context_id, text, self._now_secs())
            self._watch()

    @property
    def _is_watched(self) -> bool:
        return self._is_ready and not self._succession.serving.is_here

    def _watch(self) -> None:
        """One timer, set anew only when it rings: a deadline moves with every piece of audio."""
        due_secs = self._owed_audio.due_secs
        if due_secs is None or self._deadline or not self._is_watched:
            return
        self._deadline = asyncio.get_running_loop().call_at(due_secs, self._ring)

    def _ring(self) -> None:
        self._deadline = None
        due_secs = self._owed_audio.due_secs
        if due_secs is None or not self._is_watched:
            return
        if self._now_secs() >= due_secs:
            cause: Cause = "stalled" if self._owed_audio.sounded else "late"
            self._owed_audio.clear()
            self._owned(self._give_up(cause))
        else:
            self._watch()

    async def _give_up(self, cause: Cause, retry_after_secs: float = 0.0) -> None:
        """Hand over; what of a word was not sent is dropped, and said by the next."""
        self._forget()
        self._words.broke_off()
        await super()._give_up(cause, retry_after_secs)

    async def change(self, candidates: Sequence[Candidate[TTSService]]) -> None:
        """As ever; whatever is not heard yet is said by the new voice."""
        self._forget()
        self._words.broke_off()
        await super().change(candidates)

    async def _catch_up(self, successor: Beside[TTSService]) -> None:
        for frame in self._script.rest():
            await successor.give(frame, FrameDirection.DOWNSTREAM)

    def _forget(self) -> None:
        self._held.clear()
        self._context_id = None
        self._owed_audio.clear()
        if self._letting_go:
            self._letting_go.cancel()
            self._letting_go = None

    def _now_ns(self) -> int:
        return self.get_clock().get_time()


def _ns(frame: TTSAudioRawFrame) -> int:
    return round(frame.num_frames / frame.sample_rate * 1e9)


def _cut(frame: TTSAudioRawFrame, at_ns: int) -> tuple[TTSAudioRawFrame, TTSAudioRawFrame]:
    at = round(at_ns / 1e9 * frame.sample_rate) * frame.num_channels * 2
    return _part(frame, frame.audio[:at]), _part(frame, frame.audio[at:])


def _part(frame: TTSAudioRawFrame, audio: bytes) -> TTSAudioRawFrame:
    part = TTSAudioRawFrame(
        audio, frame.sample_rate, frame.num_channels, context_id=frame.context_id
    )
    part.transport_destination = frame.transport_destination
    part.interruptible = frame.interruptible
    return part
