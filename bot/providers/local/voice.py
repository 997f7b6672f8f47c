"""The local voice: hibari, loaded once for all calls and checked before it is run."""

import re
from functools import cache
from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.providers.local.weights import packaged, verified

_VOICES = {
    "heart": (
        "hibari.onnx",
        "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    ),
}
"""Those whose weights come with the package hibari-tts 0.2.1; it would download the others."""
_UNKNOWN_WORDS = ("oov.onnx", "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76")
"""Reads words that are not in the lexicon."""


class VoiceSettings(BaseModel):
    """The local voice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: str = "heart"
    """American English, female: the only one whose weights come with the package."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """1.0 is the pace the voice was trained at, about 2.5 words a second."""

    @field_validator("voice")
    @classmethod
    def _known(cls, voice: str) -> str:
        if voice not in _VOICES:
            raise ValueError(f"Unknown voice '{voice}'; choose {' or '.join(_VOICES)}.")
        return voice


class Voice(Protocol):
    """An engine that speaks. Calls may come from several threads at once."""

    @property
    def sample_rate(self) -> int: ...

    def synthesise(self, text: str) -> bytes:
        """Speech for plain prose: 16-bit mono PCM at `sample_rate`, silence around it allowed.

        Empty when the text has no sound. Takes milliseconds; do not call it on an event loop.
        """
        ...


def load(settings: VoiceSettings) -> Voice:
    """The process's voice, ready to speak without a slow first call (about a second).

    Later calls with the same settings get the same.

    Raises:
        WeightsError: its weights are missing or are not the expected ones.
    """
    return _load(settings.voice, settings.speed)


@cache
def _load(name: str, speed: float) -> Voice:
    voice = HibariVoice(VoiceSettings(voice=name, speed=speed))
    voice.synthesise("Ready, Zyxwu, in one two three.")  # the made-up word loads the second model
    return voice


class HibariVoice:
    """hibari-tts: float synthesis at 24 kHz, over 100 times faster than speech on one core."""

    sample_rate = 24_000

    def __init__(self, settings: VoiceSettings) -> None:
        assets = packaged("hibari", distribution="hibari-tts") / "assets"
        file, digest = _VOICES[settings.voice]
        model = verified(assets / file, digest)
        verified(assets / _UNKNOWN_WORDS[0], _UNKNOWN_WORDS[1])

        from hibari import Hibari  # here, so that a bad weight file is found before it is run

        self._speed = settings.speed
        self._engine = Hibari(voice=settings.voice, model=str(model), threads=1)

    def synthesise(self, text: str) -> bytes:
        wave = self._engine(_for_hibari(text), speed=self._speed)
        return (np.clip(wave, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


_LETTER_A = re.compile(r"(?<![\w'])A(?=[,.!?]|$| [A-Z]\b)")
_NOT_NUMBER = re.compile(r"\b(no|est|vol|ch|ed|fig)\.(?!\s*\d)")


def _for_hibari(text: str) -> str:
    """Around what hibari misreads: the letter A as "uh", a last "no." as "number".

    `[written](/phonemes/)` is its own notation.
    """
    return _NOT_NUMBER.sub(r"\1 .", _LETTER_A.sub("[A](/ˈA/)", text))
