"""What an emulated language model thinks: a conversation in, words and tool calls out.

Both emulators translate their own wire into these values, so one mind serves either.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said or noted."""

    role: Literal["system", "developer", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """The model called a tool."""

    id: str
    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of the call with this id."""

    id: str
    content: str


Message = Line | Called | Returned


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on offer; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the model calls; a text as `arguments` goes out as it is, JSON or not."""

    tool: str
    arguments: Mapping[str, object] | str = field(default_factory=dict)

    @property
    def written(self) -> str:
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model does: says its text, then calls its tools."""

    text: str = ""
    calls: tuple[Call, ...] = ()


class Unscripted(Exception):
    """The model was asked more often than the test has replies."""


class Mind(Protocol):
    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply: ...


class Scripted:
    """Gives its replies in turn, whatever it is told; `runs` is what it was told."""

    def __init__(self, replies: Iterable[Reply | str] = ()) -> None:
        self._replies = deque(replies)
        self.runs: list[Sequence[Message]] = []

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        self.runs.append(messages)
        if not self._replies:
            raise Unscripted(f"run {len(self.runs)} has no reply")
        reply = self._replies.popleft()
        return Reply(reply) if isinstance(reply, str) else reply


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of a reply: of its text, or of the arguments of call number `call`."""

    text: str
    call: int | None = None


_TOKEN = re.compile(r"\s*(?:\d{1,3}|[^\W\d]{1,6}|[^\w\s]{1,3})|\s+")


def tokens(text: str) -> list[str]:
    """Word pieces about as long as a model's, with the space before them."""
    return _TOKEN.findall(text)


def pieces(reply: Reply) -> list[Piece]:
    """A reply token by token; a call without arguments has one that is empty."""
    found = [Piece(token) for token in tokens(reply.text)]
    for number, call in enumerate(reply.calls):
        found += [Piece(token, number) for token in tokens(call.written) or [""]]
    return found
