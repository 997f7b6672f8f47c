"""What a carrier says by itself, or is told by us to, in the language of the call."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colleague:
    """What whom a caller is passed on to hears, behind what it is about."""

    say_in: str = ""
    """As a carrier's own voice names the language; empty: the carrier's usual one."""
    how: str = "Press 1 to take the call, or hang up to leave it."
    gone: str = "The caller has hung up. Goodbye."
    """To one who has yet to take the call."""
    left: str = "The caller has left the call. Goodbye."
    """To one who was talking to the caller."""
    not_taken: str = "Thank you. I will tell the caller that you cannot talk right now. Goodbye."


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's; a line that is empty is said as the carrier's settings have it."""

    language: str = ""
    """Such as "es", where it is known; empty where it is a guess, or nobody has to be told."""
    say_in: str = ""
    """As a carrier's own voice names it, such as "es-ES"; empty: the carrier's usual one."""
    apology: str = ""
    busy: str = ""
    nobody: str = ""
    hold: str = ""
    back: str = ""
    voicemail: str = ""
    colleague: Colleague = Colleague()
    """In the language of the house, which may be another than that of the call."""


Speaks = Callable[[str, str, str], Phrases]
"""The phrases of a call: by its caller's number, the number called, and the language it has gone on
in, which is empty while it has in none."""


def as_set(caller: str, called: str, language: str) -> Phrases:
    """Those of the settings, whoever calls."""
    return Phrases()
