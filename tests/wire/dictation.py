"""Speech for a speech-to-text: over a bare socket, or through a service in a small pipeline."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

import aiohttp
import numpy as np
import soxr
from pipecat.frames.frames import ErrorFrame, Frame, InputAudioRawFrame
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.workers.runner import WorkerRunner

from evals.ear import Samples, speech_spans
from evals.voice import local_voice

RATE = 16_000
CHUNK_SECS = 0.02


@cache
def spoken(text: str, rate: int = RATE) -> Samples:
    """The text in the local voice, from its first audible sample to its last."""
    samples = local_voice(text)
    spans = speech_spans(samples, RATE)
    samples = samples[round(spans[0].start_secs * RATE) : round(spans[-1].end_secs * RATE)]
    return samples if rate == RATE else soxr.resample(samples, RATE, rate).astype(np.int16)


def quiet(secs: float, rate: int = RATE) -> Samples:
    return np.zeros(round(secs * rate), np.int16)


def chunks(samples: Samples, rate: int = RATE) -> list[bytes]:
    step = round(rate * CHUNK_SECS)
    return [samples[at : at + step].tobytes() for at in range(0, len(samples), step)]


async def in_real_time(messages: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Each of them when a microphone would have it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, message in enumerate(messages, 1):
        await asyncio.sleep(began + number * CHUNK_SECS - loop.time())
        yield message


# Over a bare socket


@dataclass
class Socket:
    """A client that knows the protocol only as far as a test spells it out."""

    websocket: aiohttp.ClientWebSocketResponse

    async def say(self, samples: Samples, rate: int = RATE) -> None:
        """All of it at once: an emulator goes by the audio's time, but for its delays."""
        for chunk in chunks(samples, rate):
            await self.websocket.send_bytes(chunk)

    async def tell(self, **message: object) -> None:
        await self.websocket.send_json(message)

    async def told(self, until: Callable[[dict], bool], within_secs: float = 15) -> list[dict]:
        """The messages up to the first for which `until` holds, and that one.

        Raises ConnectionResetError if the connection ends before, TimeoutError if none came.
        """
        messages: list[dict] = []
        async with asyncio.timeout(within_secs):
            while not (messages and until(messages[-1])):
                received = await self.websocket.receive()
                if received.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionResetError(self.websocket.close_code, received.extra)
                messages.append(json.loads(received.data))
        return messages


@asynccontextmanager
async def connected(url: str, key: str = "a-key", scheme: str = "Token", **query: object):
    """A socket at `url`; raises WSServerHandshakeError when it is refused."""
    parameters = [
        (name, str(each))
        for name, value in query.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    headers = {"Authorization": f"{scheme} {key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, params=parameters, headers=headers) as websocket,
    ):
        yield Socket(websocket)


async def refused(url: str, key: str = "a-key", **query: object) -> tuple[int, dict]:
    """Status and body of the answer to a handshake that is refused."""
    headers = {
        "Authorization": f"Token {key}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, params={k: str(v) for k, v in query.items()}, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


# Through a service in a small pipeline


class Line(BaseObserver):
    """A pipeline and what passed through it: (when on the loop's clock, frame), each frame once."""

    def __init__(self, *processors: FrameProcessor) -> None:
        super().__init__()
        self.worker = PipelineWorker(
            Pipeline([*processors]),
            params=PipelineParams(audio_in_sample_rate=RATE),
            observers=[self],
            enable_rtvi=False,
            enable_turn_tracking=False,
        )
        self.seen: list[tuple[float, Frame]] = []
        self.errors_from: list[tuple[str, ErrorFrame]] = []
        """Who pushed them on; one error may pass several."""
        self._ids: set[int] = set()
        self._arrived = asyncio.Event()

    async def on_push_frame(self, data: FramePushed) -> None:
        frame = data.frame
        if isinstance(frame, ErrorFrame):
            self.errors_from.append((data.source.name, frame))
        if isinstance(frame, InputAudioRawFrame) or frame.id in self._ids:
            return
        self._ids.add(frame.id)
        self.seen.append((asyncio.get_running_loop().time(), frame))
        self._arrived.set()

    def of(self, *kinds: type[Frame]) -> list:
        return [frame for _, frame in self.seen if isinstance(frame, kinds)]

    def at(self, kind: type[Frame]) -> float:
        """When the last of this kind passed."""
        return [at for at, frame in self.seen if isinstance(frame, kind)][-1]

    @property
    def errors(self) -> list[str]:
        return [frame.error for frame in self.of(ErrorFrame)]

    async def until(self, kind: type[Frame], count: int = 1, within_secs: float = 15) -> list:
        """The frames of this kind, once there are `count`."""
        async with asyncio.timeout(within_secs):
            while len(self.of(kind)) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.of(kind)

    async def hear(self, samples: Samples, *, live: bool = False) -> float:
        """Audio for the pipeline, all at once or `live`; when the last of it was handed over."""
        messages = chunks(samples)
        if live:
            async for message in in_real_time(messages):
                await self.worker.queue_frame(InputAudioRawFrame(message, RATE, 1))
        else:
            for message in messages:
                await self.worker.queue_frame(InputAudioRawFrame(message, RATE, 1))
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def line(*processors: FrameProcessor) -> AsyncIterator[Line]:
    """These processors in a pipeline that runs."""
    watched = Line(*processors)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(watched.worker)
    running = asyncio.create_task(runner.run())
    try:
        yield watched
    finally:
        await watched.worker.cancel()
        await running
