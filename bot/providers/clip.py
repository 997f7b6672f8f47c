"""What is said when nothing else works: speech that was made before it is needed."""

import asyncio
from dataclasses import dataclass

import numpy as np
import soxr

from bot.providers.local.voice import Voice


@dataclass(frozen=True, slots=True)
class Clip:
    """16-bit mono speech."""

    audio: bytes
    hz: int
    text: str = ""

    @property
    def secs(self) -> float:
        return len(self.audio) / 2 / self.hz

    def at(self, hz: int) -> bytes:
        """The same at another rate."""
        if hz == self.hz:
            return self.audio
        samples = np.frombuffer(self.audio, np.int16)
        return soxr.resample(samples, self.hz, hz).astype("<i2").tobytes()


async def spoken(voice: Voice, text: str) -> Clip:
    """`text` by the local voice; takes milliseconds, off the event loop."""
    return Clip(await asyncio.to_thread(voice.synthesise, text), voice.sample_rate, text)
