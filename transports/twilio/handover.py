"""How far it is with passing a caller on to a colleague who hears first what it is about (pure).

Told of what happens to both calls, in whatever order and however often Twilio tells it; says what
is to be done, once.
"""

from dataclasses import dataclass, field
from typing import Literal

Point = Literal["calling", "asked", "joined", "refused", "left"]
"""Calling a colleague, who is then asked whether they take the call. Joined they talk; refused is
whatever else became of the colleague; left is a caller who did not wait."""

ACCEPTS = "1"
MACHINE = ("machine", "fax")
"""What Twilio says has answered, when it begins so. What is `unknown` may be a human."""

Ending = Literal["cancel", "tell", "nothing"]
"""For a caller who has left: stop ringing the colleague, or tell them, or neither."""

Side = Literal["caller", "colleague"]


@dataclass(slots=True)
class Handover:
    """One caller, one colleague, and the room in which they are to meet."""

    room: str
    number: str = field(repr=False)
    brief: str = field(repr=False)
    colleague_sid: str = ""
    """Empty until Twilio has taken the order to ring."""
    point: Point = "calling"
    _out: set[Side] = field(default_factory=set[Side])

    @property
    def is_open(self) -> bool:
        """Whether a caller waits."""
        return self.point in ("calling", "asked")

    @property
    def left_alone(self) -> Side | None:
        """Who was put through and is on the line yet, though the other has hung up."""
        match [*self._out]:
            case ["caller"]:
                return "colleague"
            case ["colleague"]:
                return "caller"
            case _:
                return None

    def is_of(self, call_sid: str) -> bool:
        """Whether this is the colleague's call: their first request may overtake our answer."""
        return self.colleague_sid in ("", call_sid)

    def answered(self, by: str) -> bool:
        """Somebody has answered; whether to tell them what it is about."""
        if not self.is_open or by.startswith(MACHINE):
            return False
        self.point = "asked"
        return True

    def pressed(self, key: str) -> bool:
        """Whether the colleague is put through to the caller. Asked again, it is the same."""
        if self.point == "asked" and key == ACCEPTS:
            self._close("joined")
        return self.point == "joined" and key == ACCEPTS

    def fell_through(self) -> bool:
        """The colleague does not come; whether the caller still waits, and so is to be fetched."""
        if not self.is_open:
            return False
        self._close("refused")
        return True

    def caller_left(self) -> Ending:
        """The caller has hung up; what that means for the colleague."""
        if not self.is_open:
            return "nothing"
        asked = self.point == "asked"
        self._close("left")
        return "tell" if asked else "cancel"

    def is_out(self, side: Side) -> bool:
        """One of two who were put through is on the line no more; whether that is the first we hear
        of either, so that the other may be alone."""
        if self.point != "joined":
            return False
        first = not self._out
        self._out.add(side)
        return first

    def _close(self, point: Point) -> None:
        """Nobody is told any more what it was about, and so it is forgotten."""
        self.point, self.number, self.brief = point, "", ""
