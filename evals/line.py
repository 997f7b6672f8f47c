"""The way to the server: `POST /start`, then the WebSocket it names."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import aiohttp
from pydantic import BaseModel, JsonValue, ValidationError

_OPEN_WITHIN_SECS = 10.0
_CLOSE_WITHIN_SECS = 3.0


class CallError(Exception):
    """A call that did not come about; the message says why in one line."""


class ServerNotRunning(CallError):
    """Nobody answers at the address."""


class ServerFull(CallError):
    """The server takes no further calls for the moment."""


class Ticket(BaseModel):
    wsUrl: str
    sessionId: str = ""
    token: str | None = None

    @property
    def address(self) -> str:
        """Where to connect, as the official client puts it together."""
        if self.token is None:
            return self.wsUrl
        return f"{self.wsUrl}{'&' if '?' in self.wsUrl else '?'}{urlencode({'token': self.token})}"


async def start(http: aiohttp.ClientSession, url: str, mode: str | None = None) -> Ticket:
    """Ask for a call, answered in `mode` or, without one, as the server is set."""
    chosen: dict[str, JsonValue] = {"mode": mode} if mode else {}
    body: dict[str, JsonValue] = {"transport": "websocket", "body": chosen}
    try:
        async with http.post(f"{url.rstrip('/')}/start", json=body) as response:
            if response.status == 503:
                again = response.headers.get("Retry-After", "a few")
                raise ServerFull(f"{url} is full: all lines are taken. Try again in {again} s.")
            if response.status != 200:
                raise CallError(f"{url} refused the call: HTTP {response.status} on /start.")
            return Ticket.model_validate_json(await response.read())
    except ValidationError as error:
        raise CallError(f"{url} does not answer /start as Echo does.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ServerNotRunning(f"Nothing answers at {url}: start Echo with `make run`.") from error


class Line:
    """The WebSocket, open for as long as the `async with` lasts."""

    def __init__(self, http: aiohttp.ClientSession, ticket: Ticket) -> None:
        self._http = http
        self._address = ticket.address
        self._clock = asyncio.get_running_loop()
        self._began = 0.0
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        self._began = self._clock.time()
        try:
            async with asyncio.timeout(_OPEN_WITHIN_SECS):
                self._socket = await self._http.ws_connect(self._address, compress=0)
        except aiohttp.WSServerHandshakeError as error:
            raise CallError(f"The WebSocket was refused: HTTP {error.status}.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CallError("The WebSocket could not be opened.") from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def now_secs(self) -> float:
        """Seconds since the WebSocket handshake began: the time line of the call."""
        return self._clock.time() - self._began

    async def until(self, at_secs: float) -> None:
        await asyncio.sleep(max(0.0, at_secs - self.now_secs))

    async def send(self, payload: bytes) -> None:
        await self._open_socket.send_bytes(payload)

    async def receive(self) -> tuple[bytes, float] | None:
        """The next message and when it came; None when the server has closed the connection."""
        while True:
            message = await self._open_socket.receive()
            if message.type == aiohttp.WSMsgType.BINARY:
                return message.data, self.now_secs
            if message.type != aiohttp.WSMsgType.TEXT:
                return None

    @property
    def closed_properly(self) -> bool:
        return self._open_socket.close_code in (1000, 1001)

    async def close(self) -> None:
        if self._socket:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_WITHIN_SECS):
                    await self._socket.close()

    @property
    def _open_socket(self) -> aiohttp.ClientWebSocketResponse:
        if self._socket is None:
            raise RuntimeError("the line is not open yet")
        return self._socket
