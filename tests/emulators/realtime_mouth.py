"""How an emulated speech model speaks: a text -> its words, each with its sound at 24 kHz."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import numpy as np

from tests.emulators.realtime_wire import RATE


class Word(NamedTuple):
    """A written word, the space before it included, and how it sounds."""

    text: str
    pcm: bytes


Mouth = Callable[[str], Awaitable[list[Word]]]

WORD_SECS = 0.25


async def tone(text: str) -> list[Word]:
    """Every word is a quarter of a second of a tone, with a little silence behind it."""
    t = np.arange(int(0.2 * RATE)) / RATE
    beep = (6000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()
    sound = beep.ljust(int(2 * WORD_SECS * RATE), b"\0")
    words = text.split()
    return [Word(f" {word}" if i else word, sound) for i, word in enumerate(words)]


def local() -> Mouth:
    """Echo's local voice, in a thread."""
    from bot.providers.clauses import clauses
    from bot.providers.local.voice import VoiceSettings, load
    from bot.providers.local.voiced import voiced

    voice = load(VoiceSettings())

    def speak(text: str) -> list[Word]:
        words: list[Word] = []
        before = ""
        for clause in clauses(text):
            spoken = voiced(voice, clause, before, RATE)
            samples = np.frombuffer(spoken.audio, dtype="<i2")
            shares = np.cumsum([word.share for word in spoken.words])
            ends = [round(share * len(samples)) for share in shares]
            ends[-1:] = [len(samples)]
            silence = bytes(2 * round(spoken.pause_secs * RATE))
            start = 0
            for i, (word, end) in enumerate(zip(spoken.words, ends, strict=True)):
                pause = silence if i == len(ends) - 1 else b""
                written = word.text.strip()
                words.append(
                    Word(f" {written}" if words else written, samples[start:end].tobytes() + pause)
                )
                start = end
            before = clause
        return words

    async def say(text: str) -> list[Word]:
        return await asyncio.to_thread(speak, text)

    return say
