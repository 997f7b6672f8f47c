"""What became of every tool call of a conversation: exactly one end each, and no write twice."""

from dataclasses import dataclass, field
from typing import Literal

AtOnce = Literal["done", "refused", "failed", "timed out", "cancelled"]
"""Its result reached the model while it waited; or its arguments did not fit; or it raised; or it
took too long, or the caller moved on, with nothing under way that would go on by itself."""

End = AtOnce | Literal["announced late", "dropped late"]
"""Or its tool was given up while its write went on, and the model was told of that later, or not:
since it was told through another call, had only a question for an answer, or had hung up."""


@dataclass(slots=True)
class _Write:
    turn: int
    calls: list[str] = field(default_factory=list[str])
    over: bool = False


class Ledger:
    """The calls of one conversation; it is told what happens, and says what may be done."""

    def __init__(self) -> None:
        self.ends: dict[str, End] = {}
        self._open: dict[str, bool] = {}  # by call: whether its tool has been given up
        self._writes: dict[str, _Write] = {}
        self._write_of: dict[str, _Write] = {}

    @property
    def open(self) -> frozenset[str]:
        """The calls that have no end yet."""
        return frozenset(self._open)

    def called(self, call: str) -> str:
        """A tool is called; returns the name of this call, another where `call` is taken."""
        name, times = call, 1
        while name in self._open or name in self.ends:
            times += 1
            name = f"{call}+{times}"
        self._open[name] = False
        return name

    def writes(self, call: str, key: str, turn: int) -> bool:
        """Whether the write is to be carried out; else the one before with this key answers `call`.

        That is one under way, or one of the same turn: models and servers repeat themselves, under
        the same call's id and under others. A caller who asks for something twice has spoken in
        between.
        """
        known = self._writes.get(key)
        again = known is not None and (known.turn == turn or not known.over)
        write = known if known and again else _Write(turn)
        write.calls.append(call)
        self._writes[key] = self._write_of[call] = write
        return not again

    def over(self, key: str) -> None:
        """The write with this key, the latest of them, has been carried out or has failed."""
        self._writes[key].over = True

    def given_up(self, call: str) -> None:
        """The tool waits no longer, and its write goes on: the call is open until `late`."""
        if call not in self.ends:
            self._open[call] = True

    def ended(self, call: str, end: AtOnce) -> None:
        """The first end counts; a call that was given up gets its end from `late`."""
        if self._open.get(call) is False:
            self._end(call, end)

    def late(self, call: str, *, tells: bool) -> bool:
        """The write of a call that was given up is over: whether the model is to be told of it.

        `tells` is whether its answer is news rather than a question. News is told once, however
        many calls wait for it.
        """
        if call not in self._open:
            return False
        announced = tells and not self._told_by_another(call)
        self._end(call, "announced late" if announced else "dropped late")
        return announced

    def hung_up(self) -> None:
        """Nobody is there to be told."""
        for call, given_up in [*self._open.items()]:
            self._end(call, "dropped late" if given_up else "cancelled")

    def _end(self, call: str, end: End) -> None:
        del self._open[call]
        self.ends[call] = end

    def _told_by_another(self, call: str) -> bool:
        write = self._write_of.get(call)
        others = [other for other in write.calls if other != call] if write else []
        return any(
            self._open.get(other) is False or self.ends.get(other) in ("done", "announced late")
            for other in others
        )
