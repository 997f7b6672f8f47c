"""What an emulated speech-to-text understands: a script, or what a real engine hears."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from bot.providers.local.transcript import Clip
from bot.providers.local.whisper import Whisper, WhisperSettings, load
from tests.emulators.speech import Utterance


@dataclass(frozen=True, slots=True)
class Heard:
    """A text and how sure (0..1) the ear is of it; no text: no words.

    doubted: words, without marks, of which it is less sure.
    """

    text: str = ""
    confidence: float = 0.98
    language: str = "en"
    """In which it was said."""
    doubted: Mapping[str, float] = field(default_factory=dict[str, float])

    def sure(self, word: str) -> float:
        """How sure the ear is of one of the words."""
        return self.doubted.get(word.strip('.,!?;:"'), self.confidence)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and where it was said, in seconds of the stream."""

    text: str
    start_secs: float
    end_secs: float


def words(heard: Heard, utterance: Utterance) -> list[Word]:
    """The words in their places, each as long as its share of the letters."""
    written = heard.text.split()
    letters = sum(map(len, written))
    at_secs, placed = utterance.start_secs, []
    for text in written:
        end_secs = at_secs + utterance.secs * len(text) / letters
        placed.append(Word(text, at_secs, end_secs))
        at_secs = end_secs
    return placed


class Hearing(Protocol):
    """The ear of one connection."""

    async def so_far(self, utterance: Utterance) -> Heard | None:
        """The words so far, while somebody speaks; None: nothing to say yet."""
        ...

    async def whole(self, utterance: Utterance) -> Heard:
        """All of it. May be asked again when the caller goes on after all."""
        ...

    def done(self, utterance: Utterance) -> None:
        """The text of this utterance was told as final."""
        ...


class Ear(Protocol):
    def listen(self) -> Hearing:
        """For a connection that begins."""
        ...


class Scripted:
    """Each utterance is heard as the next text, and after the last comes the first again.

    every_call: a connection starts at the first text, for many calls with one script; else the
    texts go to the utterances in order, whichever connection they come over. breath_secs: who goes
    on this soon after a final text was only catching breath: it was all told. doubted: words,
    without marks, with how sure the ear is of them.
    """

    def __init__(
        self,
        texts: Sequence[str | Heard],
        *,
        every_call: bool = False,
        breath_secs: float = 0.5,
        doubted: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._doubted = doubted
        self._script = _Script(texts)
        self._texts = texts
        self._every_call = every_call
        self._breath_secs = breath_secs

    def listen(self) -> "_Reading":
        script = _Script(self._texts) if self._every_call else self._script
        return _Reading(script, self._breath_secs, self._doubted)


class _Script:
    def __init__(self, texts: Sequence[str | Heard]) -> None:
        self._texts = [text if isinstance(text, Heard) else Heard(text) for text in texts]
        self._told = 0

    @property
    def heard(self) -> Heard:
        return self._texts[self._told % len(self._texts)]

    def turn_page(self) -> None:
        self._told += 1


class _Reading:
    _WORDS_A_SEC = 3.0

    def __init__(self, script: _Script, breath_secs: float, doubted: Mapping[str, float]) -> None:
        self._doubted = doubted
        self._breath_secs = breath_secs
        self._script = script
        self._told: Utterance | None = None

    async def so_far(self, utterance: Utterance) -> Heard | None:
        heard = self._heard(utterance)
        written = heard.text.split()
        said = max(1, int(utterance.secs * self._WORDS_A_SEC))
        shown = written[: min(said, max(1, len(written) - 1))]
        return replace(heard, text=" ".join(shown)) if shown else None

    async def whole(self, utterance: Utterance) -> Heard:
        return self._heard(utterance)

    def done(self, utterance: Utterance) -> None:
        if not self._goes_on(utterance):
            self._script.turn_page()
        self._told = utterance

    def _heard(self, utterance: Utterance) -> Heard:
        heard = Heard("") if self._goes_on(utterance) else self._script.heard
        return replace(heard, doubted=self._doubted)

    def _goes_on(self, utterance: Utterance) -> bool:
        told = self._told
        return told is not None and utterance.start_secs < told.end_secs + self._breath_secs


class Whispering:
    """Echo's local Whisper, in its threads: a call configured for the cloud works offline."""

    def __init__(self, engine: Whisper | None = None) -> None:
        self._engine = engine or load(WhisperSettings())

    def listen(self) -> "_Whispered":
        return _Whispered(self._engine)


class _Whispered:
    _FIRST_SECS = 0.3
    _EVERY_SECS = 0.6
    """Between two looks at what is unfinished: each costs as much as the whole."""

    def __init__(self, engine: Whisper) -> None:
        self._engine = engine
        self._looked_at_secs = 0.0

    async def so_far(self, utterance: Utterance) -> Heard | None:
        first = self._looked_at_secs <= utterance.start_secs
        since_secs = utterance.end_secs - max(self._looked_at_secs, utterance.start_secs)
        if self._engine.busy or since_secs < (self._FIRST_SECS if first else self._EVERY_SECS):
            return None
        self._looked_at_secs = utterance.end_secs
        return await self._hear(utterance, partial=True)

    async def whole(self, utterance: Utterance) -> Heard:
        return await self._hear(utterance, partial=False)

    def done(self, utterance: Utterance) -> None:
        pass

    async def _hear(self, utterance: Utterance, *, partial: bool) -> Heard:
        clip = Clip(utterance.pcm, utterance.rate)
        said = await self._engine.transcribe(clip, partial=partial)
        return Heard(said.text, said.confidence)


class Deaf:
    """Hears that somebody speaks, and no words."""

    async def so_far(self, utterance: Utterance) -> Heard | None:
        await asyncio.sleep(0)
        return None

    async def whole(self, utterance: Utterance) -> Heard:
        return Heard("", 0.0)

    def done(self, utterance: Utterance) -> None:
        pass
