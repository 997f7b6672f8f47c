"""What a local speech to text is given, and what it makes of it."""

from dataclasses import dataclass

import numpy as np

from bot.providers.local.mel import RATE, Samples


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of a call: 16-bit little-endian mono samples."""

    pcm: bytes
    rate: int

    @property
    def secs(self) -> float:
        return len(self.pcm) / 2 / self.rate

    def samples(self) -> Samples:
        """In -1..1 at 16 kHz, whatever the rate of the call."""
        samples = np.frombuffer(self.pcm, np.int16).astype(np.float32) * np.float32(2**-15)
        if self.rate == RATE:
            return samples
        import soxr

        return soxr.resample(samples, self.rate, RATE).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and the probability (0..1) of its least certain piece."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What else may have been said, and the mean probability (0..1) of a piece of its words."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood; no text means that nothing was said.

    `confidence` is the mean probability (0..1) of a piece of a word, `no_speech` that of there
    being no speech. `readings` are what else it may have been if the text is unsure, the likeliest
    first. `words` and `readings` are empty in a partial.
    """

    text: str
    confidence: float = 0.0
    no_speech: float = 0.0
    words: tuple[Word, ...] = ()
    readings: tuple[Reading, ...] = ()
