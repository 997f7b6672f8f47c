"""A connection to OpenAI Realtime whose end is noticed, and ends nothing else.

Pipecat's service tells the pipeline of everything that goes wrong, takes each error for the end,
and stops reading at a message it does not understand. Here one event can be refused and the session
go on; who is to act upon a connection that is lost, or never came about, is the subclass.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from loguru import logger
from pipecat.services.openai.realtime import events
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bot.providers.realtime_errors import ends_session
from bot.providers.transcribed import Transcribed

CONNECT_SECS = 5.0
"""For the handshake, and as long again for the session."""


class RealtimeConnection(Transcribed):
    """One at a time; `_connect_error` is why there is none, `_ready` that a session may be used."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._ready = asyncio.Event()
        self._connect_error: Exception | None = None

    @property
    def _connected(self) -> bool:
        return bool(self._websocket)

    async def _connect(self) -> None:
        """Open one if there is none; an error is kept."""
        if self._websocket:
            return
        try:
            self._websocket = await connect(
                uri=self.base_url,
                additional_headers=await self._auth_headers(),
                open_timeout=CONNECT_SECS,
                close_timeout=1,
                ping_interval=5,
                ping_timeout=5,
                compression=None,
                max_size=None,
            )
            self._connect_error = None
            self._ready.clear()
            self._receive_task = self.create_task(self._receive_task_handler())
        except (OSError, TimeoutError, WebSocketException) as error:
            self._connect_error = error

    async def _opens(self) -> bool:
        """Whether the session that was connected to is ready in time."""
        if not self._connected:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECS):
                await self._ready.wait()
        return self._ready.is_set()

    def _lose(self) -> None:
        """The other side has ended it, or the network."""
        self._api_session_ready = False
        self._ready.clear()

    async def _refused(self, error: events.RealtimeError) -> None:
        """One event was; the session goes on."""

    async def _receive_task_handler(self) -> None:
        """Until the connection ends; a message that makes no sense is passed over."""
        going_on = True
        while going_on:
            try:
                await super()._receive_task_handler()
                going_on = False
            except ConnectionClosed:
                going_on = False
            except Exception:  # noqa: BLE001  Pipecat raises no narrower one; its text is private
                logger.warning("the provider sent a malformed message")
        if not self._disconnecting:
            self._lose()

    async def _ws_send(self, realtime_message: dict[str, Any]) -> None:
        """A send that fails is no error of its own: the receiver learns of the drop as well."""
        if self._websocket and not self._disconnecting:
            with suppress(ConnectionClosed):
                await self._websocket.send(json.dumps(realtime_message))

    async def _maybe_handle_evt_retrieve_conversation_item_error(
        self, evt: events.ErrorEvent
    ) -> bool:
        """True for errors after which the session goes on; at the others Pipecat's loop ends."""
        if await super()._maybe_handle_evt_retrieve_conversation_item_error(evt):
            return True
        if ends_session(evt.error.code, evt.error.type):
            return False
        logger.bind(code=evt.error.code).warning("the provider refused an event")
        await self._refused(evt.error)
        return True

    async def _handle_evt_error(self, evt: events.ErrorEvent) -> None:
        """The session is of no use any more; `_lose` follows."""
        logger.bind(code=evt.error.code).warning("the provider ended the session")
