"""How sure a speech to text is of each word, as the result of its transcript tells (pure)."""

from collections.abc import Sequence
from typing import Protocol, cast, runtime_checkable

from processors.readings import Reading
from processors.values_said import bare, values_in

_PIECE = 3.0
"""Whisper tells the probability of a word's least certain piece: it is 0.5 of a number that was
heard well, and below 0.2 most are wrong, as below 0.6 of Deepgram's."""


@runtime_checkable
class _Whispered(Protocol):
    """A word of the local Whisper's `Transcript`."""

    text: object
    probability: object


@runtime_checkable
class _FromNova(Protocol):
    """A word of Deepgram's nova; its SDK builds its types without checking them."""

    word: object
    punctuated_word: object
    confidence: object


@runtime_checkable
class _Worded(Protocol):
    """A `Transcript`, or an alternative of nova's."""

    words: object


@runtime_checkable
class _Torn(Protocol):
    """A `Transcript`: what else may have been said, where Whisper is unsure of the whole."""

    confidence: float
    readings: Sequence[Reading]


@runtime_checkable
class _Heard(Protocol):
    alternatives: object


@runtime_checkable
class _Results(Protocol):
    channel: object


def certainty(result: object) -> Sequence[tuple[str, float]]:
    """The words, each from 0 (a guess) to 1; none where nobody tells.

    result: that of a `TranscriptionFrame` by Whisper, Deepgram's nova or Flux.
    """
    match result:
        case _Results(channel=_Heard(alternatives=[_Worded(words=[*words]), *_])):
            pass
        case {"words": [*words]}:
            pass
        case _Worded(words=[*words] | (*words,)):
            pass
        case _:
            return ()
    read = [_word(word) for word in cast("Sequence[object]", words)]
    sure = [word for word in read if word]
    if len(sure) != len(read):
        return ()
    return _agreed(sure, result) if isinstance(result, _Torn) else sure


def _agreed(words: Sequence[tuple[str, float]], torn: _Torn) -> Sequence[tuple[str, float]]:
    """A value is as sure as the readings that have it: of a number that was heard well, Whisper is
    often unsure whether to write "048" or "0-4-8"."""
    sure = [*words]
    for value in values_in([text for text, _ in words]):
        span = slice(value.begins, value.ends)
        share = _share(bare(" ".join(text for text, _ in words[span])), torn)
        sure[span] = [(text, max(alone, share)) for text, alone in words[span]]
    return sure


def _share(value: str, torn: _Torn) -> float:
    """Of the readings, by their confidence; with no other reading, that in the text."""
    every = sum(each.confidence for each in torn.readings)
    if not every:
        return torn.confidence
    return sum(each.confidence for each in torn.readings if value in bare(each.text)) / every


def _word(word: object) -> tuple[str, float] | None:
    """As it is written; None for what is no word."""
    match word:
        case _FromNova(word=str(bare), punctuated_word=text, confidence=int() | float() as sure):
            return text if isinstance(text, str) else bare, float(sure)
        case {"word": str(text), "confidence": int() | float() as sure}:
            return text, float(sure)
        case _Whispered(text=str(text), probability=int() | float() as sure):
            return text, min(1.0, _PIECE * sure)
        case _:
            return None
