"""The local voice in a real pipeline: what is played, and what is remembered of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    OutputAudioRawFrame,
    StartFrame,
    TTSSpeakFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from bot.providers.local import voice as hibari
from bot.providers.local.tts import HibariTTS
from bot.providers.local.voice import Voice, VoiceSettings, load
from bot.providers.local.weights import WeightsError

REPLY = "Okay, your order 1042 shipped on Tuesday, and it costs $149.50 with tax."


class Loudspeaker(BaseOutputTransport):
    """Plays at the speed of sound, into memory."""

    def __init__(self, rate: int) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=rate))
        self.audio = bytearray()
        self.started = asyncio.Event()
        self._free_at = 0.0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        self.audio += frame.audio
        self.started.set()
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + len(frame.audio) / 2 / frame.sample_rate
        await asyncio.sleep(self._free_at - now)
        return True


class Notes(BaseObserver):
    """Every frame that was pushed, once."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: dict[int, Frame] = {}
        self.stopped = asyncio.Event()

    async def on_push_frame(self, data: FramePushed) -> None:
        self.frames[data.frame.id] = data.frame
        if isinstance(data.frame, BotStoppedSpeakingFrame):
            self.stopped.set()

    def of(self, kind):
        return [frame for frame in self.frames.values() if isinstance(frame, kind)]


class Call:
    """A voice, a loudspeaker and a memory."""

    def __init__(self, tts: TTSService, rate: int) -> None:
        self.speaker, self.notes, self._context = Loudspeaker(rate), Notes(), LLMContext()
        memory = LLMContextAggregatorPair(self._context).assistant()
        self.worker = PipelineWorker(
            Pipeline([tts, self.speaker, memory]),
            params=PipelineParams(audio_out_sample_rate=rate, enable_metrics=True),
            observers=[self.notes],
            idle_timeout_secs=None,
        )

    async def say(self, *tokens: str) -> None:
        await self.push(LLMFullResponseStartFrame())
        for token in tokens:
            await self.push(LLMTextFrame(token))
        await self.push(LLMFullResponseEndFrame())

    async def push(self, *frames: Frame) -> None:
        await self.worker.queue_frames(frames)

    async def played(self, secs: float) -> None:
        await asyncio.wait_for(self.speaker.started.wait(), 15)
        await asyncio.sleep(secs)

    async def finished(self) -> None:
        """Until the bot has stopped speaking, once more each time."""
        await asyncio.wait_for(self.notes.stopped.wait(), 20)
        self.notes.stopped.clear()
        await asyncio.sleep(0.1)

    async def memory(self) -> Sequence[str]:
        """What is remembered, as soon as anything is."""
        async with asyncio.timeout(15):
            while not self.remembered():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return self.remembered()

    def remembered(self) -> Sequence[str]:
        return [str(message["content"]) for message in self._context.get_messages()]

    async def error(self) -> str:
        """What a service complains of, as soon as one does."""
        async with asyncio.timeout(15):
            while not (errors := self.notes.of(ErrorFrame)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return errors[0].error

    def samples(self) -> np.ndarray:
        return np.frombuffer(bytes(self.speaker.audio), dtype=np.int16)


@asynccontextmanager
async def calling(
    voice: Voice | None = None, rate: int = 24_000, tts: TTSService | None = None
) -> AsyncIterator[Call]:
    """One of the two: the local voice, or a service."""
    assert voice or tts
    call = Call(tts or HibariTTS(voice), rate)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(call.worker)
    running = asyncio.create_task(runner.run())
    try:
        yield call
    finally:
        await call.worker.cancel()
        await asyncio.wait_for(running, 15)


@pytest.fixture(scope="module")
def voice() -> Voice:
    return load(VoiceSettings())


async def test_whole_reply_is_remembered_as_it_was_written(voice):
    async with calling(voice) as call:
        await call.say("Okay", ",", " order", " 10", "42", " costs", " $", "5", ".")
        await call.finished()
        assert await call.memory() == ["Okay, order 1042 costs $5."]


@pytest.mark.parametrize("rate", [8_000, 24_000])
async def test_interruption_leaves_in_memory_only_the_words_that_were_heard(voice, rate):
    async with calling(voice, rate) as call:
        await call.say(*(f"{word} " for word in REPLY.split()))
        await call.played(secs=2.0)
        await call.push(InterruptionFrame())
        await asyncio.sleep(0.3)
        heard = call.remembered()[0]
        assert REPLY.startswith(heard)
        assert len("Okay,") < len(heard) < len("Okay, your order 1042 shipped on Tuesday,")
        assert len(call.samples()) / rate < 2.4


async def test_sound_begins_with_the_first_frame(voice):
    async with calling(voice) as call:
        await call.say("Okay", ",", " let me look.")
        await call.played(secs=0.2)
        assert int(np.argmax(np.abs(call.samples()) > 300)) < 0.03 * 24_000


async def test_reply_after_an_interruption_starts_afresh(voice):
    async with calling(voice) as call:
        await call.say("I will now read you all of our conditions of sale.")
        await call.played(secs=0.6)
        await call.push(InterruptionFrame())
        await asyncio.sleep(0.2)
        call.notes.stopped.clear()
        await call.say("All right.")
        await call.finished()
        assert call.remembered()[-1] == "All right."


async def test_clauses_of_a_slow_reply_are_remembered_when_they_are_played(voice):
    async with calling(voice) as call:
        await call.push(LLMFullResponseStartFrame(), LLMTextFrame("Okay, "))
        await call.played(secs=1.5)
        await call.push(LLMTextFrame("there you go, my friend."), LLMFullResponseEndFrame())
        await asyncio.sleep(0.3)
        await call.push(InterruptionFrame())
        await asyncio.sleep(0.2)
        assert call.remembered()[0] in ("Okay,", "Okay, there")


async def test_filler_is_spoken_and_not_remembered(voice):
    async with calling(voice) as call:
        await call.push(TTSSpeakFrame("One moment.", append_to_context=False))
        await call.say("Done", ".")
        await call.finished()
        assert await call.memory() == ["Done."]
        assert len(call.samples()) / 24_000 > 0.8


async def test_emoji_alone_does_not_count_as_a_failing_voice(voice):
    async with calling(voice) as call:
        await call.say("👍")
        await call.finished()
        assert not call.notes.of(ErrorFrame)


async def test_time_to_first_byte_is_measured(voice):
    async with calling(voice) as call:
        await call.say("Okay", ",")
        await call.finished()
        data = [each for frame in call.notes.of(MetricsFrame) for each in frame.data]
        assert any(isinstance(each, TTFBMetricsData) and each.value > 0 for each in data)


async def test_engine_that_fails_is_reported_and_the_call_goes_on():
    class Broken:
        sample_rate = 24_000

        def synthesise(self, text: str) -> bytes:
            raise RuntimeError("no memory")

    async with calling(Broken()) as call:
        await call.say("Okay", ",", " then.")
        await asyncio.sleep(0.3)
        assert any("voice failed" in error.error for error in call.notes.of(ErrorFrame))


def test_one_voice_serves_many_threads(voice):
    texts = ["Okay,", "Your order is on its way.", "Zyxwuvut!", "At 10:30 AM."] * 3
    with ThreadPoolExecutor(4) as pool:
        spoken = list(pool.map(voice.synthesise, texts))
    alone = [len(voice.synthesise(text)) for text in texts]
    assert [len(audio) for audio in spoken] == alone


def test_altered_weights_are_refused(monkeypatch):
    monkeypatch.setattr(hibari, "_VOICES", {"heart": ("hibari.onnx", "0" * 64)})
    with pytest.raises(WeightsError, match="not the expected file"):
        hibari.HibariVoice(VoiceSettings())
