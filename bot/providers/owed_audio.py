"""When a text to speech that gives no audio must be taken for dead (pure)."""

from dataclasses import dataclass, field

from bot.providers.script import count


@dataclass(slots=True)
class OwedAudio:
    """Times are seconds on any one clock."""

    deadline_secs: float
    sounded: bool = False
    """There was audio since it owed nothing: it is dead in the middle of it."""
    _owed: dict[str | None, int] = field(default_factory=dict[str | None, int])
    """By utterance: letters that were asked for and not told as words."""
    _since_secs: float = 0.0
    _covered: bool = True
    """All words that were told have audio."""

    @property
    def due_secs(self) -> float | None:
        """When to give up on it; None while it owes nothing."""
        if self._covered and not any(letters > 0 for letters in self._owed.values()):
            return None
        return self._since_secs + self.deadline_secs

    def asked(self, utterance: str | None, text: str, now_secs: float) -> None:
        if self.due_secs is None:
            self._since_secs, self.sounded = now_secs, False
        self._owed[utterance] = self._owed.get(utterance, 0) + count(text)

    def told(self, utterance: str | None, words: str) -> None:
        """It says when these are heard."""
        if utterance in self._owed:
            self._owed[utterance] -= count(words)

    def sound(self, now_secs: float, *, covered: bool) -> None:
        """Audio came; covered: of every word that was told."""
        self._since_secs, self.sounded, self._covered = now_secs, True, covered

    def finished(self, utterance: str | None) -> None:
        """Nothing more comes of it."""
        self._owed.pop(utterance, None)
        self._covered = True

    def clear(self) -> None:
        """Nothing is expected any more."""
        self._owed.clear()
        self._covered = True
