"""ElevenLabs' text to speech over a WebSocket of several contexts, as its AsyncAPI describes it.

https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input

A chunk, for the faults, is one message of audio.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.elevenlabs_rules import MODELS, RATES, Message, Wrong, check, idle, parsed
from tests.emulators.mouth import Letter, Mouth, Tone, letters, mulaw
from tests.emulators.provider import Empty, Fault, Provider, Refuse, befall

SARAH = "EXAVITQu4vr4xnSDxMaL"
CONTEXTS = 5
"""How many may be open on a socket."""
SCHEDULE = (120, 160, 250, 290)
"""Without `auto_mode`: so many characters are waited for before each piece is spoken."""
CHUNK_SECS = 0.25


@dataclass
class ElevenLabs(Provider):
    """The emulator; clients connect to `url`, as a WebSocket.

    `noted("text")` has every text of a context, `noted("close")` every context that was closed.
    """

    mouth: Mouth = field(default_factory=Tone)
    voices: tuple[str, ...] = (SARAH,)
    idle_secs: float = 20.0
    """Until a socket on which no text comes is closed, unless the client asks for another time."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/text-to-speech/{voice}/multi-stream-input", self._serve)
        app.router.add_get("/v1/voices", self._voices)
        app.router.add_get("/v1/voices/{voice}", self._voices)
        return app

    async def _voices(self, request: web.Request) -> web.Response:
        voice = request.match_info.get("voice")
        if request.headers.get("xi-api-key") != self.key:
            return _refused(401, "invalid_api_key", "Invalid API key")
        if voice and voice not in self.voices:
            told = f"A voice with voice_id {voice} does not exist."
            return _refused(400, "voice_does_not_exist", told)
        if voice:
            return web.json_response({"voice_id": voice})
        return web.json_response({"voices": [{"voice_id": each} for each in self.voices]})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        number, fault = self.connect()
        if isinstance(fault, Refuse):
            return _refused(fault.status, fault.code or "scripted", "scripted", fault.headers)
        try:
            check(request.query)
        except ValueError as error:
            self.note(number, "refused", str(error))
            return web.json_response({"detail": str(error)}, status=403)
        self.note(number, "connect", dict(request.query))
        return await _Line(self, number, fault, request).run()

    def admit(self, request: web.Request) -> None:
        """Raises Wrong: who calls is only looked at once the socket is open."""
        if request.headers.get("xi-api-key") != self.key:
            raise Wrong("invalid_api_key", "Invalid API key")
        if (voice := request.match_info["voice"]) not in self.voices:
            raise Wrong("voice_id_does_not_exist", f"A voice with voice_id {voice} does not exist.")
        if (model := request.query["model_id"]) not in MODELS:
            raise Wrong("model_id_does_not_exist", f"A model with model_id {model} does not exist.")


def _refused(
    status: int, reason: str, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    detail = {"status": reason, "message": message}
    return web.json_response({"detail": detail}, status=status, headers=headers)


@dataclass
class _Context:
    """One utterance, whose text comes in pieces."""

    name: str
    text: str = ""
    """What is not spoken yet."""
    flushed: bool = False
    closed: bool = False
    pieces: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    def take(self, at_once: bool) -> str:
        """The next text to speak; "" when more has to come first."""
        enough = SCHEDULE[min(self.pieces, len(SCHEDULE) - 1)]
        ready = at_once or self.flushed or self.closed or len(self.text) >= enough
        if not ready or not self.text.strip():
            return ""
        text, self.text, self.flushed = self.text, "", False
        self.pieces += 1
        return text


class _Line:
    """One client's connection."""

    def __init__(
        self, provider: ElevenLabs, number: int, fault: Fault | None, request: web.Request
    ) -> None:
        self._provider = provider
        self._number = number
        self._fault = fault
        self._request = request
        self._format = request.query["output_format"]
        self._auto = request.query.get("auto_mode") == "true"
        self._idle_secs = float(request.query.get("inactivity_timeout", provider.idle_secs))
        self._socket = web.WebSocketResponse(compress=False)
        self._contexts: dict[str, _Context] = {}
        self._chunks = 0

    async def run(self) -> web.WebSocketResponse:
        await self._socket.prepare(self._request)
        try:
            self._provider.admit(self._request)
            await self._receive()
        except Wrong as wrong:
            self._provider.note(self._number, "refused", str(wrong))
            told = {"message": str(wrong), "error": wrong.error, "code": 1008}
            await self._socket.send_str(json.dumps(told))
            await self._socket.close(code=1008, message=str(wrong).encode()[:120])
        except ConnectionResetError:
            pass  # dropped as scripted
        finally:
            tasks = [each.task for each in self._contexts.values() if each.task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._socket.close()
            self._provider.note(self._number, "closed", self._socket.close_code)
        return self._socket

    async def _receive(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._idle_secs):
                    received = await self._socket.receive()
            except TimeoutError:
                raise Wrong("input_timeout_exceeded", idle(self._idle_secs)) from None
            if received.type is not WSMsgType.TEXT:
                return
            message = parsed(received.data)
            if message.close_socket:
                self._provider.note(self._number, "close_socket", None)
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        if message.context_id is None:
            if message.text:
                raise Wrong("invalid_input_message", "context_id is missing")
            self._provider.note(self._number, "alive", None)
            return
        context = self._contexts.get(message.context_id)
        if message.close_context:
            self._provider.note(self._number, "close", message.context_id)
        elif context is None and message.text is not None:
            context = self._open(message.context_id)
        elif message.voice_settings:
            raise Wrong("invalid_input_message", "voice_settings come with the first message alone")
        if message.text and message.text.strip():
            self._provider.note(self._number, "text", message.model_dump(exclude_none=True))
        if context:
            context.text += message.text or ""
            context.flushed |= bool(message.flush)
            context.closed |= bool(message.close_context)
            context.more.set()

    def _open(self, name: str) -> _Context:
        if len(self._contexts) == CONTEXTS:
            limit = f"Maximum simultaneous contexts per WebSocket connection exceeded ({CONTEXTS})."
            raise Wrong("max_active_conversations", f"{limit} Please close an existing context.")
        context = self._contexts[name] = _Context(name)
        context.task = asyncio.create_task(self._speak(context))
        return context

    # What goes out

    async def _speak(self, context: _Context) -> None:
        try:
            while text := await self._next(context):
                if context.pieces == 1:
                    await self._provider.first(self._provider.profile.tts_first_audio, self._fault)
                await self._say(context, text)
            await self._send(json.dumps({"isFinal": True, "contextId": context.name}))
        except ConnectionResetError:
            await self._socket.close()
        finally:
            self._contexts.pop(context.name, None)

    async def _next(self, context: _Context) -> str:
        """The next text to speak; "" when the context is closed and all is said."""
        while not (text := context.take(at_once=self._auto)):
            if context.closed:
                return ""
            context.more.clear()
            await context.more.wait()
        return text

    async def _say(self, context: _Context, text: str) -> None:
        rate = RATES[self._format]
        speech = await self._provider.mouth.speak(text, rate)
        if isinstance(self._fault, Empty):
            return
        for piece in _pieces(letters(text, speech)):
            await befall(self._fault, self._chunks, self._request, self._send)
            self._chunks += 1
            start, end = (2 * round(secs * rate) for secs in (piece[0].start, piece[-1].end))
            audio = speech.pcm[start:end]
            audio = mulaw(audio) if self._format.startswith("ulaw") else audio
            aligned = _alignment(piece)
            told = {"audio": base64.b64encode(audio).decode(), "contextId": context.name}
            await self._send(json.dumps(told | dict.fromkeys(_ALIGNMENTS, aligned)))

    async def _send(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_str(message)


_ALIGNMENTS = ("alignment", "normalizedAlignment")


def _pieces(spelt: list[Letter]) -> list[list[Letter]]:
    """Cut where a letter ends, every `CHUNK_SECS` or so: the times of a piece are its own."""
    pieces: list[list[Letter]] = []
    for letter in spelt:
        if not pieces or letter.end - pieces[-1][0].start > CHUNK_SECS:
            pieces.append([])
        pieces[-1].append(letter)
    return pieces


def _alignment(piece: list[Letter]) -> dict[str, Any]:
    from_secs = piece[0].start
    starts = [round((letter.start - from_secs) * 1000) for letter in piece]
    ends = [round((letter.end - from_secs) * 1000) for letter in piece]
    return {
        "chars": [letter.char for letter in piece],
        "charStartTimesMs": starts,
        "charDurationsMs": [end - start for start, end in zip(starts, ends, strict=True)],
    }
