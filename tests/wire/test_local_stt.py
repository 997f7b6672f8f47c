"""The real Whisper and the real VAD hear real speech, noise, and nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import jiwer
import numpy as np
import pytest
import soxr
from hibari import Hibari
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame, InputAudioRawFrame, TranscriptionFrame
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.workers.runner import WorkerRunner

from bot.providers.local.stt import WhisperSTT
from bot.providers.local.transcript import Clip, Transcript
from bot.providers.local.whisper import Whisper, WhisperSettings, load

RATE = 16_000
PATIENT = WhisperSettings(deadline_secs=60)
"""Calls here talk faster than real time, on a machine that may be busy."""
SENTENCES = [
    "Where is my order one zero four two?",
    "Hi, I would like to know where my package is.",
    "I want to return the shoes I bought last week.",
    "Can I book an appointment for next Tuesday at three in the afternoon?",
    "Please cancel my appointment on Friday morning.",
    "What is the weather like in London tomorrow?",
    "I would like to talk to a human please.",
    "Yes, that is right.",
    "No, I said one zero four three.",
    "Is there anything free on Thursday after four?",
    "It arrived broken, I want my money back.",
    "My name is Jonathan Baker.",
    "Could you repeat that, please?",
    "That is all, thank you. Goodbye.",
    "Sorry, I meant the other one, the blue jacket.",
    "How long does the delivery usually take?",
    "Yes.",
    "The second one, please.",
    "I have been waiting for two weeks and nobody has called me back about the refund.",
    "My order number is five eight two one three.",
]
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return load(WhisperSettings())


@pytest.fixture(scope="module")
def spoken() -> dict[str, np.ndarray]:
    """The sentences as a voice says them: 16-bit at 16 kHz."""
    voice = Hibari()
    return {text: int16(soxr.resample(np.asarray(voice(text)), 24_000, RATE)) for text in SENTENCES}


def int16(wave: np.ndarray) -> np.ndarray:
    return (np.clip(wave, -1, 1) * 32767).astype(np.int16)


def telephone(samples: np.ndarray) -> np.ndarray:
    """At 8 kHz, through mu-law of 8 bits and back (ITU-T G.711's curve)."""
    wave = soxr.resample(samples.astype(np.float32) / 32768, RATE, 8_000)
    bent = np.sign(wave) * np.log1p(255 * np.abs(wave)) / np.log(256)
    bent = np.round(bent * 127) / 127
    return int16(np.sign(bent) * (256 ** np.abs(bent) - 1) / 255)


def quiet(secs: float, rate: int = RATE) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 8, round(secs * rate)).astype(np.int16)


def plain(text: str) -> str:
    """Lower case, digits as words, no punctuation: what was said, however written."""
    text = re.sub(r"(?<=\d)[,.](?=\d)", "", text.lower())
    text = re.sub(r"\d", lambda digit: f" {DIGITS[int(digit[0])]} ", text)
    return " ".join(re.sub(r"[^a-z' ]", " ", text).split())


def word_error_rate(said: list[str], heard: list[str]) -> float:
    return jiwer.wer([plain(text) for text in said], [plain(text) for text in heard])


# -- the engine


def test_speech_is_understood(whisper, spoken):
    heard = [whisper.decode(Clip(pcm.tobytes(), RATE)).text for pcm in spoken.values()]
    assert word_error_rate(SENTENCES, heard) <= 0.05


def test_speech_on_the_telephone_is_understood(whisper, spoken):
    clips = [Clip(telephone(pcm).tobytes(), 8_000) for pcm in spoken.values()]
    heard = [whisper.decode(clip).text for clip in clips]
    assert word_error_rate(SENTENCES, heard) <= 0.07


def test_an_uncertain_word_is_told_from_a_certain_one(whisper, spoken):
    heard = whisper.decode(Clip(spoken["My name is Jonathan Baker."].tobytes(), RATE))
    assert [word.text for word in heard.words] == heard.text.split()
    assert heard.confidence > 0.7
    assert heard.no_speech < 0.3


@pytest.mark.parametrize("secs", [0.5, 2, 5])
@pytest.mark.parametrize("sound", ["silence", "hiss", "white noise", "hum", "tone", "babble"])
def test_where_nobody_speaks_nothing_is_heard(whisper, spoken, sound: str, secs: float):
    heard = whisper.decode(Clip(sounds(spoken)[sound][: int(secs * RATE)].tobytes(), RATE))
    assert heard.text == ""


def sounds(spoken: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Five seconds of what a line carries when nobody speaks to it."""
    count = 5 * RATE
    at, chance = np.arange(count) / RATE, np.random.default_rng(1)
    crowd = sum(
        np.tile(pcm, 10)[chance.integers(RATE) :][:count].astype(float) for pcm in spoken.values()
    )
    return {
        "silence": np.zeros(count, np.int16),
        "hiss": int16(chance.normal(0, 0.003, count)),
        "white noise": int16(chance.normal(0, 0.1, count)),
        "hum": int16(0.1 * np.sin(2 * np.pi * 50 * at) + 0.05 * np.sin(2 * np.pi * 150 * at)),
        "tone": int16(0.3 * np.sin(2 * np.pi * 440 * at)),
        "babble": int16(0.2 * crowd / np.abs(crowd).max()),
    }


def test_all_calls_share_one_engine(whisper):
    assert load(WhisperSettings(partial_every_secs=1)) is whisper


# -- the service


class Heard(BaseObserver):
    """The final texts a service emits."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[TranscriptionFrame] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        if isinstance(data.source, WhisperSTT) and isinstance(data.frame, TranscriptionFrame):
            self.frames.append(data.frame)

    @property
    def text(self) -> str:
        return " ".join(frame.text for frame in self.frames)


@dataclass
class Call:
    worker: PipelineWorker
    rate: int
    heard: Heard

    async def hear(self, samples: np.ndarray) -> None:
        """As fast as the pipeline takes it: what is heard depends on the audio's time alone."""
        step = self.rate // 50
        for at in range(0, len(samples), step):
            await self.queue(InputAudioRawFrame(samples[at : at + step].tobytes(), self.rate, 1))
            await asyncio.sleep(0.002)

    async def queue(self, frame: Frame) -> None:
        await self.worker.queue_frame(frame)


@asynccontextmanager
async def calling(whisper: Whisper, rate: int = RATE) -> AsyncIterator[Call]:
    heard = Heard()
    vad = SileroVADAnalyzer(params=VADParams(stop_secs=0.2))
    worker = PipelineWorker(
        Pipeline([VADProcessor(vad_analyzer=vad), WhisperSTT(whisper, PATIENT)]),
        params=PipelineParams(audio_in_sample_rate=rate),
        idle_timeout_secs=None,
        enable_rtvi=False,
        observers=[heard],
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield Call(worker, rate, heard)
        await worker.stop_when_done()
    except BaseException:
        await worker.cancel()
        raise
    finally:
        await running


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_a_call_is_understood(whisper, spoken, rate: int):
    said = SENTENCES[0], SENTENCES[9], SENTENCES[16]
    async with calling(whisper, rate) as call:
        await call.hear(quiet(0.6, rate))
        for text in said:
            await call.hear(spoken[text] if rate == RATE else telephone(spoken[text]))
            await call.hear(quiet(0.8, rate))
    assert plain(call.heard.text) == plain(" ".join(said))
    assert all(frame.finalized for frame in call.heard.frames)
    assert all(isinstance(frame.result, Transcript) for frame in call.heard.frames)


async def test_a_long_monologue_loses_no_words(whisper, spoken):
    """Forty seconds with pauses the VAD does not take for an end."""
    said = [text for text in SENTENCES if len(text) > 30]
    async with calling(whisper) as call:
        await call.hear(quiet(0.6))
        for text in said:
            await call.hear(trimmed(spoken[text]))
            await call.hear(quiet(0.1))
        await call.hear(quiet(0.8))
    assert len(call.heard.frames) > 1
    assert call.heard.frames[-1].finalized
    assert word_error_rate([" ".join(said)], [call.heard.text]) <= 0.1


def trimmed(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    return samples[loud[0] : loud[-1]]


@pytest.mark.parametrize("sound", ["silence", "white noise", "hum", "tone"])
async def test_a_call_of_noise_has_no_words(whisper, spoken, sound: str):
    async with calling(whisper) as call:
        await call.hear(np.concatenate([quiet(0.5), sounds(spoken)[sound], quiet(0.5)]))
    assert call.heard.text == ""
