"""Sounds without words that a caller or a room makes; 16 kHz, 16 bit, the same for a seed."""

import numpy as np

from evals.ear import Samples

RATE = 16_000
_LEVEL = 6_000
"""Of the loudest sample, about as a voice's."""
Dice = np.random.Generator


def sound(name: str, seed: int) -> Samples:
    """One of `events.SOUNDS`. Raises KeyError for any other."""
    dice = np.random.default_rng(seed)
    made = _MADE[name](dice)
    return (made / np.abs(made).max() * _LEVEL).astype(np.int16)


def _burst(dice: Dice, secs: float, low_hz: float, high_hz: float, decay: float) -> np.ndarray:
    """Noise in a band that dies away; a voice's rasp is in it where the band is low."""
    length = round(secs * RATE)
    spectrum = np.fft.rfft(dice.normal(0, 1, length))
    pitch = np.fft.rfftfreq(length, 1 / RATE)
    spectrum[(pitch < low_hz) | (pitch > high_hz)] = 0
    return np.fft.irfft(spectrum, length) * np.exp(-decay * np.arange(length) / length)


def _rasp(secs: float, hz: float) -> np.ndarray:
    """Vocal folds: a row of pulses."""
    times = np.arange(round(secs * RATE)) / RATE
    return np.sum([np.sin(2 * np.pi * hz * n * times) / n for n in range(1, 12)], axis=0)


def _pause(secs: float) -> np.ndarray:
    return np.zeros(round(secs * RATE))


def _cough(dice: Dice) -> np.ndarray:
    """An explosion, a breath, and a short voiced end (after Korpas)."""
    voiced = _rasp(0.12, dice.uniform(110, 190)) * np.hanning(round(0.12 * RATE))
    return np.concatenate(
        [
            _burst(dice, 0.06, 300, 5000, 1) * 3,
            _burst(dice, 0.16, 300, 3000, 3),
            voiced / np.abs(voiced).max() * 0.8,
        ]
    )


def _throat(dice: Dice) -> np.ndarray:
    voiced = _rasp(0.35, dice.uniform(85, 130)) * np.hanning(round(0.35 * RATE))
    return voiced / np.abs(voiced).max() + _burst(dice, 0.35, 200, 2500, 2) * 0.5


def _sneeze(dice: Dice) -> np.ndarray:
    breath = _burst(dice, 0.4, 500, 3000, 0)[::-1] * 0.2
    return np.concatenate([breath, _burst(dice, 0.3, 800, 7000, 4) * 3])


def _sigh(dice: Dice) -> np.ndarray:
    return _burst(dice, 1.0, 300, 2500, 0) * np.hanning(RATE)


def _two_coughs(dice: Dice) -> np.ndarray:
    return np.concatenate([_cough(dice), _pause(0.25), _cough(dice)])


def _keys(dice: Dice) -> np.ndarray:
    return np.concatenate([_burst(dice, dice.uniform(0.05, 0.15), 1500, 6000, 6) for _ in range(9)])


def _bell(_dice: Dice) -> np.ndarray:
    times = np.arange(round(0.8 * RATE)) / RATE
    ding, dong = (np.sin(2 * np.pi * hz * times) * np.exp(-4 * times) for hz in (660, 550))
    return np.concatenate([ding, dong])


_MADE = {
    "cough": _cough,
    "two coughs": _two_coughs,
    "throat": _throat,
    "sneeze": _sneeze,
    "sigh": _sigh,
    "door": lambda dice: _burst(dice, 0.4, 40, 400, 6),
    "keys": _keys,
    "cup": lambda dice: _burst(dice, 0.2, 1800, 4500, 8),
    "chair": lambda dice: _burst(dice, 0.7, 250, 1200, 1),
    "bell": _bell,
}
