"""Speech to text on this machine, as an ordinary Pipecat service that streams."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    StartFrame,
    STTMuteFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.providers.local.listening import Kind, Listening, Take
from bot.providers.local.transcript import Clip, Transcript
from bot.providers.local.whisper import WhisperSettings
from processors.all_heard import WholeGuessFrame

TTFS_P99_SECS = 0.5
"""From the last word to the final text, one call on two busy AVX2 cores without AVX-512: 0.35 s at
the median, 0.48 s at p95, of which 0.27 s until the VAD says stop. Turn strategies wait so long
only for a text that is not `finalized`."""


class Engine(Protocol):
    """Turns clips into text for many calls; `Whisper` is one."""

    @property
    def busy(self) -> bool:
        """Not the moment for a partial."""
        ...

    async def transcribe(self, clip: Clip, *, partial: bool = False) -> Transcript:
        """The text of a clip, a partial one more cheaply."""
        ...


@dataclass(frozen=True, slots=True)
class _Decode:
    take: Take
    task: "asyncio.Task[Transcript | None]"


class WhisperSTT(STTService):
    """Words while they are spoken, and the final text the moment the VAD says stop.

    Emits `InterimTranscriptionFrame`s of the sentence so far, and one `TranscriptionFrame` for each
    stretch of speech the VAD finds, `finalized`, with the `Transcript` (confidence, words) as its
    `result`; a long monologue comes in several, of which the last is `finalized`. Nothing is
    emitted for speech without words. Needs a VAD before it in the pipeline.
    """

    _FINALS_WAITING = 32
    _PARTIAL_SHARE = 0.2
    """Of a thread's time that one call's partials may take; on a slow machine they come rarer."""
    _PARTIAL_RETRY_SECS = 0.1

    def __init__(self, engine: Engine, settings: WhisperSettings) -> None:
        super().__init__(
            ttfs_p99_latency=TTFS_P99_SECS,
            settings=STTSettings(model="whisper", language=Language.EN),
        )
        self._engine = engine
        self._whisper_settings = settings
        self._listening = Listening(16_000, settings)
        self._decodes: set[asyncio.Task[Transcript | None]] = set()
        self._partial: _Decode | None = None
        self._guess: _Decode | None = None
        self._shown: Take | None = None
        self._finals: asyncio.Queue[_Decode | None] = asyncio.Queue(self._FINALS_WAITING)
        self._delivery: asyncio.Task[None] | None = None

    def can_generate_metrics(self) -> bool:
        """TTFB: from the last word to the final text."""
        return True

    async def setup(self, setup: FrameProcessorSetup) -> None:
        await super().setup(setup)
        self._listening = Listening(self.sample_rate, self._whisper_settings)

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._delivery = self.create_task(self._deliver())

    async def stop(self, frame: EndFrame) -> None:
        """Delivers what was said, then stops."""
        if self._delivery:
            await self._finals.put(None)
            await self._delivery
            self._delivery = None
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        """Drops what was not delivered."""
        await self._drop_everything()
        await super().cancel(frame)

    async def cleanup(self) -> None:
        await self._drop_everything()
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame() if not self._muted:
                self._listening.started(frame.start_secs)
            case VADUserStoppedSpeakingFrame():
                await self._finish(self._listening.stopped(frame.stop_secs))
            case STTMuteFrame(mute=True):
                self._listening.abandon()
            case STTMuteFrame() if self._user_speaking:
                self._listening.started(0)
            case _:
                pass

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Takes the caller's next audio; the words come when they are ready, not from here."""
        take = self._listening.hear(audio)
        match take:
            case None:
                pass
            case Take(kind=Kind.PARTIAL):
                self._look(take)
            case Take(kind=Kind.GUESS):
                self._give_up(self._guess)
                self._guess = self._decode(take)
            case _:
                await self._finish(take)
        yield None

    def _look(self, take: Take) -> None:
        if self._engine.busy or (self._partial and not self._partial.task.done()):
            self._listening.retry_partial(self._PARTIAL_RETRY_SECS)
        else:
            self._partial = self._decode(take)

    async def _finish(self, take: Take | None) -> None:
        """Queues the text of `take` for delivery: the guess's, if that covers it."""
        if take is None:
            return
        guess, self._guess = self._guess, None
        if guess and guess.take.covers(take):
            await self._finals.put(_Decode(take, guess.task))
        else:
            self._give_up(guess)
            await self._finals.put(self._decode(take))

    def _decode(self, take: Take) -> _Decode:
        clip = Clip(self._listening.pcm(take), self._listening.rate)
        task = self.create_task(self._read(take, clip))
        self._decodes.add(task)
        task.add_done_callback(self._decodes.discard)
        return _Decode(take, task)

    async def _read(self, take: Take, clip: Clip) -> Transcript | None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._whisper_settings.deadline_secs):
                heard = await self._engine.transcribe(clip, partial=take.kind is Kind.PARTIAL)
        except (RuntimeError, TimeoutError) as error:
            if take.kind is not Kind.PARTIAL:  # those may be left out: nobody is told sorry
                await self.push_error("Whisper could not decode a clip", exception=error)
            return None
        if take.kind is Kind.PARTIAL:
            self._listening.postpone_partial((loop.time() - began) / self._PARTIAL_SHARE)
        await self._show(take, heard)
        return heard

    async def _show(self, take: Take, heard: Transcript) -> None:
        """Pushes the words so far, unless later ones have been shown."""
        overtaken = self._shown is not None and self._shown.end >= take.end
        if overtaken or not heard.text or not self._listening.concerns(take):
            return
        self._shown = take
        whole = take.kind is Kind.GUESS and self._listening.stands(take)
        interim = WholeGuessFrame if whole else InterimTranscriptionFrame
        await self.push_frame(
            interim(heard.text, self._user_id, time_now_iso8601(), Language.EN, result=heard)
        )

    async def _deliver(self) -> None:
        """Pushes final texts in the order they were spoken."""
        while decode := await self._finals.get():
            heard = await decode.task
            if heard and heard.text:
                await self.push_frame(
                    TranscriptionFrame(
                        heard.text,
                        self._user_id,
                        time_now_iso8601(),
                        Language.EN,
                        result=heard,
                        finalized=decode.take.kind is Kind.FINAL,
                    )
                )

    def _give_up(self, decode: _Decode | None) -> None:
        if decode:
            decode.task.cancel()

    async def _drop_everything(self) -> None:
        if self._delivery:
            await self.cancel_task(self._delivery)
            self._delivery = None
        for task in list(self._decodes):
            await self.cancel_task(task)
