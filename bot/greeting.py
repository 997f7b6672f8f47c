"""The first words of a call: said once, as soon as somebody is there to hear them."""

import asyncio
from collections.abc import Callable, Iterable

from pipecat.frames.frames import Frame
from pipecat.pipeline.worker import PipelineWorker

from transports.connection import Connection

READY_SECS = 1.0
"""RTVI clients say when they are ready, within a round trip; others are greeted after this."""

PRESENT_AT_ONCE = ("local", "twilio", "vonage", "telnyx", "plivo", "openai-webrtc")
"""Ways in whose clients are no RTVI clients."""


class Greeting:
    """Greets whoever comes over `connection`, by `words`, in the language of that moment."""

    def __init__(
        self,
        connection: Connection,
        worker: PipelineWorker,
        words: Callable[[], Iterable[Frame]],
    ) -> None:
        self._connection = connection
        self._worker = worker
        self._words = words
        self._is_over = asyncio.Event()

        @connection.transport.event_handler("on_client_connected")
        async def connected(*_: object) -> None:
            await self._until_answered()
            says_ready = connection.kind not in PRESENT_AT_ONCE
            await self._greet_after(READY_SECS if says_ready else 0)

        @worker.rtvi.event_handler("on_client_ready")
        async def ready(*_: object) -> None:
            await self._greet()

    def leave_out(self) -> None:
        """Nobody is left to be greeted, and nothing waits for it."""
        self._is_over.set()

    async def _until_answered(self) -> None:
        """Until there is somebody to be greeted, or the call is over."""
        if self._connection.answered is None:
            return
        either = (self._connection.answered(), self._is_over.wait())
        waiting = [asyncio.ensure_future(each) for each in either]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def _greet_after(self, secs: float) -> None:
        try:
            async with asyncio.timeout(secs):
                await self._is_over.wait()
        except TimeoutError:
            await self._greet()

    async def _greet(self) -> None:
        if not self._is_over.is_set():
            self._is_over.set()
            for words in self._words():
                await self._worker.queue_frame(words)
