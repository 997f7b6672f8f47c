"""A service at work beside the calls: to learn its phrases, or to find out whether it is well."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from pipecat.frames.frames import Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.workers.runner import WorkerRunner


class Aside:
    """Gives frames to a service, and waits for what it makes of them."""

    def __init__(self, worker: PipelineWorker, answer: type[Frame]) -> None:
        self._worker = worker
        self._well: asyncio.Queue[bool] = asyncio.Queue()
        worker.set_reached_downstream_filter((answer,))

        @worker.event_handler("on_frame_reached_downstream")
        async def answered(*_: object) -> None:
            self._well.put_nowait(True)

        @worker.event_handler("on_pipeline_error")
        async def failed(*_: object) -> None:
            self._well.put_nowait(False)

    async def ask(self, frames: Sequence[Frame], within_secs: float) -> None:
        """Returns with the first answer.

        Raises:
            ConnectionError: the service reports an error.
            TimeoutError: nothing came in time.
        """
        await self._worker.queue_frames(frames)
        async with asyncio.timeout(within_secs):
            if not await self._well.get():
                raise ConnectionError


@asynccontextmanager
async def aside(
    service: FrameProcessor, answer: type[Frame], params: PipelineParams
) -> AsyncGenerator[Aside]:
    """A pipeline of `service` alone, until the block is left."""
    worker = PipelineWorker(
        Pipeline([service]), params=params, enable_rtvi=False, enable_turn_tracking=False
    )
    asking = Aside(worker, answer)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield asking
    finally:
        await worker.cancel()
        await asyncio.wait([running])
