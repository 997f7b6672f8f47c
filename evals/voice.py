"""The caller's voice: words or a WAV file as the microphone would deliver them."""

from __future__ import annotations

import wave
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr

from evals.ear import Samples
from evals.mouth import RATE
from evals.script import Play, Say, ScriptError

if TYPE_CHECKING:
    from bot.providers.local.voice import Voice as Engine

Voice = Callable[[str], Samples]


def render(words: Say | Play, voice: Voice) -> Samples:
    """The samples at 16 kHz of a text in this voice, or of a WAV file.

    Raises `ScriptError` for a file that is not a 16-bit WAV.
    """
    match words:
        case Say(text):
            return voice(text)
        case Play(wav):
            return read_wav(wav, RATE)


def local_voice(text: str) -> Samples:
    """The local text to speech, at 16 kHz, without silence around it."""
    from bot.providers.local.voiced import voiced  # a caller who plays WAV files needs no engine

    return np.frombuffer(voiced(_engine(), text, sample_rate=RATE).audio, np.int16)


def read_wav(path: Path, rate: int) -> Samples:
    """The first channel of a 16-bit WAV file, at `rate`."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise ScriptError(f"{path} must have 16 bits a sample.")
            pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            return resample(pcm[:: file.getnchannels()], file.getframerate(), rate)
    except (OSError, EOFError, wave.Error) as error:
        raise ScriptError(f"{path} is not a WAV file that can be read: {error}.") from error


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """Writes mono samples of shape (n,), or more channels of shape (n, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples).tobytes())


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    return samples if from_rate == to_rate else soxr.resample(samples, from_rate, to_rate)


@cache
def _engine() -> Engine:
    from bot.providers.local.voice import VoiceSettings, load

    return load(VoiceSettings())
