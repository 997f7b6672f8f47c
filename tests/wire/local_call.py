"""A call on this machine's microphone and speaker, in a process of its own for a test to watch.

`python -m tests.wire.local_call parrot|speech|interrupted|cut-into|loudspeaker` prints a line of
JSON when the call is on, and one when it is over. A line on its standard input lets it speak for
two seconds; the end of its standard input ends the call.
"""

import asyncio
import json
import sys

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame, InterruptionFrame, TTSAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.workers.runner import WorkerRunner

from tests.wire.ways_in import Parrot
from transports import local
from transports.local import LocalSettings


class Listener(Parrot):
    """Hears, and says nothing back."""

    async def process_frame(self, frame, direction):
        if isinstance(frame, InputAudioRawFrame):
            self.heard.append(frame)
            return
        await super().process_frame(frame, direction)


async def main(mode: str) -> None:
    connection = local.connect(LocalSettings(loudspeaker=mode == "loudspeaker"))
    transport = connection.transport
    between = Parrot() if mode == "parrot" else Listener()
    worker = PipelineWorker(
        Pipeline([transport.input(), between, transport.output()]), enable_rtvi=False
    )

    @transport.event_handler("on_client_connected")
    async def connected(*_: object) -> None:
        # PortAudio aborts the process when the sound server dies while a device is being opened.
        while mode == "parrot" and not transport.output().speaking:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        print(json.dumps({"on": True}), flush=True)

    @transport.event_handler("on_client_disconnected")
    async def disconnected(*_: object) -> None:
        print(json.dumps({"lost": True}), flush=True)

    async def speak() -> None:
        t = np.arange(24_000 * 2) / 24_000
        tone = (12_000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()
        await worker.queue_frame(TTSAudioRawFrame(tone, 24_000, 1))
        if mode == "interrupted":
            await asyncio.sleep(0.5)
            await worker.queue_frame(InterruptionFrame())
        if mode == "cut-into":
            await asyncio.sleep(0.5)
            transport.output().say_over(bytes(24_000))

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    while await asyncio.to_thread(sys.stdin.readline):
        await speak()
    await worker.stop_when_done() if mode == "speech" else await worker.cancel()
    await running
    heard = b"".join(frame.audio for frame in between.heard)
    loudest = int(np.abs(np.frombuffer(heard, "<i2").astype(int)).max()) if heard else 0
    print(json.dumps({"heard_secs": len(heard) / 32_000, "loudest": loudest}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
