"""Where an emulator hears a voice, to the sample, whatever the audio comes in."""

import numpy as np
import pytest

from tests.emulators.speech import AUDIBLE, Speech, decoded, mulaw_table

RATE = 16_000


def voice(secs: float, rate: int = RATE, loudness: int = 4000) -> np.ndarray:
    at = np.arange(round(secs * rate)) / rate
    return (loudness * np.sin(2 * np.pi * 220 * at)).astype(np.int16)


def quiet(secs: float, rate: int = RATE) -> np.ndarray:
    """A line at rest has some dither on it."""
    return np.random.default_rng(1).integers(-8, 9, round(secs * rate)).astype(np.int16)


def heard(speech: Speech, samples: np.ndarray, step: int = 320) -> Speech:
    for at in range(0, len(samples), step):
        speech.hear(samples[at : at + step].tobytes())
    return speech


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
@pytest.mark.parametrize("step", [1, 2])
def test_a_voice_is_found_in_its_place(rate: int, step: int):
    said = np.concatenate((quiet(0.5, rate), voice(0.8, rate), quiet(0.3, rate)))
    speech = heard(Speech(rate), said, step=rate // 50 * step)
    utterance = speech.utterance()
    assert utterance.start_secs == pytest.approx(0.5, abs=0.006)
    assert utterance.end_secs == pytest.approx(1.3, abs=0.002)
    assert speech.silence_secs == pytest.approx(0.3, abs=0.002)


def test_the_end_is_exact_when_messages_are_odd():
    said = np.concatenate((quiet(0.2), voice(0.5), quiet(0.2))).tobytes()
    speech = Speech(RATE)
    for at in range(0, len(said), 333):
        speech.hear(said[at : at + 333])
    assert speech.utterance().end_secs == pytest.approx(0.7, abs=0.002)
    assert speech.position == len(said) // 2


def test_an_utterance_comes_with_a_little_before_it():
    speech = heard(Speech(RATE), np.concatenate((quiet(3), voice(0.5), quiet(0.2))))
    assert len(speech.utterance().pcm) / 2 / RATE == pytest.approx(0.3 + 0.5 + 0.2, abs=0.01)


def test_a_click_and_a_whisper_are_no_voice():
    click = np.concatenate((quiet(0.2), voice(0.01), quiet(0.2)))
    whisper = voice(0.5, loudness=int(AUDIBLE))
    assert not heard(Speech(RATE), np.concatenate((click, whisper, quiet(0.2)))).is_open


def test_after_a_close_a_voice_begins_anew():
    speech = heard(Speech(RATE), np.concatenate((voice(0.5), quiet(0.2))))
    speech.close()
    assert not speech.is_open
    heard(speech, voice(0.3))
    assert speech.utterance().start_secs == pytest.approx(0.7, abs=0.006)


def test_silence_is_not_kept():
    speech = heard(Speech(RATE), quiet(60))
    assert len(speech.utterance().pcm) <= 2 * RATE


def test_mulaw_means_what_the_standard_says():
    meant = mulaw_table()
    assert (meant[0x00], meant[0x7F], meant[0x80], meant[0xFF]) == (-32124, 0, 32124, 0)
    assert sorted(set(meant.tolist())) == sorted({-one for one in meant.tolist()})
    assert decoded(b"\x80\x00", "mulaw").tolist() == [32124, -32124]


def test_a_voice_is_found_in_mulaw():
    loud = (np.arange(4000) % 2 * 128).astype(np.uint8)  # the loudest samples, both ways
    speech = Speech(8_000, "mulaw")
    speech.hear(np.full(4000, 0xFF, np.uint8).tobytes() + loud.tobytes())
    utterance = speech.utterance()
    assert (utterance.start_secs, utterance.end_secs) == (0.5, 1.0)
