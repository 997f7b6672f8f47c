"""The socket by which a server takes part in a call between a browser and OpenAI Realtime.

OpenAI calls it a sideband connection
(https://developers.openai.com/api/docs/guides/realtime-server-controls): the call's events come in
on it, without audio, and whatever a client may send may be sent.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import urlencode, urlsplit, urlunsplit

from loguru import logger
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bot.providers.settings import OpenAISettings, required

CONNECT_SECS = 4.0
HANG_UP_SECS = 3.0
MOST_BYTES = 2**20
"""Of a message; the longest are those that show the whole session."""
ASK_AGAIN_SECS = (0.2, 0.6)
"""A call is not known everywhere at the moment in which the browser learns of it."""


class NoSuchCallError(Exception):
    """The provider knows no such call, or it is not the one that was meant."""


class UnreachableError(Exception):
    """The provider lets nobody control the call; the cause is a type's name, no secret."""


class ControlLine:
    """One call, under control. `closed` is set when the provider has closed it, or is gone."""

    def __init__(self, call_id: str, settings: OpenAISettings, socket: ClientConnection) -> None:
        self.call_id = call_id
        self.closed = asyncio.Event()
        self._settings = settings
        self._socket = socket
        self._left = False
        self._early: list[str | bytes] = []

    async def __aiter__(self) -> AsyncGenerator[str | bytes]:
        """The provider's messages, until the socket is closed."""
        try:
            while self._early:
                yield self._early.pop(0)
            async for message in self._socket:
                yield message
        except ConnectionClosed:
            pass
        finally:
            if not self._left:
                self.closed.set()

    async def send(self, message: str) -> None:
        """A message that comes too late is dropped."""
        with suppress(ConnectionClosed):
            await self._socket.send(message)

    async def close(self) -> None:
        self._left = True
        await self._socket.close()

    async def hang_up(self) -> None:
        """End the call itself, and with it what the browser hears; harmless when it is over."""
        from openai import AsyncOpenAI, NotFoundError, OpenAIError

        await self.close()
        try:
            async with AsyncOpenAI(
                api_key=_key(self._settings),
                base_url=http_url(self._settings.realtime_url),
                timeout=HANG_UP_SECS,
                max_retries=1,
            ) as client:
                await client.realtime.calls.hangup(self.call_id)
        except NotFoundError:
            pass  # the caller was quicker
        except OpenAIError as error:
            logger.bind(cause=type(error).__name__).error("a call could not be hung up")

    async def is_of(self, mark: str) -> bool:
        """Whether the session's instructions bear the mark; asks for them, and reads until then."""
        await self.send(json.dumps({"type": "session.update", "session": {"type": "realtime"}}))
        async for message in self._socket:
            match _event(message):
                case {"type": "session.created" | "session.updated", "session": dict(session)}:
                    if instructions := session.get("instructions"):
                        return mark in str(instructions)
                case _:
                    self._early.append(message)
        return False


async def control(settings: OpenAISettings, call_id: str, mark: str) -> ControlLine:
    """A control line to that call, if `mark` is in its instructions.

    Whose secret a call was made with the provider does not say; the mark does.

    Raises:
        NoSuchCallError, UnreachableError.
    """
    line = ControlLine(call_id, settings, await _connected(settings, call_id))
    try:
        async with asyncio.timeout(CONNECT_SECS):
            if await line.is_of(mark):
                return line
    except (TimeoutError, ConnectionClosed) as error:
        await line.close()
        raise UnreachableError(type(error).__name__) from None
    except BaseException:
        await line.close()
        raise
    await line.close()
    raise NoSuchCallError


async def _connected(settings: OpenAISettings, call_id: str) -> ClientConnection:
    for wait_secs in (*ASK_AGAIN_SECS, None):
        try:
            return await connect(
                f"{settings.realtime_url}?{urlencode({'call_id': call_id})}",
                additional_headers={"Authorization": f"Bearer {_key(settings)}"},
                open_timeout=CONNECT_SECS,
                close_timeout=1,
                ping_interval=5,
                ping_timeout=5,
                compression=None,
                max_size=MOST_BYTES,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            unknown = isinstance(error, InvalidStatus) and error.response.status_code == 404
            if not unknown:
                raise UnreachableError(type(error).__name__) from None
            if wait_secs is None:
                break
            await asyncio.sleep(wait_secs)
    raise NoSuchCallError


def http_url(realtime_url: str) -> str:
    """Where the HTTP API is whose WebSocket this is: `https://.../v1` for `wss://.../v1/realtime`."""
    parts = urlsplit(realtime_url)
    scheme = "https" if parts.scheme == "wss" else "http"
    path = parts.path.rstrip("/").removesuffix("/realtime")
    return urlunsplit((scheme, parts.netloc, path, "", ""))


def _key(settings: OpenAISettings) -> str:
    return required(settings.api_key, "OPENAI_API_KEY", "MODE=cascade")


def _event(message: str | bytes) -> object:
    try:
        return json.loads(message)
    except ValueError:
        return None
