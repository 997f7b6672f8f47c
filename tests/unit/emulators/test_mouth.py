"""What emulated voices say: as long as speech, as loud, and letter by letter in its place."""

import numpy as np
import pytest

from bot.providers.local.voice import VoiceSettings, load
from tests.emulators.mouth import SECS_A_CHARACTER, Hibari, Tone, letters, mulaw
from tests.emulators.speech import mulaw_table

TEXT = "Okay, your order 1042 is on its way."


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(int)


@pytest.mark.parametrize("rate", [8_000, 24_000])
async def test_a_tone_lasts_as_long_as_a_person_would_speak(rate: int):
    spoken = await Tone().speak(TEXT, rate)
    secs = len(samples(spoken.pcm)) / rate
    assert secs == pytest.approx((len(TEXT) + 1) * SECS_A_CHARACTER, abs=0.001)
    assert 5_000 < np.abs(samples(spoken.pcm)).max() < 12_000


async def test_a_tone_tells_texts_apart_and_is_the_same_each_time():
    first, again, other = [await Tone().speak(text, 8_000) for text in ("One.", "One.", "Two.")]
    assert first == again
    assert first.pcm != other.pcm


async def test_words_follow_one_another_to_the_end_of_the_audio():
    spoken = await Tone().speak(TEXT, 8_000)
    assert [word.text for word in spoken.words] == TEXT.split()
    ends = [0.0, *(word.end_secs for word in spoken.words)]
    assert [word.start_secs for word in spoken.words] == ends[:-1]
    assert ends[-1] == pytest.approx(len(samples(spoken.pcm)) / 8_000, abs=0.001)


async def test_the_local_voice_speaks_with_the_times_of_the_words_as_written():
    spoken = await Hibari(load(VoiceSettings())).speak(TEXT, 16_000)
    assert [word.text for word in spoken.words] == TEXT.split()
    assert spoken.words[-1].end_secs == pytest.approx(len(samples(spoken.pcm)) / 16_000, abs=0.01)
    assert np.abs(samples(spoken.pcm)).max() > 3_000


@pytest.mark.parametrize("text", [TEXT, f" {TEXT} "])
async def test_letters_are_all_of_the_text_without_a_gap(text: str):
    spelt = letters(text, await Tone().speak(text, 8_000))
    assert "".join(letter.char for letter in spelt) == text
    assert spelt[0].start == 0
    starts = [letter.start for letter in spelt]
    assert starts[1:] == pytest.approx([letter.end for letter in spelt[:-1]])


def test_mulaw_is_what_a_telephone_decodes():
    wave = (8_000 * np.sin(np.arange(2_000) / 7)).astype("<i2")
    decoded = mulaw_table()[np.frombuffer(mulaw(wave.tobytes()), np.uint8)]
    assert np.abs(decoded.astype(int) - wave).max() < 300
