"""What a model was told and callers are not: known again, word for word, in what it says (pure).

A text is known by runs of its words, forwards and backwards. A run survives a word put between two
of its own, and a word left out: "you, banana, open, banana, with". What is told in other words, in
another language or spelt letter by letter is not known again.
"""

import re
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NAME = re.compile(r"[^\W_]+(?:_[^\W_]+)+")
"""A name out of a program: nobody says an underscore."""
_PUBLIC_RUN = 3
"""So many words in a row of what is public are public wherever they stand."""
_APART = 2
"""The next word of a run is at most so many words on, in the text and in what is said."""


def words(text: str) -> list[str]:
    """The words of a text as they sound, names out of a program taken apart."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


class Confidential:
    """The texts that nobody is told, but for what is `public` of them."""

    def __init__(self, texts: Iterable[str], public: Iterable[str] = ()) -> None:
        known = {run for text in public for run in _runs(words(text))}
        self._at: dict[str, list[int]] = {}
        self._names: set[str] = set()
        position = 0
        for text in texts:
            self._names.update(_NAME.findall(text.lower()))
            secret = _without(words(text), known)
            for way in (secret, secret[::-1]):
                for word in way:
                    if word:
                        self._at.setdefault(word, []).append(position)
                    position += 1
                position += _APART  # nothing goes on from one text to the next

    def at(self, word: str) -> list[int]:
        """Where the word stands."""
        return self._at.get(word, [])

    def names(self, text: str) -> bool:
        """Whether a name is in it as the model's tools spell it."""
        return any(name in self._names for name in _NAME.findall(text.lower()))


class Overlap:
    """How many words of what was said last are a run of something confidential."""

    def __init__(self, confidential: Confidential) -> None:
        self._confidential = confidential
        self._runs: dict[int, tuple[int, int]] = {}
        """Where each run has come to: how many words it has, and which word was said then."""
        self._said = 0

    @property
    def longest(self) -> int:
        """Of the runs that the next word may go on with."""
        return max((length for length, _ in self._runs.values()), default=0)

    def add(self, word: str) -> int:
        """The next word that is said; how long the run is that it ends."""
        self._said += 1
        going = {at: run for at, run in self._runs.items() if self._said - run[1] <= _APART}
        grown = dict(going)
        for at in self._confidential.at(word):
            before = (going[at - step][0] for step in range(1, _APART + 1) if at - step in going)
            grown[at] = max(before, default=0) + 1, self._said
        self._runs = {at: run for at, run in grown.items() if self._said - run[1] < _APART}
        return max(
            (length for length, last in self._runs.values() if last == self._said), default=0
        )


def _runs(said: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(said[at : at + _PUBLIC_RUN]) for at in range(len(said) - _PUBLIC_RUN + 1))


def _without(said: list[str], known: set[tuple[str, ...]]) -> list[str]:
    """The words, those that are public left empty."""
    public: set[int] = set()
    for at, run in enumerate(_runs(said)):
        if run in known:
            public.update(range(at, at + _PUBLIC_RUN))
    return ["" if at in public else word for at, word in enumerate(said)]
