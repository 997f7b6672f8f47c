"""Which of a voice's words the caller has heard or will, whatever becomes of the voice (pure).

Audio comes faster than it is played. What is not needed yet is held at the end of the last whole
word, so that a voice that dies in the middle of one leaves no half of it behind.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.providers.script import count

W = TypeVar("W")

SLACK_NS = 200_000_000
"""Held audio is let go so long before it is needed."""
_LETTER_NS = 90_000_000
"""A slow speaker's; a last word is over when so much of it was heard, and a breath."""
_BREATH_NS = 100_000_000
_ROUNDING_NS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Word(Generic[W]):
    text: str
    begins_ns: int
    what: W


@dataclass(slots=True)
class WholeWords(Generic[W]):
    """Times are ns on the pipeline's clock, as words carry them."""

    received_ns: int = 0
    """Where the audio that came ends."""
    released_ns: int = 0
    """Where the audio that was let go ends: that much is heard."""
    _words: deque[_Word[W]] = field(default_factory=deque[_Word[W]])
    _begins_ns: int = 0
    _late_ns: int = 0
    """The utterance may have begun so much earlier: its first word will tell."""

    def begins(self, now_ns: int) -> None:
        """An utterance's first audio: heard at once, or behind what is still playing."""
        self._begins_ns = max(self.received_ns, now_ns)
        self._late_ns = self._begins_ns - self.received_ns
        self.received_ns = self.released_ns = self._begins_ns
        if self._words:
            self._count_from(self._words[0])

    def sound(self, ns: int) -> None:
        self.received_ns += ns

    def word(self, text: str, begins_ns: int, what: W) -> None:
        word = _Word(text, begins_ns, what)
        self._words.append(word)
        self._count_from(word)

    def releasable_ns(self, now_ns: int) -> int:
        """Up to where audio may go out: all of it, unless a listener can wait for a whole word."""
        boundary_ns = self.boundary_ns
        return boundary_ns if boundary_ns - now_ns > SLACK_NS else self.received_ns

    @property
    def boundary_ns(self) -> int:
        """Where the last word that has begun begins."""
        begun = [word.begins_ns for word in self._words if self._reached(word)]
        return max(begun, default=0)

    @property
    def is_complete(self) -> bool:
        """Every word that was announced has begun to sound."""
        return all(self._reached(word) for word in self._words)

    @property
    def has_words(self) -> bool:
        """Some were announced and not heard."""
        return len(self._words) > 0

    def released(self, until_ns: int) -> None:
        self.released_ns = max(self.released_ns, until_ns)

    def heard(self) -> list[tuple[str, W]]:
        """The words that are whole in what was let go; each is told once."""
        whole: list[tuple[str, W]] = []
        while self._words and self._is_over():
            word = self._words.popleft()
            whole.append((word.text, word.what))
        return whole

    def finished(self) -> list[tuple[str, W]]:
        """The utterance is over: all words that sounded were heard."""
        self.released(self.received_ns)
        whole = [(word.text, word.what) for word in self._words if self._reached(word)]
        self._words = deque(word for word in self._words if not self._reached(word))
        return whole

    def broke_off(self) -> None:
        """Another voice goes on behind what was let go."""
        self._words.clear()
        self.received_ns = self.released_ns

    def interrupted(self) -> None:
        """What was let go is not played either."""
        self._words.clear()
        self.received_ns = self.released_ns = 0

    def _count_from(self, word: _Word[W]) -> None:
        """Puts an utterance where its first word is: its service, which counts from the first
        audio, had that before us. A busy machine lets some tenths of a second pass in between, and
        words would be heard whose audio is held."""
        late_ns = min(max(0, self._begins_ns - word.begins_ns), self._late_ns)
        self.received_ns -= late_ns
        self.released_ns -= late_ns
        self._late_ns = 0

    def _reached(self, word: _Word[W]) -> bool:
        return word.begins_ns < self.received_ns - _ROUNDING_NS

    def _is_over(self) -> bool:
        word = self._words[0]
        if word.begins_ns >= self.released_ns - _ROUNDING_NS:
            return False
        if len(self._words) > 1:
            return self._words[1].begins_ns <= self.released_ns + _ROUNDING_NS
        needs_ns = count(word.text) * _LETTER_NS + _BREATH_NS
        return self.released_ns - word.begins_ns >= needs_ns
