"""A connection to Deepgram that survives a message it cannot read.

The SDK's own `start_listening` ends at the first message that is no JSON, and with it the
connection: the caller's words until the next one are lost.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from deepgram.core.events import EventType
from deepgram.listen.v1.socket_client import AsyncV1SocketClient
from deepgram.listen.v1.types import ListenV1CloseStream, ListenV1Finalize, ListenV1KeepAlive
from loguru import logger
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

Connect = Callable[..., AbstractAsyncContextManager[AsyncV1SocketClient]]
Callback = Callable[[object], Awaitable[None]]

CLOSE_STEP_SECS = 0.5
"""For each step of a goodbye. With the 10 s of the SDK one that says nothing any more would hold up
the end of a call, and the caller's place with it, for 20 s and more."""


class Legible:
    """What Pipecat's service uses of the SDK's connection."""

    def __init__(self, socket: AsyncV1SocketClient) -> None:
        self._socket = socket
        self._callbacks: dict[EventType, Callback] = {}
        self.send_media = socket.send_media

    def on(self, event: EventType, callback: Callback) -> None:
        self._callbacks[event] = callback

    async def start_listening(self) -> None:
        """Hand every message over, until the connection is closed."""
        try:
            while True:
                await self._listen_once()
        except ConnectionClosedOK:
            pass
        except ConnectionClosed as error:
            await self._callbacks[EventType.ERROR](error)

    async def send_finalize(self, message: ListenV1Finalize) -> None:
        await self._socket.send_finalize(message)

    async def send_keep_alive(self, message: ListenV1KeepAlive) -> None:
        await self._socket.send_keep_alive(message)

    async def send_close_stream(self, message: ListenV1CloseStream) -> None:
        await self._socket.send_close_stream(message)

    async def _listen_once(self) -> None:
        try:
            message = await self._socket.recv()
        except ValueError:
            logger.warning("Deepgram sent a message that is no JSON: dropped")
        else:
            await self._callbacks[EventType.MESSAGE](message)


class LegibleClient:
    """`client.listen.v1.connect` as the SDK's, with connections that are `Legible`.

    opened: called for each connection before its audio.
    """

    def __init__(self, connect: Connect, opened: Callable[[], None]) -> None:
        self.listen = self.v1 = self
        self._connect = connect
        self._opened = opened

    @asynccontextmanager
    async def connect(self, **options: object) -> AsyncGenerator[Legible]:
        async with self._connect(**options) as socket:
            socket._websocket.close_timeout = CLOSE_STEP_SECS  # pyright: ignore[reportPrivateUsage]
            self._opened()
            yield Legible(socket)
