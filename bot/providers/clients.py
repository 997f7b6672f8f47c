"""The SDKs' clients, one of a kind for all calls: a connection stays open from turn to turn.

A client of its own would cost each call 20 ms of everybody's event loop, for TLS's certificates.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from loguru import logger
from pipecat.frames.frames import StartFrame
from pipecat.services.ai_service import AIService

from bot.providers.first_byte import FirstByte

LEAVE_SECS = 1.0
"""What a handshake under way may take when the call is over already."""


class Client(Protocol):
    async def close(self) -> None: ...


C = TypeVar("C", bound=Client)


class Clients:
    """Made when they are first asked for, closed together."""

    def __init__(self) -> None:
        self._made: dict[type[Client], Client] = {}

    def shared(self, kind: type[C], make: Callable[[], C]) -> C:
        """The one client of a kind."""
        client = self._made.get(kind)
        if not isinstance(client, kind):
            client = self._made[kind] = make()
        return client

    async def aclose(self) -> None:
        for client in self._made.values():
            await client.close()
        self._made.clear()
        await asyncio.sleep(0)  # a socket is closed in the loop's next round


class Connected(FirstByte, AIService):
    """Opens its connection at the start of a call, while the greeting plays."""

    _connecting: "asyncio.Task[None] | None" = None

    async def connect(self) -> object:
        """Ask the provider something that costs nothing."""
        raise NotImplementedError

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._connecting = self.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            await self.connect()
        except Exception as error:  # noqa: BLE001  an SDK's own; the first turn will tell
            logger.bind(service=str(self), cause=type(error).__name__).debug("not connected ahead")

    async def cleanup(self) -> None:
        await super().cleanup()
        if self._connecting:
            # A handshake that is cancelled half-way leaves its socket behind.
            await asyncio.wait({self._connecting}, timeout=LEAVE_SECS)
            await self.cancel_task(self._connecting)
            self._connecting = None
