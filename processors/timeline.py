"""When which part of a stream of audio is heard, though it arrives in bursts and with gaps."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Stretch:
    starts_ns: int
    position_ns: int
    length_ns: int

    @property
    def ends_ns(self) -> int:
        return self.starts_ns + self.length_ns


class Timeline:
    """Audio is heard when it arrives, or when what came before it has been heard.

    A position counts the audio before it; a time is of any one clock. Both in nanoseconds, as
    Pipecat's presentation times are. Before the first audio, and behind the last, both run on
    together: words are told of before their audio comes.
    """

    _STRETCHES = 64
    """More gaps than a reply has; the oldest are forgotten."""

    def __init__(self, position_ns: int = 0) -> None:
        self._stretches: list[_Stretch] = []
        self._first_ns = position_ns

    @property
    def ends_ns(self) -> int:
        """When all of it has been heard."""
        return self._stretches[-1].ends_ns if self._stretches else 0

    @property
    def length_ns(self) -> int:
        """The position behind all of it."""
        if not self._stretches:
            return self._first_ns
        last = self._stretches[-1]
        return last.position_ns + last.length_ns

    def add(self, length_ns: int, now_ns: int) -> None:
        """More audio arrives."""
        if self._stretches and now_ns <= self._stretches[-1].ends_ns:
            self._stretches[-1].length_ns += length_ns
            return
        self._stretches.append(_Stretch(now_ns, self.length_ns, length_ns))
        del self._stretches[: -self._STRETCHES]

    def position_at(self, time_ns: int) -> int:
        """How far a listener has come; in a gap, to its beginning."""
        before = [each for each in self._stretches if each.starts_ns <= time_ns]
        if not before:
            return self._stretches[0].position_ns if self._stretches else self._first_ns
        at = before[-1]
        gone_ns = time_ns - at.starts_ns
        last = at is self._stretches[-1]
        return at.position_ns + (gone_ns if last else min(gone_ns, at.length_ns))

    def time_at(self, position_ns: int) -> int:
        """When a listener has heard what is before the position."""
        before = [each for each in self._stretches if each.position_ns < position_ns]
        at = before[-1] if before else self._stretches[0] if self._stretches else None
        return 0 if at is None else at.starts_ns + position_ns - at.position_ns
