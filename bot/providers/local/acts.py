"""What Echo does next."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.providers.local.state import State


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool and its arguments."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Act:
    """What Echo does next: words, calls, or both; and which topic the words are on."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    topic: str = ""


Heeded = tuple[State, Act]
