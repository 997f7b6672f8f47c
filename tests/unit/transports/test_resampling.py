"""A caller's audio at another rate: all of it at once, and the same sound."""

import numpy as np
import pytest
import soxr

from transports.resampling import PromptResampler

RATES = [(8_000, 16_000), (24_000, 16_000), (48_000, 16_000), (24_000, 48_000)]


def tone(hz: float, rate: int, secs: float = 1.0) -> np.ndarray:
    return (10_000 * np.sin(2 * np.pi * hz * np.arange(round(secs * rate)) / rate)).astype("<i2")


async def resampled(sound: np.ndarray, rate: int, to: int, piece_ms: int = 20) -> list[np.ndarray]:
    resampler, size = PromptResampler(), rate * piece_ms // 1000
    pieces = [sound[at : at + size].tobytes() for at in range(0, len(sound), size)]
    return [np.frombuffer(await resampler.resample(each, rate, to), "<i2") for each in pieces]


@pytest.mark.parametrize(("rate", "to"), RATES)
async def test_as_much_comes_out_of_each_piece_as_went_in(rate: int, to: int):
    assert {len(piece) for piece in await resampled(tone(440, rate), rate, to)} == {to // 50}


@pytest.mark.parametrize(("rate", "to"), RATES)
async def test_it_sounds_as_with_the_best_filter(rate: int, to: int):
    sound = tone(440, rate) // 2 + tone(3_100, rate) // 4
    ours = np.concatenate(await resampled(sound, rate, to)).astype(float)
    best = soxr.resample(sound, rate, to, quality="VHQ").astype(float)
    late = round(16 * to / min(rate, to))  # the filter's own delay
    error = ours[late + 800 :] - best[800 : len(best) - late]
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.sqrt(np.mean(best**2))


@pytest.mark.parametrize(("rate", "to", "hz"), [(48_000, 16_000, 9_500), (24_000, 16_000, 10_000)])
async def test_a_tone_too_high_for_the_new_rate_is_gone(rate: int, to: int, hz: int):
    heard = np.concatenate(await resampled(tone(hz, rate), rate, to))[400:]
    assert np.abs(heard).max() < 10


async def test_the_loudest_sound_does_not_turn_over():
    square = (32_767 * np.sign(tone(200, 8_000).astype(float))).astype("<i2")
    heard = np.concatenate(await resampled(square, 8_000, 16_000)).astype(int)
    assert np.abs(np.diff(heard)).max() < 50_000


async def test_an_odd_rate_is_resampled_too():
    heard = np.concatenate(await resampled(tone(440, 44_100, 2.0), 44_100, 16_000))
    assert 0.9 * 32_000 < len(heard) <= 32_000
