"""Words in step with the audio that says them, where a provider tells no times.

A speech model writes ahead of what it says, and whoever interrupts it has heard less than it wrote.
"""

import re
from collections import deque
from dataclasses import dataclass, field

LETTERS_PER_SEC = 15.0
"""Of English speech at 180 words a minute, the spaces counted."""

_WORD = re.compile(r"\s*\S+(?=\s)")


@dataclass(slots=True)
class Subtitles:
    """Takes text and audio as they come and gives each word when about so much audio was given.

    A word that comes late is given with the next audio. Whole words only: `rest` ends the last.
    """

    _text: str = ""
    _waiting: deque[str] = field(default_factory=deque[str])
    _audio_secs: float = 0.0
    _given: int = 0

    def write(self, text: str) -> None:
        """More of the text; it may end in the middle of a word."""
        self._text += text
        while word := _WORD.match(self._text):
            self._waiting.append(word[0].strip())
            self._text = self._text[word.end() :]

    def play(self, secs: float) -> list[str]:
        """More of the audio; the words that are spoken by its end."""
        self._audio_secs += secs
        spoken: list[str] = []
        while self._waiting and self._ends_secs(self._waiting[0]) <= self._audio_secs:
            spoken.append(self._take())
        return spoken

    def rest(self) -> list[str]:
        """All audio was given: the words that are left, and a new beginning."""
        last = self._text.strip()
        words = [*self._waiting, *([last] if last else [])]
        self.drop()
        return words

    def drop(self) -> None:
        """Nobody will hear the rest: a new beginning."""
        self._text, self._audio_secs, self._given = "", 0.0, 0
        self._waiting.clear()

    def _ends_secs(self, word: str) -> float:
        return (self._given + len(word)) / LETTERS_PER_SEC

    def _take(self) -> str:
        word = self._waiting.popleft()
        self._given += len(word) + 1
        return word
