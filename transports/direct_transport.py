"""The transport of a call whose audio goes past us: it knows only when the call is over."""

import asyncio
from typing import Protocol

from pipecat.frames.frames import Frame, StartFrame
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_transport import BaseTransport


class Line(Protocol):
    """A provider's call that we control."""

    @property
    def closed(self) -> asyncio.Event:
        """Set when there is nothing left to control."""
        ...

    async def hang_up(self) -> None:
        """End the call; harmless when it is over."""
        ...


class DirectTransport(BaseTransport):
    """Neither brings audio nor takes any.

    Events: `on_client_connected` and `on_client_disconnected`, as of any transport.
    """

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self._input = _Presence(self)
        self._output = IdentityFilter()
        self._register_event_handler("on_client_connected")
        self._register_event_handler("on_client_disconnected")

    def input(self) -> FrameProcessor:
        return self._input

    def output(self) -> FrameProcessor:
        return self._output

    async def tell(self, event: str) -> None:
        """Call whoever listens for it."""
        await self._call_event_handler(event, self.line)


class _Presence(FrameProcessor):
    """The caller is there from the start until the line is closed."""

    def __init__(self, transport: DirectTransport) -> None:
        super().__init__()
        self._transport = transport
        self._watch: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._watch = self.create_task(self._until_gone())
            await self._transport.tell("on_client_connected")

    async def cleanup(self) -> None:
        if self._watch:
            await self.cancel_task(self._watch)
            self._watch = None
        await super().cleanup()

    async def _until_gone(self) -> None:
        await self._transport.line.closed.wait()
        await self._transport.tell("on_client_disconnected")
