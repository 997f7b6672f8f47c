"""Text to speech that fails in the middle of a call, on the wire: each word is heard once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

import numpy as np
import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pydantic import SecretStr

from bot.providers.by_heart import Repertoire
from bot.providers.candidate import Candidate
from bot.providers.choice import Choice
from bot.providers.health import Health, HealthPolicy
from bot.providers.incident import IncidentFrame
from bot.providers.local.voice import Voice, VoiceSettings, load
from bot.providers.settings import CartesiaSettings, ElevenLabsSettings, ProviderSettings
from bot.providers.speaking import Speaking
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import Ears
from tests.emulators.cartesia import Cartesia
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.mouth import SECS_A_CHARACTER, Speech, Word
from tests.emulators.provider import Drop, Empty, Late, Refuse, Stall, serving
from tests.wire.held_up import held_up
from tests.wire.test_local_tts import Call, calling

RATE = 24_000
REPLY = "Your order shipped on Tuesday morning, and it comes home tomorrow."
FILLER = "One moment please."
WORDS = REPLY.split()
OPENING = "Okay,"
PITCHES = {word: 300 + 100 * at for at, word in enumerate([*WORDS, *FILLER.split(), OPENING])}


class Scale:
    """Every word has a pitch of its own, so that a waveform can be read."""

    async def speak(self, text: str, rate: int) -> Speech:
        waves, words, at = [], [], 0.0
        for word in text.split():
            secs = (len(word) + 1) * SECS_A_CHARACTER
            time = np.arange(round(secs * rate)) / rate
            waves.append(8_000 * np.sin(2 * np.pi * PITCHES[word] * time))
            words.append(Word(word, at, at + secs))
            at += secs
        return Speech(np.concatenate(waves).astype("<i2").tobytes(), rate, tuple(words))


def read(samples: np.ndarray) -> list[tuple[str, float]]:
    """The words of a waveform, each with the share of its length that was heard."""
    size = RATE // 50
    pitches = []
    for start in range(0, len(samples) - size, size // 2):
        piece = samples[start : start + size].astype(float)
        if np.abs(piece).max() > 4_000:
            spectrum = np.abs(np.fft.rfft(piece * np.hanning(size), 8 * size))
            pitches.append(round(np.argmax(spectrum) * RATE / (8 * size), -2))
    by_pitch = {pitch: word for word, pitch in PITCHES.items()}
    runs = [(by_pitch.get(round(pitch)), len(list(run))) for pitch, run in groupby(pitches)]
    return [
        (word, count * 0.01 / ((len(word) + 1) * SECS_A_CHARACTER))
        for word, count in runs
        if word and count > 3
    ]


@pytest.fixture(scope="module")
def voice() -> Voice:
    return load(VoiceSettings())


@pytest.fixture(scope="module")
def engines(voice: Voice) -> Engines:
    return Engines(Ears(), None, voice, None)


@pytest.fixture
def health() -> Health:
    return Health(HealthPolicy())


@pytest.fixture
async def clouds() -> AsyncIterator[tuple[Cartesia, Cartesia]]:
    emulators = Cartesia(mouth=Scale()), Cartesia(mouth=Scale())
    async with serving(*emulators):
        yield emulators


def of(name: str, engines: Engines, emulator: Cartesia | ElevenLabs | None = None) -> Candidate:
    """A provider under a name of its own, so that two of a kind can stand in for each other."""
    key, url = SecretStr("a-key"), emulator.url.replace("http", "ws", 1) if emulator else ""
    kind = {Cartesia: "cartesia", ElevenLabs: "elevenlabs", type(None): "local"}[type(emulator)]
    settings = ProviderSettings(
        cartesia=CartesiaSettings(api_key=key, base_url=f"{url}/tts/websocket"),
        elevenlabs=ElevenLabsSettings(api_key=key, base_url=url),
    )
    choice = Choice("TTS", kind, "")
    return Candidate(
        name,
        lambda: tts(choice, settings, engines, reconnects=False),
        is_here=emulator is None,
    )


@asynccontextmanager
async def speaking(candidates: Sequence[Candidate], health: Health) -> AsyncIterator[Call]:
    async with calling(tts=Speaking(candidates, health)) as call:
        yield call


async def reply(call: Call) -> None:
    """A reply token by token, as a model writes it."""
    await call.say(*[f"{word} " for word in WORDS[:-1]], WORDS[-1])


def incidents(call: Call) -> list[tuple[str, str, str]]:
    return [(each.provider, each.cause, each.successor) for each in call.notes.of(IncidentFrame)]


async def quiet(call: Call) -> None:
    """Until nothing more was played for longer than a failure takes to be noticed."""
    await asyncio.wait_for(call.speaker.started.wait(), 10)
    played = -1
    while played < len(call.speaker.audio):
        played = len(call.speaker.audio)
        await asyncio.sleep(2.2)


def assert_heard_once(call: Call, words: Sequence[str] = WORDS) -> None:
    heard = read(call.samples())
    assert [word for word, _ in heard] == [*words]
    assert min(share for _, share in heard) > 0.8


async def test_all_is_well_and_the_first_says_everything(clouds, engines, health):
    one, other = clouds
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await reply(call)
        await call.finished()
        assert_heard_once(call)
        assert await call.memory() == [REPLY]
    assert not incidents(call)
    assert other.connections == 0


@pytest.mark.parametrize("after", [1, 8, 12, 20, 30])
async def test_one_that_dies_in_a_sentence_is_continued_from_the_next_word(
    clouds, engines, health, after: int
):
    one, other = clouds
    one.will(Drop(after))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await reply(call)
        await quiet(call)
        if after > 5:
            assert_heard_once(call)
        assert await call.memory() == [REPLY]
        assert len(call.remembered()) == 1
    assert incidents(call) == [("a", "unavailable", "b")]


async def test_a_reply_that_was_opened_from_memory_is_continued_by_the_next(clouds, voice, health):
    one, other = clouds
    engines = Engines(Ears(), None, voice, None, repertoire=Repertoire([OPENING]))
    async with calling(tts=of("b", engines, other).make()) as call:
        await call.push(TTSSpeakFrame(OPENING, append_to_context=False))
        await call.finished()
    one.will(Drop(8))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await call.say(f"{OPENING} ", *[f"{word} " for word in WORDS[:-1]], WORDS[-1])
        await quiet(call)
        assert_heard_once(call, [OPENING, *WORDS])
        assert await call.memory() == [f"{OPENING} {REPLY}"]
    assert incidents(call) == [("a", "unavailable", "b")]


async def test_one_that_stalls_in_a_sentence_is_continued(clouds, engines, health):
    one, other = clouds
    one.will(Stall(12))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await reply(call)
        await quiet(call)
        assert_heard_once(call)
        assert await call.memory() == [REPLY]
    assert incidents(call) == [("a", "stalled", "b")]


@pytest.mark.parametrize(
    ("fault", "cause"), [(Empty(), "silent"), (Stall(), "late"), (Late(9), "late")]
)
async def test_text_without_audio_is_said_by_the_next_within_two_seconds(
    clouds, engines, health, fault, cause: str
):
    one, other = clouds
    one.will(fault)
    voices = [of("a", engines, one), of("b", engines, other)]
    async with held_up() as held, speaking(voices, health) as call:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await reply(call)
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        spoke = loop.time()
        await quiet(call)
        assert spoke - began < 2.0 + held.secs(began, spoke)
        assert_heard_once(call)
        assert await call.memory() == [REPLY]
    assert incidents(call) == [("a", cause, "b")]


async def test_a_refused_key_is_found_out_by_one_call_only(clouds, engines, health):
    one, other = clouds
    one.key = "another"
    for _ in range(2):
        async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
            await reply(call)
            await quiet(call)
            assert_heard_once(call)
    assert health.state("TTS", "a", asyncio.get_running_loop().time()) == "dead"


async def test_a_filler_and_the_answer_keep_their_order(clouds, engines, health):
    one, other = clouds
    one.will(Drop(3))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await call.push(TTSSpeakFrame(FILLER, append_to_context=False))
        await reply(call)
        await quiet(call)
        heard = [word for word, _ in read(call.samples())]
        assert heard[-len(WORDS) :] == WORDS
        assert heard[-len(WORDS) - 2 : -len(WORDS)] == ["moment", "please."]
        assert await call.memory() == [REPLY]


async def test_what_is_written_after_the_failure_is_said_as_well(clouds, engines, health):
    one, other = clouds
    one.will(Drop(4))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await call.push(LLMFullResponseStartFrame())
        await call.push(*[LLMTextFrame(f"{word} ") for word in WORDS[:6]])
        await call.played(0.3)
        await asyncio.sleep(1)
        await call.push(*[LLMTextFrame(f"{word} ") for word in WORDS[6:]])
        await call.push(LLMFullResponseEndFrame())
        await quiet(call)
        assert [word for word, _ in read(call.samples())][-5:] == WORDS[-5:]
        assert await call.memory() == [REPLY]


async def test_an_interruption_after_the_failure_ends_it(clouds, engines, health):
    one, other = clouds
    one.will(Drop(12))
    async with speaking([of("a", engines, one), of("b", engines, other)], health) as call:
        await reply(call)
        await call.played(1.5)
        await call.push(InterruptionFrame())
        (heard,) = await call.memory()
        await asyncio.sleep(1)
    assert REPLY.startswith(heard)
    assert len(heard) < len(REPLY)


async def test_this_machine_is_the_last_resort(clouds, engines, health):
    one, other = clouds
    one.will(*[Refuse(503)] * 9)
    other.will(Empty())
    stages = [of("a", engines, one), of("b", engines, other), of("local", engines)]
    async with speaking(stages, health) as call:
        await reply(call)
        await call.finished()
        assert await call.memory() == [REPLY]
        assert len(call.samples()) / RATE > 2
    assert [each[2] for each in incidents(call)] == ["b", "local"]
