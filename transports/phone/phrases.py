"""What a carrier says by itself, or is told by us to, in the language of the call."""

from collections.abc import Callable
from dataclasses import dataclass


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


Speaks = Callable[[str, str, str], Phrases]
"""The phrases of a call: by its caller's number, the number called, and the language it has gone on
in, which is empty while it has in none."""


def as_set(caller: str, called: str, language: str) -> Phrases:
    """Those of the settings, whoever calls."""
    return Phrases()
