"""Anthropic's Messages API and its list of models.

Every event is validated against the SDK's own type before it goes out.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from aiohttp import web
from anthropic.types import Message as AnthropicMessage
from anthropic.types import ModelInfo, RawMessageStreamEvent
from anthropic.types.model import Model
from pydantic import TypeAdapter

from tests.emulators.anthropic_rules import Refused, blocks_of, check, check_headers
from tests.emulators.language_model import LanguageModel, Stream
from tests.emulators.mind import (
    Called,
    Line,
    Message,
    Piece,
    Reply,
    Returned,
    Tool,
    Unscripted,
    pieces,
    tokens,
)
from tests.emulators.provider import Empty, Refuse

_EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
_NAMES: tuple[str, ...] = get_args(get_args(Model)[0])


@dataclass
class Anthropic(LanguageModel):
    """The emulator; `url` is the base URL. `cached` are the prompts that it has kept."""

    models: tuple[str, ...] = _NAMES
    cached: set[str] = field(default_factory=set)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        app.router.add_post("/v1/messages", self._create)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{id}", self._model)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.note_socket(request)
        try:
            check_headers(request.headers, self.key)
            return await handler(request)
        except Refused as error:
            self.note(self.connections, "refused", error.error)
            return _error(error)
        except Unscripted as error:
            return _error(Refused(500, str(error)))

    async def _list(self, _: web.Request) -> web.Response:
        """Not the aliases of models that have a date in their name."""
        dated = {name[:-9] for name in self.models if name[-8:].isdecimal()}
        found = [_info(name) for name in self.models if name not in dated]
        ends = {"first_id": found[0]["id"], "last_id": found[-1]["id"], "has_more": False}
        return web.json_response({"data": found, **ends})

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        if name not in self.models:
            raise Refused(404, f"model: {name}")
        dated = [each for each in self.models if each[:-9] == name and each[-8:].isdecimal()]
        return web.json_response(_info(dated[0] if dated else name))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        async with self.first_token(fault) as waited:
            try:
                body = await request.json()
            except ValueError:
                raise Refused(400, "The request body is not valid JSON.") from None
            self.note(number, "request", body)
            if isinstance(fault, Refuse):
                return _error(Refused(fault.status), fault)
            check(body, self.models)
            reply = await self.think(number, _messages(body), _tools(body))
            answer = Answer(body, Reply() if isinstance(fault, Empty) else reply, self.cached)
            if not body.get("stream"):
                await waited
                self.note(number, "usage", answer.usage)
                return web.json_response(answer.whole())
            async with self.streaming(request, number, fault, _garbled) as stream:
                await answer.stream(stream, waited)
                self.note(number, "usage", answer.usage)
        return stream.response


class Answer:
    """What is sent for one request."""

    def __init__(self, body: Mapping[str, Any], reply: Reply, cached: set[str]) -> None:
        every = pieces(reply)
        self._pieces, self._reply = every[: body["max_tokens"]], reply
        self._stop = "tool_use" if reply.calls else "end_turn"
        if len(self._pieces) < len(every):
            self._stop = "max_tokens"
        self._ids = [f"toolu_{uuid.uuid4().hex[:24]}" for _ in reply.calls]
        read = _usage(body, cached)
        self.usage = {**read, "output_tokens": len(self._pieces)}
        self._message = {
            "id": f"msg_{uuid.uuid4().hex[:24]}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**read, "output_tokens": 1},
        }

    async def stream(self, stream: Stream, waited: "asyncio.Task[None]") -> None:
        """The events of the answer; the first ones come before the model has a token."""
        await stream.send(_event("message_start", message=self._message), _PING)
        await waited
        at, index, opening = object(), -1, []
        for piece in self._pieces:
            if piece.call != at:
                opening += [_event("content_block_stop", index=index)] if index >= 0 else []
                at, index = piece.call, index + 1
                opening.append(self._block_start(index, piece))
            await stream.token(*opening, _delta(index, piece))
            opening = []
        await stream.befall()
        if index >= 0:
            await stream.send(_event("content_block_stop", index=index))
        end = {"stop_reason": self._stop, "stop_sequence": None}
        await stream.send(_event("message_delta", delta=end, usage=self.usage))
        await stream.end(_event("message_stop"))

    def whole(self) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        text = "".join(piece.text for piece in self._pieces if piece.call is None)
        content: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
        for identity, call in zip(self._ids, self._reply.calls, strict=True):
            arguments = json.loads(call.written)
            content.append(
                {"type": "tool_use", "id": identity, "name": call.tool, "input": arguments}
            )
        message = {
            **self._message,
            "content": content,
            "stop_reason": self._stop,
            "usage": self.usage,
        }
        AnthropicMessage.model_validate(message)
        return message

    def _block_start(self, index: int, piece: Piece) -> bytes:
        block: dict[str, Any] = {"type": "text", "text": ""}
        if piece.call is not None:
            name = self._reply.calls[piece.call].tool
            block = {"type": "tool_use", "id": self._ids[piece.call], "name": name, "input": {}}
        return _event("content_block_start", index=index, content_block=block)


def _delta(index: int, piece: Piece) -> bytes:
    delta = {"type": "text_delta", "text": piece.text}
    if piece.call is not None:
        delta = {"type": "input_json_delta", "partial_json": piece.text}
    return _event("content_block_delta", index=index, delta=delta)


def _event(kind: str, **fields: Any) -> bytes:
    event = {"type": kind, **fields}
    _EVENT.validate_python(event)
    return _written(kind, json.dumps(event))


def _written(kind: str, data: str) -> bytes:
    return f"event: {kind}\ndata: {data}\n\n".encode()


_PING = _written("ping", '{"type": "ping"}')
"""The SDK has no type for it."""


def _usage(body: Mapping[str, Any], cached: set[str]) -> dict[str, int]:
    """What the request cost, its tools and system prompt from the cache if they are there."""
    prefix = json.dumps([body.get("tools", []), body.get("system", "")])
    system = body.get("system", "")
    kept = len(tokens(prefix)) if isinstance(system, list) and _marked(system) else 0
    read = prefix in cached
    if kept:
        cached.add(prefix)
    every = len(tokens(prefix)) + len(tokens(json.dumps(body["messages"])))
    return {
        "input_tokens": every - kept,
        "cache_creation_input_tokens": 0 if read else kept,
        "cache_read_input_tokens": kept if read else 0,
    }


def _marked(blocks: list[Mapping[str, Any]]) -> bool:
    return any("cache_control" in block for block in blocks)


def _messages(body: Mapping[str, Any]) -> list[Message]:
    system = body.get("system", "")
    said: list[Message] = [Line("system", _text(system))] if system else []
    for message in body["messages"]:
        for block in blocks_of(message):
            match block["type"]:
                case "tool_use":
                    said.append(Called(block["id"], block["name"], block["input"]))
                case "tool_result":
                    said.append(Returned(block["tool_use_id"], _text(block.get("content", ""))))
                case _:
                    said.append(Line(message["role"], block["text"]))
    return said


def _text(content: object) -> str:
    if isinstance(content, list):
        return " ".join(block["text"] for block in content if block.get("type") == "text")
    return str(content)


def _tools(body: Mapping[str, Any]) -> list[Tool]:
    return [
        Tool(tool["name"], tool.get("description", ""), tool["input_schema"])
        for tool in body.get("tools", [])
    ]


def _info(name: str) -> dict[str, Any]:
    info = {
        "type": "model",
        "id": name,
        "display_name": name.replace("-", " ").title(),
        "created_at": "2025-10-01T00:00:00Z",
        "lifecycle": "active",
    }
    ModelInfo.model_validate(info)
    return info


def _error(refused: Refused, fault: Refuse | None = None) -> web.Response:
    error = refused.error | ({"type": fault.code} if fault and fault.code else {})
    body = {"type": "error", "error": error, "request_id": f"req_{uuid.uuid4().hex[:24]}"}
    headers = fault.headers if fault else {}
    return web.json_response(body, status=refused.status, headers=headers)


def _garbled(message: str | bytes) -> bytes:
    """As it is, or as the data of an event that Pipecat reads."""
    return message if isinstance(message, bytes) else _written("content_block_delta", message)
