"""What has been heard of what was said, by the marks that come back (pure: no clock, no I/O)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")

BELIEVED = 3
"""So many marks in a row that did not come back, and no more are waited for until one does."""


@dataclass(frozen=True, slots=True)
class _Said(Generic[Item]):
    item: Item
    mark: str
    due: float


class Marks(Generic[Item]):
    """Keeps back what was said until it was heard, and in its order whatever comes after it.

    An item is heard when its mark comes back, or a later one; or, where marks never return,
    `patience_secs` after its sound has ended by the clock, and after some of those as soon as it
    has. After `clear`, nothing that was said before it counts as heard, whatever comes back.
    """

    def __init__(self, patience_secs: float) -> None:
        self._patience_secs = patience_secs
        self._names = count(1)
        self._waiting = deque[_Said[Item]]()
        self.unanswered = 0
        """Items that the clock, not a mark, has called heard."""
        self._in_a_row = 0

    def __bool__(self) -> bool:
        """Whether anything is kept back."""
        return bool(self._waiting)

    def say(self, item: Item, ends_at: float) -> str:
        """Keep the item back; the name of the mark to send, behind audio that ends at that time."""
        name = str(next(self._names))
        patience_secs = self._patience_secs if self._in_a_row < BELIEVED else 0.0
        self._waiting.append(_Said(item, name, ends_at + patience_secs))
        return name

    def follow(self, item: Item) -> None:
        """Keep back, until what is before it was heard, an item that makes no sound."""
        self._waiting.append(_Said(item, "", 0.0))

    def echoed(self, name: str) -> Iterator[Item]:
        """A mark has come back: all that has been heard by that, each to be passed on."""
        self._in_a_row = 0
        if name and self._waits_for(name):
            while self._waits_for(name):  # and not for another: it may be cleared meanwhile
                yield self._waiting.popleft().item
            yield from self._silent()

    def _waits_for(self, name: str) -> bool:
        return any(said.mark == name for said in self._waiting)

    def overdue(self, now: float) -> Iterator[Item]:
        """All that must have been heard by now, marks or no marks."""
        while self._waiting and self._waiting[0].due <= now:
            if self._waiting[0].mark:
                self.unanswered += 1
                self._in_a_row += 1
            yield self._waiting.popleft().item
        yield from self._silent()

    def next_due(self) -> float | None:
        """When to ask for what is overdue; None if nothing is kept back."""
        return self._waiting[0].due if self._waiting else None

    def clear(self) -> list[Item]:
        """Nobody will hear the rest: forgotten, and returned in its order."""
        rest = [said.item for said in self._waiting]
        self._waiting.clear()
        return rest

    def _silent(self) -> Iterator[Item]:
        while self._waiting and not self._waiting[0].mark:
            yield self._waiting.popleft().item
