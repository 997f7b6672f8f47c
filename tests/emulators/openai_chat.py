"""OpenAI's chat completions and models, or a server that speaks as OpenAI does.

Every chunk is validated against the SDK's own type before it goes out.
"""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from aiohttp import web
from openai.types import ChatModel, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk

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
from tests.emulators.openai_rules import Refused, check, check_model
from tests.emulators.provider import Empty, Refuse

_REASONS = {
    400: ("Your request is wrong.", "invalid_request_error", None),
    401: ("Incorrect API key provided: a-***y.", "invalid_request_error", "invalid_api_key"),
    429: ("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", "server_error", None),
    503: ("The engine is currently overloaded, please try again later.", "server_error", None),
}
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
)


@dataclass
class OpenAIChat(LanguageModel):
    """The emulator; `url` + "/v1" is the base URL. Without a key it asks nobody for one."""

    models: tuple[str, ...] = get_args(ChatModel)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{id:.+}", self._model)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.note_socket(request)
        try:
            self._authorise(request)
            return await handler(request)
        except Refused as error:
            self.note(self.connections, "refused", error.body["error"])
            return web.json_response(error.body, status=error.status)
        except Unscripted as error:
            refused = Refused(500, str(error), kind="server_error")
            return web.json_response(refused.body, status=500)

    def _authorise(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if self.key and not given.startswith("Bearer "):
            raise Refused(401, "You didn't provide an API key.")
        if self.key and given != f"Bearer {self.key}":
            words, kind, code = _REASONS[401]
            raise Refused(401, words, kind=kind, code=code)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [_model(m) for m in self.models]})

    async def _model(self, request: web.Request) -> web.Response:
        check_model(request.match_info["id"], self.models)
        return web.json_response(_model(request.match_info["id"]))

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        async with self.first_token(fault) as waited:
            try:
                body = await request.json()
            except ValueError:
                raise Refused(400, "We could not parse the JSON body of your request.") from None
            self.note(number, "request", body)
            if isinstance(fault, Refuse):
                return _refusal(fault)
            check(body, self.models)
            reply = await self.think(number, _messages(body["messages"]), _tools(body))
            answer = Answer(body, Reply() if isinstance(fault, Empty) else reply)
            if not body.get("stream"):
                await waited
                self.note(number, "usage", answer.usage)
                return web.json_response(answer.whole())
            async with self.streaming(request, number, fault, _garbled) as stream:
                await waited
                await answer.stream(stream)
                self.note(number, "usage", answer.usage)
        return stream.response


class Answer:
    """What is sent for one request."""

    def __init__(self, body: Mapping[str, Any], reply: Reply) -> None:
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        every = pieces(reply)
        self._pieces, self._reply = every[:limit], reply
        self._finish = "tool_calls" if reply.calls else "stop"
        if len(self._pieces) < len(every):
            self._finish = "length"
        self._call_ids = [f"call_{uuid.uuid4().hex[:24]}" for _ in reply.calls]
        self.usage = _usage(body, len(self._pieces))
        self._with_usage = (body.get("stream_options") or {}).get("include_usage", False)
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex[:29]}",
            "created": int(time.time()),
            "model": body["model"],
            "service_tier": "default",
            "system_fingerprint": "fp_emulated",
        }

    async def stream(self, stream: Stream) -> None:
        """The chunks of the answer, the first of which comes with the first token."""
        opening = [self._delta({"role": "assistant", "content": "", "refusal": None})]
        begun: set[int] = set()
        for piece in self._pieces:
            if piece.call is not None and piece.call not in begun:
                begun.add(piece.call)
                opening.append(self._delta({"tool_calls": [self._call_opening(piece.call)]}))
            await stream.token(*opening, self._delta(_delta_of(piece)))
            opening = []
        await stream.befall()
        await stream.send(*opening, self._delta({}, self._finish))
        if self._with_usage:
            await stream.send(self._chunk([], self.usage))
        await stream.end(b"data: [DONE]\n\n")

    def whole(self) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        text = "".join(piece.text for piece in self._pieces if piece.call is None)
        calls = [
            {
                "id": identity,
                "type": "function",
                "function": {"name": call.tool, "arguments": call.written},
            }
            for identity, call in zip(self._call_ids, self._reply.calls, strict=True)
        ]
        message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
        message |= {"tool_calls": calls} if calls else {}
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": self._finish,
        }
        completion = {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self.usage,
        }
        ChatCompletion.model_validate(completion)
        return completion

    def _call_opening(self, number: int) -> dict[str, Any]:
        function = {"name": self._reply.calls[number].tool, "arguments": ""}
        identity = self._call_ids[number]
        return {"index": number, "id": identity, "type": "function", "function": function}

    def _delta(self, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._chunk([choice], None)

    def _chunk(self, choices: list[dict[str, Any]], usage: Mapping[str, Any] | None) -> bytes:
        chunk = {**self._head, "object": "chat.completion.chunk", "choices": choices}
        chunk |= {"usage": usage} if self._with_usage else {}
        ChatCompletionChunk.model_validate(chunk)
        return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _delta_of(piece: Piece) -> dict[str, Any]:
    if piece.call is None:
        return {"content": piece.text}
    return {"tool_calls": [{"index": piece.call, "function": {"arguments": piece.text}}]}


def _usage(body: Mapping[str, Any], completion_tokens: int) -> dict[str, Any]:
    prompt_tokens = len(tokens(json.dumps([body["messages"], body.get("tools")])))
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _messages(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    found: list[Message] = []
    for message in messages:
        text = _text(message.get("content"))
        if message["role"] == "tool":
            found.append(Returned(message["tool_call_id"], text))
            continue
        found += [Line(message["role"], text)] if text else []
        for call in message.get("tool_calls") or ():
            function = call["function"]
            found.append(Called(call["id"], function["name"], json.loads(function["arguments"])))
    return found


def _text(content: object) -> str:
    if isinstance(content, list):
        return " ".join(part["text"] for part in content if part.get("type") == "text")
    return str(content or "")


def _tools(body: Mapping[str, Any]) -> list[Tool]:
    functions = [tool["function"] for tool in body.get("tools") or ()]
    return [
        Tool(each["name"], each.get("description", ""), each.get("parameters", {}))
        for each in functions
    ]


def _model(name: str) -> dict[str, Any]:
    model = {"id": name, "object": "model", "created": 1_686_935_002, "owned_by": "system"}
    Model.model_validate(model)
    return model


def _refusal(fault: Refuse) -> web.Response:
    words, kind, code = _REASONS.get(fault.status, _REASONS[500])
    if fault.code == "insufficient_quota":
        words, kind, code = _QUOTA
    body = Refused(fault.status, words, kind=kind, code=fault.code or code).body
    return web.json_response(body, status=fault.status, headers=fault.headers)


def _garbled(message: str | bytes) -> bytes:
    return message if isinstance(message, bytes) else f"data: {message}\n\n".encode()
