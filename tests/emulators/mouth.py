"""What an emulated voice sounds like: text in, 16-bit mono PCM and word times out."""

import asyncio
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from bot.providers.local.voice import Voice
from bot.providers.local.voiced import heard_at, voiced

SECS_A_CHARACTER = 0.065
_LEVEL = 8_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and where in the audio it is spoken."""

    text: str
    start_secs: float
    end_secs: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of text, spoken: 16-bit little-endian mono samples."""

    pcm: bytes
    rate: int
    words: tuple[Word, ...]


class Mouth(Protocol):
    async def speak(self, text: str, rate: int) -> Speech: ...


class Tone:
    """As long as a person would take, at the level of a voice, another pitch for another text."""

    async def speak(self, text: str, rate: int) -> Speech:
        return _tone(text, rate)


@lru_cache(maxsize=256)
def _tone(text: str, rate: int) -> Speech:
    words, at = [], 0.0
    for word in text.split():
        secs = (len(word) + 1) * SECS_A_CHARACTER
        words.append(Word(word, at, at + secs))
        at += secs
    hz = 150 + zlib.crc32(text.encode()) % 250
    wave = _LEVEL * np.sin(2 * np.pi * hz * np.arange(round(at * rate)) / rate)
    return Speech(wave.astype("<i2").tobytes(), rate, tuple(words))


class Hibari:
    """Echo's local voice, in a thread."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def speak(self, text: str, rate: int) -> Speech:
        spoken = await asyncio.to_thread(voiced, self._voice, text, "", rate)
        words, start = [], 0.0
        for word, end in heard_at(spoken, spoken.secs):
            words.append(Word(word, start, end))
            start = end
        return Speech(spoken.audio, rate, tuple(words))


@dataclass(frozen=True, slots=True)
class Letter:
    """A character of a text, and where in the audio it is spoken (s)."""

    char: str
    start: float
    end: float


def letters(text: str, speech: Speech) -> list[Letter]:
    """Every character of a text, spoken evenly within its word; a space belongs to what it ends.

    They follow one another without a gap, from the start of the audio to its end.
    """
    pieces = re.findall(r"\s*\S+\s*", text)
    starts = [0.0, *(word.start_secs for word in speech.words[1:])]
    ends = [*starts[1:], len(speech.pcm) / 2 / speech.rate]
    spelt: list[Letter] = []
    for piece, start, end in zip(pieces, starts, ends, strict=True):
        each = (end - start) / len(piece)
        spelt += [
            Letter(char, start + at * each, start + (at + 1) * each)
            for at, char in enumerate(piece)
        ]
    return spelt


def mulaw(pcm: bytes) -> bytes:
    """ITU-T G.711 mu-law of 16-bit samples."""
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    size = np.minimum(np.abs(samples) + 132, 32_767)
    exponent = np.maximum(np.floor(np.log2(size)).astype(np.int32) - 7, 0)
    mantissa = (size >> (exponent + 3)) & 15
    code = (np.where(samples < 0, 128, 0) | (exponent << 4) | mantissa) ^ 255
    return code.astype(np.uint8).tobytes()
