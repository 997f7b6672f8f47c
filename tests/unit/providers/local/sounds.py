"""Sounds made of numbers: 16-bit mono, for tests that need a voice but no words."""

import numpy as np


def voice(secs: float, rate: int = 16_000, loudness: float = 0.3) -> bytes:
    """A steady vowel."""
    at = np.arange(round(secs * rate)) / rate
    wave = np.sin(2 * np.pi * 180 * at) + 0.5 * np.sin(2 * np.pi * 900 * at)
    return _pcm(loudness * wave)


def noise(secs: float, rate: int = 16_000, loudness: float = 0.0003, seed: int = 1) -> bytes:
    """White noise; by default that of a quiet line."""
    return _pcm(np.random.default_rng(seed).normal(0, loudness, round(secs * rate)))


def hum(secs: float, rate: int = 16_000, loudness: float = 0.1) -> bytes:
    """Mains at 50 Hz and its third harmonic."""
    at = np.arange(round(secs * rate)) / rate
    return _pcm(loudness * (np.sin(2 * np.pi * 50 * at) + 0.5 * np.sin(2 * np.pi * 150 * at)))


def mixed(one: bytes, other: bytes) -> bytes:
    """Both at once, as long as the shorter."""
    size = min(len(one), len(other))
    total = np.frombuffer(one[:size], np.int16).astype(int) + np.frombuffer(other[:size], np.int16)
    return np.clip(total, -32768, 32767).astype(np.int16).tobytes()


def chunks(pcm: bytes, rate: int = 16_000, secs: float = 0.02) -> list[bytes]:
    """As a transport brings it: a frame of 20 ms at a time."""
    size = 2 * round(rate * secs)
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


def _pcm(wave: np.ndarray) -> bytes:
    return (np.clip(wave, -1, 1) * 32767).astype(np.int16).tobytes()
