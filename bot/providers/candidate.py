"""Who may serve a role, in order, and who is next when one fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.providers.health import REFUSALS, Cause, Health
from bot.providers.role import Role

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[S]):
    """A provider of a role; `make` builds its service for one call, and connects nothing yet."""

    name: str
    make: Callable[[], S]
    takes_turns: bool = False
    """Speech to text only: it says itself when the caller begins and is done."""
    is_here: bool = False
    """Runs in this process: slow at worst, so that no deadline makes it dead."""
    goes_on: bool = True
    """Language model only: told how far another came with an answer, it goes on from there."""


class Succession(Generic[S]):
    """One call's way through the providers of a role: nobody is asked twice in it.

    But when nobody else is left, the same one has another try for each time it has served. What is
    found out goes to `health`, which all calls share.
    """

    def __init__(self, role: Role, candidates: Sequence[Candidate[S]], health: Health) -> None:
        if not candidates:
            raise ValueError(f"nobody serves {role}")
        self._role: Role = role
        self._health = health
        self._left = {candidate.name: candidate for candidate in candidates}
        self._asked: set[str] = set()
        self._fallback = candidates[-1]
        self._serving: Candidate[S] | None = None
        self._may_retry = True

    @property
    def serving(self) -> Candidate[S]:
        if self._serving is None:
            raise RuntimeError("nobody was asked yet")
        return self._serving

    @property
    def is_final(self) -> bool:
        """The one that serves runs here, and nobody follows: nothing is kept for another."""
        return not self._left and self.serving.is_here

    def first(self, now_secs: float) -> Candidate[S]:
        """Who serves first: the last of all, when the keys of all are refused."""
        return self.next(now_secs) or self._take(self._fallback)

    def next(self, now_secs: float) -> Candidate[S] | None:
        """Who serves from here on; None when nobody is left."""
        usable = self._health.usable(self._role, [*self._left], now_secs)
        if usable:
            return self._take(self._left[usable[0]])
        if self._serving is None or not self._may_retry:
            return None
        self._may_retry = False
        return self._serving

    def change(self, candidates: Sequence[Candidate[S]], now_secs: float) -> Candidate[S]:
        """Others take their place, such as make services for another language; who serves then.

        The one of the same name, if there is one; whoever has failed stays behind.
        """
        by_name = {candidate.name: candidate for candidate in candidates}
        same = by_name.get(self._serving.name) if self._serving else None
        self._left = {name: each for name, each in by_name.items() if name not in self._asked}
        self._fallback = candidates[-1]
        return self._take(same) if same else self.first(now_secs)

    def _take(self, candidate: Candidate[S]) -> Candidate[S]:
        self._left.pop(candidate.name, None)
        self._asked.add(candidate.name)
        self._serving = candidate
        return candidate

    def is_followed(self, now_secs: float) -> bool:
        """Whether another could be asked."""
        return bool(self._health.usable(self._role, [*self._left], now_secs))

    def failed(
        self, cause: Cause, now_secs: float, retry_after_secs: float = 0.0, *, name: str = ""
    ) -> None:
        """`name` is who failed, where several were asked."""
        self._may_retry = self._may_retry and cause not in REFUSALS
        failing = name or self.serving.name
        self._health.failed(self._role, failing, cause, now_secs, retry_after_secs)

    def served(self, name: str = "") -> None:
        """`name` is who served, where several were asked."""
        self._may_retry = True
        self._health.served(self._role, name or self.serving.name)
