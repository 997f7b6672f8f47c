"""A mind that understands: Echo's own keyless dialogue behind a cloud provider's wire."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.processors.aggregators.llm_context import LLMContextMessage

from bot.providers.local.dialogue import Dialogue
from bot.providers.local.embedding import Embedder
from bot.providers.local.intents import Intents
from tests.emulators.mind import Call, Called, Line, Message, Reply, Returned, Tool

_NOTE = re.compile(r'^\s*\{"type": "async_tool"|done after all, unheard by the caller: ')
"""A developer's note that reached a provider without that role as the user's words."""
_FILLINGS = (".", "(empty)")
"""What pipecat's Anthropic adapter puts where Anthropic wants some words."""


class Brainy:
    """Answers and calls tools by what was said, for any number of conversations at once."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        greeting: str = "Hello. How can I help?",
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._embedder = embedder
        self._greeting = greeting
        self._now = now

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        dialogue = Dialogue(Intents(self._embedder), self._greeting)
        said = [_message(m) for m in messages if not _is_nothing(m)]
        act = await asyncio.to_thread(dialogue.decide, said, _schema(tools), self._now())
        return Reply(act.text, tuple(Call(call.tool, call.arguments) for call in act.calls))


def _is_nothing(message: Message) -> bool:
    return isinstance(message, Line) and (message.role == "system" or message.text in _FILLINGS)


def _message(message: Message) -> LLMContextMessage:
    match message:
        case Line("user", text) if _NOTE.search(text):
            return {"role": "developer", "content": text}
        case Line(role, text):
            return {"role": role, "content": text}
        case Called(identity, tool, arguments):
            function = {"name": tool, "arguments": json.dumps(arguments)}
            call = {"id": identity, "type": "function", "function": function}
            return {"role": "assistant", "tool_calls": [call]}
        case Returned(identity, content):
            return {"role": "tool", "tool_call_id": identity, "content": content}


def _schema(tools: Sequence[Tool]) -> ToolsSchema:
    return ToolsSchema(
        standard_tools=[
            FunctionSchema(
                name=tool.name,
                description=tool.description,
                properties=dict(tool.parameters.get("properties", {})),
                required=list(tool.parameters.get("required", [])),
            )
            for tool in tools
        ]
    )
