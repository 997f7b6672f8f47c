"""Sound at another rate, piece by piece; how it sounds is in transports/test_resampling.py."""

import numpy as np
import pytest

from processors.polyphase import Polyphase, polyphase


def tone(hz: float, rate: int, secs: float = 1.0) -> np.ndarray:
    return (10_000 * np.sin(2 * np.pi * hz * np.arange(round(secs * rate)) / rate)).astype("<i2")


def test_it_does_not_matter_where_the_pieces_end():
    sound, dice = tone(700, 24_000), np.random.default_rng(1)
    whole, parts = Polyphase(2, 3), Polyphase(2, 3)
    cuts = np.sort(dice.integers(0, len(sound), 40))
    pieces = b"".join(parts.resample(piece.tobytes()) for piece in np.split(sound, cuts))
    assert pieces == whole.resample(sound.tobytes())


@pytest.mark.parametrize("rate", [16_000, 24_000, 32_000, 48_000])
def test_a_sound_comes_out_two_milliseconds_after_it_went_in(rate: int):
    click = np.zeros(rate // 10, "<i2")
    click[rate // 20] = 20_000
    resampler = polyphase(rate, 8_000)
    assert resampler
    heard = np.frombuffer(resampler.resample(click.tobytes()), "<i2")
    assert np.argmax(np.abs(heard)) == 8_000 // 20 + 16


def test_rates_without_a_simple_ratio_are_for_somebody_else():
    assert polyphase(44_100, 8_000) is None
