"""The keys of a phone as sound, by the receiver of a phone menu."""

import numpy as np
import pytest

from tests.emulators.dtmf import Key, keys_in
from transports.phone import mulaw
from transports.phone.tones import COLUMNS, DIALLED, PAD, ROWS, tones

HZ = 8_000


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2")


def over_the_phone(pcm: bytes) -> np.ndarray:
    return samples(mulaw.decode(mulaw.encode(pcm)))


def test_every_key_is_known_as_what_it_is():
    every = "".join(PAD)
    found = keys_in(over_the_phone(tones(every, HZ)), HZ)
    assert "".join(key.key for key in found) == every


def test_a_key_lasts_100_ms_and_the_next_begins_100_ms_later():
    first, second, third = keys_in(samples(tones("55w5", HZ)), HZ)
    assert first.key == second.key == third.key == "5"
    assert first.secs == pytest.approx(0.1, abs=0.03)
    assert second.start_secs - first.start_secs == pytest.approx(0.2, abs=0.011)
    assert third.start_secs - second.start_secs == pytest.approx(0.7, abs=0.011)


@pytest.mark.parametrize("hz", [8_000, 16_000])
def test_the_frequencies_are_those_of_q23_to_a_few_hertz(hz: int):
    for row, keys in zip(ROWS, PAD, strict=True):
        for column, key in zip(COLUMNS, keys, strict=True):
            sound = samples(tones(key, hz))[: hz // 10].astype(float)
            spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 40 * len(sound)))
            step = hz / (40 * len(sound))
            bands = [(round(lo / step), round(hi / step)) for lo, hi in ((600, 1050), (1100, 1700))]
            peaks = [step * (lo + int(np.argmax(spectrum[lo:hi]))) for lo, hi in bands]
            assert peaks == pytest.approx([row, column], rel=0.003)


def test_it_takes_as_long_as_it_says_and_never_clips():
    pcm = samples(tones("159w", 8_000))
    assert len(pcm) == 8_000 * (3 * 0.2 + 0.5)
    assert 8_000 < np.abs(pcm).max() < 16_000


@pytest.mark.parametrize("digits", ["A", "1 2", "+", "²", "é"])
def test_what_is_no_key_makes_no_sound(digits: str):
    with pytest.raises(ValueError, match="key"):
        tones(digits, HZ)


def test_what_can_be_dialled_is_twelve_keys_and_a_wait():
    assert sorted(DIALLED) == sorted("0123456789*#w")


@pytest.mark.parametrize("row", [697 * 1.05, 697 * 0.95])
def test_the_receiver_is_strict(row: float):
    at = np.arange(800) / HZ
    both = (np.sin(2 * np.pi * row * at) + np.sin(2 * np.pi * 1209 * at)) * 6_000
    assert keys_in(both.astype(np.int16), HZ) == []
    alone = np.sin(2 * np.pi * 1209 * at) * 6_000
    assert keys_in(alone.astype(np.int16), HZ) == []
    assert keys_in(samples(tones("1", HZ)), HZ) == [Key("1", 0.0, pytest.approx(0.1, abs=0.03))]
