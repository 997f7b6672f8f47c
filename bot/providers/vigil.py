"""When a speech to text that says nothing must be taken for dead (pure)."""

from dataclasses import dataclass

_TAIL_SECS = 0.6
"""The VAD says so late that a voice has ended: a final transcript that recent was the last."""


@dataclass(slots=True)
class Vigil:
    """Watches for words while the VAD hears speech; times are seconds on any one clock."""

    deadline_secs: float
    stalled: bool = False
    """There were words of what the caller says: it is dead in the middle of it."""
    _since_secs: float | None = None
    _final_secs: float = float("-inf")
    _speaking: bool = False

    @property
    def due_secs(self) -> float | None:
        """When to give up on it; None while nothing is expected."""
        return None if self._since_secs is None else self._since_secs + self.deadline_secs

    def spoke(self, now_secs: float) -> None:
        self._speaking = True
        if self._since_secs is None:
            self.stalled = False
            self._since_secs = now_secs

    def fell_silent(self, now_secs: float) -> None:
        self._speaking = False
        if now_secs - self._final_secs <= _TAIL_SECS:
            self._since_secs = None

    def words(self, now_secs: float) -> None:
        """Some came, and more will."""
        self.stalled = True
        self._since_secs = now_secs

    def final(self, now_secs: float) -> None:
        self._final_secs = now_secs
        self.stalled = self._speaking
        self._since_secs = now_secs if self._speaking else None

    def all_heard(self) -> None:
        """It lives, and has nothing more to say."""
        if not self._speaking:
            self._since_secs = None

    def handed_over(self, now_secs: float) -> None:
        """Another listens from here on, and gets as long."""
        self.stalled = False
        if self._since_secs is not None:
            self._since_secs = now_secs
