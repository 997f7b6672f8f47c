"""Items of an emulated Realtime conversation."""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.realtime_wire import RATE

BYTES_PER_MS = 2 * RATE // 1000


def new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:21]}"


@dataclass
class Item:
    """An item of the conversation, and what the wire does not say of it."""

    body: dict[str, Any]
    heard: asyncio.Future[str] | None = None
    """The words of the caller's audio, as soon as they are known."""
    ends_ms: list[tuple[str, int]] = field(default_factory=list)
    """Of spoken words: where each ends in the item's audio."""

    @property
    def id(self) -> str:
        return self.body["id"]

    @property
    def audio_ms(self) -> int:
        return self.ends_ms[-1][1] if self.ends_ms else 0


async def message_of(item: Item) -> dict[str, Any]:
    body = item.body
    match body:
        case {"type": "function_call"}:
            function = {"name": body["name"], "arguments": body["arguments"]}
            call = {"id": body["call_id"], "type": "function", "function": function}
            return {"role": "assistant", "content": None, "tool_calls": [call]}
        case {"type": "function_call_output"}:
            return {"role": "tool", "tool_call_id": body["call_id"], "content": body["output"]}
        case _ if item.heard:
            return {"role": "user", "content": await item.heard}
        case _:
            parts = [part.get("text") or part.get("transcript") or "" for part in body["content"]]
            return {"role": body["role"], "content": " ".join(parts)}
