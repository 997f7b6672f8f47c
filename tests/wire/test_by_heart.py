"""Phrases out of memory are the same as spoken ones: sound, words, memory, interruption."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import InterruptionFrame, TTSSpeakFrame

from bot.providers.by_heart import ByHeart, Repertoire
from bot.providers.local.tts import HibariTTS
from bot.providers.local.voice import Voice, VoiceSettings, load
from tests.wire.test_local_tts import calling

GREETING = "Hi, this is Echo at Acme. How can I help?"


class Counting:
    """The local voice, and how often it was asked."""

    def __init__(self, voice: Voice) -> None:
        self._voice, self.asked = voice, 0
        self.sample_rate = voice.sample_rate

    def synthesise(self, text: str) -> bytes:
        self.asked += 1
        return self._voice.synthesise(text)


class HibariByHeart(ByHeart, HibariTTS):
    pass


@pytest.fixture(scope="module")
def voice() -> Voice:
    return load(VoiceSettings())


@pytest.fixture
def counting(voice: Voice) -> Counting:
    return Counting(voice)


def by_heart(voice: Counting, repertoire: Repertoire) -> HibariByHeart:
    return HibariByHeart(voice=voice, repertoire=repertoire)


async def greeted(voice: Counting, repertoire: Repertoire) -> tuple[np.ndarray, list[str]]:
    async with calling(voice, tts=by_heart(voice, repertoire)) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.finished()
        return call.samples(), list(await call.memory())


async def test_the_second_call_is_greeted_from_memory_with_the_same_sound_and_words(counting):
    repertoire = Repertoire([GREETING])
    first, remembered = await greeted(counting, repertoire)
    asked = counting.asked
    again, as_well = await greeted(counting, repertoire)
    assert counting.asked == asked > 0
    assert remembered == as_well == [GREETING]
    audible, audible_again = first[np.abs(first) > 164], again[np.abs(again) > 164]
    assert np.array_equal(audible, audible_again)


async def test_what_is_not_in_the_repertoire_is_spoken_anew(counting):
    repertoire = Repertoire(["Just a second."])
    await greeted(counting, repertoire)
    asked = counting.asked
    await greeted(counting, repertoire)
    assert counting.asked == 2 * asked


async def test_a_reply_with_the_same_words_is_spoken_anew(counting):
    repertoire = Repertoire(["Just a second."])
    async with calling(counting, tts=by_heart(counting, repertoire)) as call:
        await call.push(TTSSpeakFrame("Just a second."))
        await call.finished()
        asked = counting.asked
        await call.say("Just", " a", " second", ".")
        await call.finished()
        assert counting.asked > asked


async def test_an_interruption_keeps_only_what_was_heard(counting):
    repertoire = Repertoire([GREETING])
    await greeted(counting, repertoire)
    async with calling(counting, tts=by_heart(counting, repertoire)) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.played(0.8)
        await call.push(InterruptionFrame())
        await asyncio.sleep(0.3)
        (heard,) = await call.memory()
        assert GREETING.startswith(heard.rstrip("."))
        assert len(heard) < len(GREETING) / 2


async def test_a_lesson_that_was_interrupted_is_not_learnt(counting):
    repertoire = Repertoire([GREETING])
    async with calling(counting, tts=by_heart(counting, repertoire)) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.played(0.3)
        await call.push(InterruptionFrame())
    first, _ = await greeted(counting, repertoire)
    assert len(first) / 24_000 > 2
