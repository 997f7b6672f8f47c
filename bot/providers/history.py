"""A conversation as the items that a fresh Realtime session is given to remember it by."""

from collections.abc import Iterable, Mapping

from pipecat.processors.aggregators import async_tool_messages
from pipecat.processors.aggregators.llm_context import (
    LLMContextMessage,
    LLMSpecificMessage,
    LLMStandardMessage,
    standard_message_text,
)
from pipecat.services.openai.realtime.events import ConversationItem, ItemContent


def items(messages: Iterable[LLMContextMessage]) -> list[ConversationItem]:
    """One item for each thing said, called and returned, in order.

    The API takes text of both sides, tool calls and their results; audio it would not take. A call
    without a result is left out, and a result that came late is one like any other.
    """
    plain = [m for m in messages if not isinstance(m, LLMSpecificMessage)]
    results = _results(plain)
    found: list[ConversationItem] = []
    for message in plain:
        if message["role"] == "tool" or async_tool_messages.parse_message(message):
            continue
        if text := standard_message_text(message).strip():
            found.append(said(message["role"], text))
        found += _called(message.get("tool_calls"), results)
    return found


def notes(messages: Iterable[LLMContextMessage]) -> list[str]:
    """What neither side said: what the house wants the model to know."""
    plain = [m for m in messages if not isinstance(m, LLMSpecificMessage)]
    told = [m for m in plain if m["role"] == "developer"]
    return [standard_message_text(m) for m in told if not async_tool_messages.parse_message(m)]


def said(role: str, text: str) -> ConversationItem:
    """Somebody's words, as an item; what is neither side's is the system's."""
    match role:
        case "user":
            content = ItemContent(type="input_text", text=text)
            return ConversationItem(type="message", role="user", content=[content])
        case "assistant":
            content = ItemContent(type="output_text", text=text)
            return ConversationItem(type="message", role="assistant", content=[content])
        case _:
            content = ItemContent(type="input_text", text=text)
            return ConversationItem(type="message", role="system", content=[content])


def _results(messages: Iterable[LLMStandardMessage]) -> dict[str, str]:
    results: dict[str, str] = {}
    for message in messages:
        late = async_tool_messages.parse_message(message)
        if late is not None:
            if late.kind == "final":
                results[late.tool_call_id] = late.result or ""
        elif message["role"] == "tool" and message["content"] != "IN_PROGRESS":
            results[message["tool_call_id"]] = standard_message_text(message)
    return results


def _called(calls: object, results: Mapping[str, str]) -> list[ConversationItem]:
    found: list[ConversationItem] = []
    for call in calls if isinstance(calls, list) else []:
        match call:
            case {"id": str(identity), "function": {"name": str(name), "arguments": arguments}} if (
                identity in results
            ):
                found += [
                    ConversationItem(
                        type="function_call",
                        call_id=identity,
                        name=name,
                        arguments=str(arguments),
                    ),
                    ConversationItem(
                        type="function_call_output", call_id=identity, output=results[identity]
                    ),
                ]
            case _:
                pass
    return found
