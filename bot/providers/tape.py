"""What the caller said since the last final transcript, to be said again to another ear (pure)."""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class TapePolicy(BaseModel):
    """How much is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest_secs: float = Field(default=30.0, gt=0)
    """Of a caller who speaks without a final transcript: 1 MB at 16 kHz, and a backup's work."""
    run_up_secs: float = Field(default=1.0, ge=0)
    """Of silence: speech began before the VAD was sure of it."""


@dataclass(slots=True)
class Tape(Generic[T]):
    """Audio and the VAD's marks in it, in order; positions are seconds of audio since the call's
    start."""

    policy: TapePolicy
    position_secs: float = 0.0
    speaking: bool = False
    _items: deque[tuple[float, float, T]] = field(default_factory=deque)
    """From where, how long, what; a mark is 0 s long."""
    _owed: bool = False
    """Something was said that no final transcript has covered."""
    _last_start: T | None = None
    _cut_while_speaking: bool = False

    def heard(self, audio: T, secs: float) -> None:
        self._items.append((self.position_secs, secs, audio))
        self.position_secs += secs
        kept = self.policy.longest_secs if self._owed else self.policy.run_up_secs
        self._cut(self.position_secs - kept)

    def spoke(self, mark: T) -> None:
        """The VAD heard the caller begin."""
        self.speaking = self._owed = True
        self._last_start = mark
        self._items.append((self.position_secs, 0.0, mark))

    def fell_silent(self, mark: T) -> None:
        self.speaking = False
        self._items.append((self.position_secs, 0.0, mark))

    def transcribed(self, until_secs: float | None = None) -> None:
        """A final transcript covers what was said up to there; None: all of it."""
        self._cut(self.position_secs if until_secs is None else until_secs)
        self._owed = self.speaking

    def all_heard(self) -> None:
        """No words are owed for what was said."""
        self._owed = self.speaking

    @property
    def starts_at_secs(self) -> float:
        return self._items[0][0] if self._items else self.position_secs

    def replay(self) -> list[T]:
        """All that another ear needs; a voice that is cut at its start has a start mark again."""
        items = [item for _, _, item in self._items]
        if self._cut_while_speaking and self._last_start is not None:
            return [self._last_start, *items]
        return items

    def _cut(self, until_secs: float) -> None:
        while self._items:
            from_secs, secs, item = self._items[0]
            begins_here = item is self._last_start and from_secs >= until_secs
            if from_secs + secs > until_secs or begins_here:
                return
            self._items.popleft()
            if not secs:
                self._cut_while_speaking = item is self._last_start
