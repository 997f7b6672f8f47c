"""A server with nothing but ways in, and calls that echo: what the tests of the ways in share."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pipecat.frames.protobufs.frames_pb2 as frames_pb2
import uvicorn
from fastapi import FastAPI
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from transports.connection import Connection, Guest


class Door:
    """A door with so many places, whose reservations never lapse."""

    def __init__(self, places: int = 100) -> None:
        self.places = places
        self.expected: dict[str, Guest] = {}
        self.inside: set[str] = set()

    def reserve(self, guest: Guest) -> bool:
        if len(self.expected) + len(self.inside) >= self.places:
            return False
        self.expected[guest.session_id] = guest
        return True

    def waiting(self, household: str) -> int:
        return sum(guest.household == household for guest in self.expected.values())

    def enter(self, session_id: str) -> Guest | None:
        guest = self.expected.pop(session_id, None)
        if guest:
            self.inside.add(session_id)
        return guest

    def leave(self, session_id: str) -> None:
        self.expected.pop(session_id, None)
        self.inside.discard(session_id)


class Parrot(FrameProcessor):
    """Says back what it hears, audio and messages, and keeps what it heard."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Frame] = []
        self.keys = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                self.heard.append(frame)
                frame = TTSAudioRawFrame(frame.audio, frame.sample_rate, frame.num_channels)
            case InputDTMFFrame():
                self.keys += frame.button.value
            case InputTransportMessageFrame() if direction is FrameDirection.DOWNSTREAM:
                self.heard.append(frame)
                await self.push_frame(OutputTransportMessageUrgentFrame(message=frame.message))
        await self.push_frame(frame, direction)


class Speaker(FrameProcessor):
    """Says a second of a tone, and is interrupted as soon as it has begun to."""

    interruptible = True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)

    async def speak(self) -> None:
        wave = 12_000 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
        words = TTSAudioRawFrame(wave.astype("<i2").tobytes(), 24_000, 1)
        words.interruptible = self.interruptible
        await self.push_frame(words)

    async def interrupted(self) -> None:
        await self.push_frame(InterruptionFrame())


class Uninterruptible(Speaker):
    interruptible = False


class Calls:
    """A `launch` that runs each call with a processor of the test's own."""

    def __init__(self, between: Callable[[], FrameProcessor] = Parrot) -> None:
        self._between = between
        self.connections: list[Connection] = []
        self.workers: list[PipelineWorker] = []
        self.between: list[FrameProcessor] = []
        self.ended = 0

    async def launch(self, connection: Connection) -> None:
        transport, between = connection.transport, self._between()
        worker = PipelineWorker(
            Pipeline([transport.input(), between, transport.output()]), enable_rtvi=False
        )
        self.connections.append(connection)
        self.workers.append(worker)
        self.between.append(between)

        @transport.event_handler("on_client_disconnected")
        async def gone(*_: object) -> None:
            await worker.cancel()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()
        self.ended += 1


@asynccontextmanager
async def serving(
    app: FastAPI,
    sock: socket.socket | None = None,
    **settings: object,
) -> AsyncIterator[int]:
    """Serves the app on a free port of this machine, which it yields."""
    sock = sock or socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="error",
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
        **settings,
    )
    server = uvicorn.Server(config)
    serve = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await serve


async def until(condition: Callable[[], bool], within_secs: float = 15.0) -> None:
    """Waits for what must come true; TimeoutError if it does not."""
    async with asyncio.timeout(within_secs):
        while not condition():  # noqa: ASYNC110  works for whatever can be looked at
            await asyncio.sleep(0.01)


def audio(pcm: bytes, hz: int = 16_000, channels: int = 1) -> bytes:
    frame = frames_pb2.Frame()
    frame.audio.audio = pcm
    frame.audio.sample_rate = hz
    frame.audio.num_channels = channels
    return frame.SerializeToString()


def message(text: str) -> bytes:
    frame = frames_pb2.Frame()
    frame.message.data = text
    return frame.SerializeToString()
