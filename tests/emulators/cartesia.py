"""Cartesia's text to speech over a WebSocket, as https://docs.cartesia.ai describes it.

A chunk, for the faults, is one message of audio.
"""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.cartesia_rules import BUFFER_MS, PIECEMEAL, Wrong, check
from tests.emulators.mouth import Mouth, Speech, Tone, mulaw
from tests.emulators.provider import Empty, Fault, Provider, Refuse, befall

VOICES = (
    "71a7ad14-091c-4e8e-a314-022ece01c121",
    "f786b574-daa5-4673-aa0c-cbe3e8534c02",
    "d4db5fb9-f44b-4bd1-85fa-192e0f0d75f9",
)
CHUNK_SECS = 0.1


@dataclass
class Cartesia(Provider):
    """The emulator; clients connect to `url`, as a WebSocket, plus `/tts/websocket`.

    `noted("generate")` has every request for speech, `noted("cancel")` every context given up,
    `noted("done")` every one that was spoken to its end.
    """

    mouth: Mouth = field(default_factory=Tone)
    voices: tuple[str, ...] = VOICES
    idle_secs: float = 300.0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/tts/websocket", self._serve)
        app.router.add_get("/voices", self._voice)
        app.router.add_get("/voices/{voice}", self._voice)
        return app

    async def _voice(self, request: web.Request) -> web.Response:
        if self._key_of(request) != self.key:
            return web.json_response({"error": "Invalid API key"}, status=401)
        voice = request.match_info.get("voice")
        if voice and voice not in self.voices:
            return web.json_response({"error": "Voice not found"}, status=404)
        if voice:
            return web.json_response({"id": voice, "language": "en"})
        voices = [{"id": each, "language": "en"} for each in self.voices]
        return web.json_response({"data": voices, "has_more": False})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        if isinstance(fault, Refuse):
            return web.Response(status=fault.status, text="scripted", headers=fault.headers)
        if self._key_of(request) != self.key:
            raise web.HTTPUnauthorized(text="Invalid API key")
        if not _version(request):
            raise web.HTTPBadRequest(text="cartesia-version is required")
        self.note(number, "connect", dict(request.query))
        return await _Line(self, number, fault, request).run()

    def _key_of(self, request: web.Request) -> str:
        return request.headers.get("X-API-Key") or request.query.get("api_key", "")


def _version(request: web.Request) -> str:
    return request.headers.get("Cartesia-Version") or request.query.get("cartesia_version", "")


@dataclass
class _Context:
    """One utterance, whose text comes in pieces: tokens, clauses or all of it."""

    number: str
    request: Mapping[str, Any]
    """The first, whose voice and format hold for all that follow."""
    text: str = ""
    """What is not spoken yet."""
    since_secs: float = 0.0
    """When the first of it came."""
    ended: bool = False
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None
    spoken_secs: float = 0.0

    @property
    def rate(self) -> int:
        return int(self.request["output_format"]["sample_rate"])

    @property
    def due_secs(self) -> float | None:
        """When text is spoken whether or not a sentence has ended; None without text."""
        buffer_ms = self.request.get("max_buffer_delay_ms", BUFFER_MS)
        return self.since_secs + buffer_ms / 1000 if self.text.strip() else None

    def add(self, body: Mapping[str, Any], now_secs: float) -> None:
        """Raises Wrong if the input does not fit the ones before."""
        for name in {*self.request, *body} - set(PIECEMEAL):
            if body.get(name) != self.request.get(name):
                raise Wrong(f"{name} must be the same for all inputs of a context")
        if not self.text.strip():
            self.since_secs = now_secs
        self.text += body["transcript"]
        self.ended = not body.get("continue", False)
        self.more.set()

    def take(self, now_secs: float) -> str:
        """What is spoken next; "" if it has to wait for more."""
        due_secs = self.due_secs
        if self.ended or (due_secs is not None and now_secs >= due_secs):
            end = len(self.text)
        else:
            end = max((mark.end() for mark in _SENTENCE_END.finditer(self.text)), default=0)
        taken, self.text = self.text[:end], self.text[end:]
        return taken


_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


class _Line:
    """One client's connection."""

    def __init__(
        self, provider: Cartesia, number: int, fault: Fault | None, request: web.Request
    ) -> None:
        self._provider = provider
        self._number = number
        self._fault = fault
        self._request = request
        self._socket = web.WebSocketResponse(compress=False)
        self._contexts: dict[str, _Context] = {}
        self._chunks = 0

    async def run(self) -> web.WebSocketResponse:
        await self._socket.prepare(self._request)
        try:
            await self._receive()
        except (ConnectionResetError, TimeoutError):
            pass  # dropped as scripted, or idle for too long
        finally:
            tasks = [each.task for each in self._contexts.values() if each.task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._provider.note(self._number, "closed", self._socket.close_code)
        return self._socket

    async def _receive(self) -> None:
        while True:
            async with asyncio.timeout(self._provider.idle_secs):
                message = await self._socket.receive()
            if message.type is not WSMsgType.TEXT:
                return
            context_id = ""
            try:
                body = json.loads(message.data)
                context_id = str(body.get("context_id", "")) if isinstance(body, dict) else ""
                self._take(body)
            except (ValueError, Wrong) as error:
                status = error.status if isinstance(error, Wrong) else 400
                self._provider.note(self._number, "refused", str(error))
                await self._tell_wrong(context_id, str(error), status)

    def _take(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise Wrong("the request is not an object")
        if body.get("cancel"):
            self._cancel(str(body.get("context_id", "")))
            return
        check(body, self._provider.voices)
        self._provider.note(self._number, "generate", body)
        context_id = body["context_id"]
        context = self._contexts.get(context_id)
        if context is None:
            context = self._contexts[context_id] = _Context(context_id, body)
            context.task = asyncio.create_task(self._speak(context))
        context.add(body, asyncio.get_running_loop().time())

    def _cancel(self, context_id: str) -> None:
        self._provider.note(self._number, "cancel", context_id)
        context = self._contexts.pop(context_id, None)
        if context and context.task:
            context.task.cancel()

    # What goes out

    async def _speak(self, context: _Context) -> None:
        try:
            while words := await self._words(context):
                if not context.spoken_secs:
                    await self._provider.first(self._provider.profile.tts_first_audio, self._fault)
                await self._say(context, words)
            self._provider.note(self._number, "done", context.number)
            await self._tell({"type": "done", "done": True, "status_code": 200}, context)
        except ConnectionResetError:
            await self._socket.close()
        finally:
            self._contexts.pop(context.number, None)

    async def _words(self, context: _Context) -> str:
        """The next that is spoken; "" when there is nothing more to come."""
        loop = asyncio.get_running_loop()
        while not (words := context.take(loop.time())).strip():
            if context.ended:
                return ""
            context.more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(context.due_secs):
                    await context.more.wait()
        return words

    async def _say(self, context: _Context, text: str) -> None:
        speech = await self._provider.mouth.speak(text.strip(), context.rate)
        if isinstance(self._fault, Empty):
            return
        if context.request.get("add_timestamps"):
            await self._tell(_timestamps(speech, context.spoken_secs), context)
        size = 2 * int(CHUNK_SECS * context.rate)
        encoding = context.request["output_format"]["encoding"]
        for start in range(0, len(speech.pcm), size):
            await befall(self._fault, self._chunks, self._request, self._send)
            self._chunks += 1
            piece = speech.pcm[start : start + size]
            audio = mulaw(piece) if encoding == "pcm_mulaw" else piece
            data = base64.b64encode(audio).decode()
            chunk = {"type": "chunk", "data": data, "done": False, "status_code": 206}
            await self._tell(chunk | {"step_time": 10.0}, context)
        context.spoken_secs += len(speech.pcm) / 2 / context.rate

    async def _tell(self, message: Mapping[str, Any], context: _Context) -> None:
        await self._send(json.dumps({**message, "context_id": context.number}))

    async def _tell_wrong(self, context_id: str, message: str, status: int) -> None:
        told = {"type": "error", "error": message, "status_code": status, "done": True}
        await self._send(json.dumps(told | {"context_id": context_id}))

    async def _send(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_str(message)


def _timestamps(speech: Speech, from_secs: float) -> dict[str, Any]:
    return {
        "type": "timestamps",
        "done": False,
        "status_code": 206,
        "word_timestamps": {
            "words": [word.text for word in speech.words],
            "start": [round(from_secs + word.start_secs, 3) for word in speech.words],
            "end": [round(from_secs + word.end_secs, 3) for word in speech.words],
        },
    }
