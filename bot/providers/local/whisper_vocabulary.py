"""Whisper's vocabulary: how it is asked for text, and how its pieces make words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.providers.local.transcript import Word
from bot.providers.local.weights import WeightsError

if TYPE_CHECKING:
    import tokenizers


class Vocabulary:
    """Around the model's tokenizer; raises `WeightsError` when it is not Whisper's."""

    def __init__(self, tokenizer: tokenizers.Tokenizer) -> None:
        self._tokenizer = tokenizer

    def prompt(self, expected: str, *, multilingual: bool) -> list[int]:
        """Asks for plain English text. expected: words that may come, as a sentence; "" for none.

        multilingual: the model has to be told the language.
        """
        words = self._tokenizer.encode(f" {expected}", add_special_tokens=False).ids
        before = [self._token("<|startofprev|>"), *words]
        english = [self._token("<|en|>"), self._token("<|transcribe|>")]
        return [
            *(before if expected else []),
            self._token("<|startoftranscript|>"),
            *(english if multilingual else []),
            self._token("<|notimestamps|>"),
        ]

    def text(self, ids: Sequence[int]) -> str:
        return self._tokenizer.decode(list(ids)).strip()

    def words(self, ids: Sequence[int], probabilities: Sequence[float]) -> tuple[Word, ...]:
        """As far as there are probabilities, one (0..1) for each piece."""
        words: list[Word] = []
        for start, end in _word_spans([self._tokenizer.id_to_token(i) or "" for i in ids]):
            if probabilities[start:end]:
                words.append(Word(self.text(ids[start:end]), min(probabilities[start:end])))
        return tuple(words)

    def _token(self, name: str) -> int:
        token = self._tokenizer.token_to_id(name)
        if token is None:
            raise WeightsError(f"tokenizer.json has no {name}: it is not Whisper's vocabulary.")
        return token


def _word_spans(pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Where words begin and end in a list of pieces ("Ġ" stands for the space before a word)."""
    starts = [at for at, piece in enumerate(pieces) if piece.startswith("Ġ") or at == 0]
    return list(zip(starts, [*starts[1:], len(pieces)], strict=True))
