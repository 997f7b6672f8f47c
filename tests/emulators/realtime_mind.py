"""How an emulated speech model thinks: the conversation so far -> words and tool calls."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call; `arguments` is the JSON as the model writes it, well-formed or not."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class Reply:
    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass
class Failure(Exception):
    """The response ends as `failed`, with this error."""

    type: str = "server_error"
    code: str = "server_error"
    message: str = "The server had an error while processing your request."


Messages = Sequence[dict[str, Any]]
"""The conversation in the shape of chat completions."""
Mind = Callable[[Messages, Sequence[dict[str, Any]]], Awaitable[Reply]]
"""Messages and the session's tools -> the reply. May raise Failure."""

_WORD_FOR_WORD = re.compile(r'word for word[^"]*"(.+)"', re.S)


def word_for_word(instructions: str) -> Reply | None:
    """What a response's own instructions want said, as a model would obey them."""
    wanted = _WORD_FOR_WORD.search(instructions)
    return Reply(wanted[1]) if wanted else None


def scripted(*replies: Reply | str | Exception) -> Mind:
    """Gives these in turn, whatever was said; then it has nothing to say."""
    left = deque(replies)

    async def think(messages: Messages, tools: Sequence[dict[str, Any]]) -> Reply:
        reply = left.popleft() if left else Reply()
        if isinstance(reply, Exception):
            raise reply
        return Reply(reply) if isinstance(reply, str) else reply

    return think


def keyless(now: Callable[[], datetime] = datetime.now) -> Mind:
    """Echo's keyless dialogue, in a thread."""
    from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
    from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

    from bot.providers.local.brain import load
    from bot.providers.local.dialogue import Dialogue
    from bot.providers.local.intents import Intents

    dialogue = Dialogue(Intents(load()), "Hello. How can I help?")

    def schema(tools: Sequence[dict[str, Any]]) -> ToolsSchema:
        return ToolsSchema(
            standard_tools=[
                FunctionSchema(
                    name=tool["name"],
                    description=tool.get("description", ""),
                    properties=tool["parameters"].get("properties", {}),
                    required=tool["parameters"].get("required", []),
                )
                for tool in tools
            ]
        )

    async def think(messages: Messages, tools: Sequence[dict[str, Any]]) -> Reply:
        act = await asyncio.to_thread(dialogue.decide, list(messages), schema(tools), now())
        calls = (Call(call.tool, json.dumps(dict(call.arguments))) for call in act.calls)
        return Reply(act.text, tuple(calls))

    return think
