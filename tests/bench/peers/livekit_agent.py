"""LiveKit Agents with its defaults, its audio on a WebSocket, for the callers of the bench.

Runs in a virtual environment of its own (`livekit.lock`), without LiveKit's server: a session takes
custom audio input and output. The wire is Pipecat's protobuf, `FRAMES_PB2` names the module.
"""

import asyncio
import importlib.util
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
from aiohttp import WSMsgType, web
from livekit import rtc
from livekit.agents import Agent, AgentSession, io
from livekit.plugins import cartesia, deepgram, openai, silero

IN_HZ = 16_000
OUT_HZ = 24_000
CHUNK_SECS = 0.04
LEAD_SECS = 0.16
"""As far ahead of the ear as Echo's own transport sends."""


def _frames() -> type:
    spec = importlib.util.spec_from_file_location("frames_pb2", os.environ["FRAMES_PB2"])
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["frames_pb2"] = module
    spec.loader.exec_module(module)
    return module.Frame


Frame = _frames()


class Ear(io.AudioInput):
    """What the caller says."""

    def __init__(self) -> None:
        super().__init__(label="websocket")
        self.frames: asyncio.Queue[rtc.AudioFrame | None] = asyncio.Queue()

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await self.frames.get()
        if frame is None:
            raise StopAsyncIteration
        return frame


class Mouth(io.AudioOutput):
    """Sends speech in real time, and says when it has been heard."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        super().__init__(
            label="websocket",
            capabilities=io.AudioOutputCapabilities(pause=False),
            sample_rate=OUT_HZ,
        )
        self._socket = socket
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._heard_at = 0.0
        self._sent_secs = 0.0
        self._pending = 0
        self._sending = asyncio.create_task(self._send())

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._pending += 1
        await self._chunks.put(bytes(frame.data))

    def flush(self) -> None:
        super().flush()
        if self._pending:
            self._chunks.put_nowait(None)

    def clear_buffer(self) -> None:
        if not self._pending:
            return
        while not self._chunks.empty():
            self._chunks.get_nowait()
        now = asyncio.get_running_loop().time()
        heard = self._sent_secs - max(0.0, self._heard_at - now)
        self._heard_at = 0.0
        self._clearing = asyncio.ensure_future(self._clear())
        self._done(max(0.0, heard), interrupted=True)

    def _done(self, position: float, *, interrupted: bool) -> None:
        self._pending, self._sent_secs = 0, 0.0
        self.on_playback_finished(playback_position=position, interrupted=interrupted)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        size = 2 * int(CHUNK_SECS * OUT_HZ)
        while True:
            audio = await self._chunks.get()
            if audio is None:
                await asyncio.sleep(max(0.0, self._heard_at - loop.time()))
                await self._tell("bot-stopped-speaking")
                if self._pending:
                    self._done(self._sent_secs, interrupted=False)
                continue
            for start in range(0, len(audio), size):
                piece = audio[start : start + size]
                frame = Frame()
                frame.audio.audio = piece
                frame.audio.sample_rate = OUT_HZ
                frame.audio.num_channels = 1
                await self._socket.send_bytes(frame.SerializeToString())
                secs = len(piece) / 2 / OUT_HZ
                self._sent_secs += secs
                self._heard_at = max(self._heard_at, loop.time()) + secs
                await asyncio.sleep(max(0.0, self._heard_at - loop.time() - LEAD_SECS))

    async def _clear(self) -> None:
        await self._tell("bot-interrupted")
        frame = Frame()
        frame.interruption.SetInParent()
        with suppress(ConnectionError):
            await self._socket.send_bytes(frame.SerializeToString())

    async def _tell(self, kind: str) -> None:
        frame = Frame()
        frame.message.data = json.dumps({"label": "rtvi-ai", "type": kind, "data": {}})
        with suppress(ConnectionError):
            await self._socket.send_bytes(frame.SerializeToString())

    def close(self) -> None:
        self._sending.cancel()


async def _caller(socket: web.WebSocketResponse) -> AsyncIterator[rtc.AudioFrame]:
    async for message in socket:
        if message.type is not WSMsgType.BINARY:
            continue
        frame = Frame.FromString(message.data)
        if frame.WhichOneof("frame") == "audio":
            audio = frame.audio.audio
            yield rtc.AudioFrame(audio, frame.audio.sample_rate, 1, len(audio) // 2)


async def call(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    http: aiohttp.ClientSession = request.app["http"]
    session = AgentSession(
        stt=deepgram.STT(
            base_url=f"{os.environ['DEEPGRAM_BASE_URL']}/v1/listen", http_session=http
        ),
        llm=openai.LLM(model="gpt-4.1", base_url=os.environ["OPENAI_BASE_URL"]),
        tts=cartesia.TTS(base_url=os.environ["CARTESIA_HTTP_URL"], http_session=http),
        vad=request.app["vad"],
    )
    ear, mouth = Ear(), Mouth(socket)
    session.input.audio = ear
    session.output.audio = mouth
    await session.start(agent=Agent(instructions="You are a friendly assistant."))
    try:
        async for frame in _caller(socket):
            ear.frames.put_nowait(frame)
    finally:
        ear.frames.put_nowait(None)
        mouth.close()
        with suppress(Exception):
            await session.aclose()
    return socket


async def start(request: web.Request) -> web.Response:
    return web.json_response({"wsUrl": f"ws://{request.host}/ws", "sessionId": "livekit"})


async def ready(_: web.Request) -> web.Response:
    return web.json_response({"status": "ready"})


async def app() -> web.Application:
    made = web.Application()
    made["http"] = aiohttp.ClientSession()
    made["vad"] = silero.VAD.load()
    made.router.add_post("/start", start)
    made.router.add_get("/readyz", ready)
    made.router.add_get("/ws", call)
    return made


if __name__ == "__main__":
    web.run_app(app(), host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
