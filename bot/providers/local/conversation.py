"""The messages of a context as what happened: heard, said, called, returned, told."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipecat.processors.aggregators import async_tool_messages
from pipecat.processors.aggregators.llm_context import (
    LLMContextMessage,
    LLMSpecificMessage,
    standard_message_text,
)

Result = Mapping[str, object]
"""What a tool answered: one of say, ask, confirm, error, and facts."""
Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller's words."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """Echo's words, as far as they were heard."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A tool was called."""

    tool: str
    arguments: Arguments = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Returned:
    """The answer to a call; None when it was cancelled or came to nothing."""

    tool: str
    arguments: Arguments
    result: Result | None


@dataclass(frozen=True, slots=True)
class Told:
    """A note for Echo from the developer's side."""

    text: str


Event = Heard | Said | Called | Returned | Told


def events(messages: Iterable[LLMContextMessage]) -> tuple[Event, ...]:
    """What happened, in order; messages of unknown kinds are passed over."""
    calls: dict[str, Called] = {}
    found: list[Event] = []
    for message in messages:
        if not isinstance(message, LLMSpecificMessage):
            found += _events_of(message, calls)
    return tuple(found)


def _events_of(message: LLMContextMessage, calls: dict[str, Called]) -> list[Event]:
    assert not isinstance(message, LLMSpecificMessage)
    fields: Mapping[str, object] = dict(message)
    text = standard_message_text(message).strip()
    late = async_tool_messages.parse_message(message)
    match fields.get("role"):
        case _ if late is not None:
            return [] if late.kind != "final" else _returned(calls, late.tool_call_id, late.result)
        case "user":
            return [Heard(text)]
        case "assistant":
            said: list[Event] = [Said(text)] if text else []
            return [*said, *_calls_of(fields.get("tool_calls"), calls)]
        case "tool":
            return _returned(calls, str(fields.get("tool_call_id")), text)
        case _:
            return [Told(text)] if text else []


def _calls_of(written: object, calls: dict[str, Called]) -> list[Event]:
    found: list[Event] = []
    for call in written if isinstance(written, list) else []:
        match call:
            case {"id": str(identity), "function": {"name": str(name), "arguments": arguments}}:
                calls[identity] = Called(name, _object(arguments) or {})
                found.append(calls[identity])
            case _:
                pass
    return found


def _returned(calls: Mapping[str, Called], identity: str, content: str | None) -> list[Event]:
    call = calls.get(identity)
    if call is None or content == "IN_PROGRESS":
        return []
    return [Returned(call.tool, call.arguments, _object(content))]


def _object(content: object) -> dict[str, object] | None:
    """A JSON object; words alone are what is to be said; None for anything else.

    A tool that raised is settled by pipecat with a sentence about "The function `name`".
    """
    if isinstance(content, Mapping):
        return {str(key): value for key, value in content.items()}
    try:
        value = json.loads(str(content))
    except ValueError:
        return None
    if isinstance(value, str) and " " in value and not value.startswith("The function `"):
        return {"say": value}
    return value if isinstance(value, dict) else None
