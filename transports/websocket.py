"""A browser, or any client that speaks Pipecat's protobuf wire, over a WebSocket.

The handshake needs a ticket; without a good one it is answered with HTTP 403. After it, nothing a
client sends or fails to do ends anything but its own call.
"""

import asyncio
import socket
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from loguru import logger
from starlette.websockets import WebSocketState

from transports.connection import Audio, Caller, Connection, Door, Guest, Launch
from transports.start import Asked, Way
from transports.tickets import Tickets
from transports.websocket_transport import WebsocketTransport, WireSettings

PATH = "/ws-client"


WebsocketSettings = WireSettings


def way(tickets: Tickets) -> Way:
    """The answer of `/start`: where to connect to, and the ticket to show there."""

    async def start(asked: Asked) -> dict[str, object]:
        return {
            "sessionId": asked.guest.session_id,
            "wsUrl": f"ws{asked.base_url.removeprefix('http')}{PATH}",
            "token": tickets.issue(asked.guest.session_id),
        }

    return start


def routes(settings: WebsocketSettings, tickets: Tickets, door: Door, launch: Launch) -> APIRouter:
    """`/ws-client` and `/ws-client/{token}`; the token may also be `?token=` or a Bearer token."""
    router = APIRouter()

    @router.websocket(PATH)
    @router.websocket(PATH + "/{token}")
    async def come_in(websocket: WebSocket, token: str = "") -> None:
        guest = _guest(websocket, token)
        if guest is None:
            logger.warning("WebSocket refused: no good ticket")
            await websocket.close()  # before the handshake is accepted: HTTP 403
            return
        try:
            await websocket.accept()
            await launch(_connection(websocket, guest))
        except WebSocketDisconnect:
            logger.info("The client was gone before its call began")
        finally:
            door.leave(guest.session_id)
            await close(websocket)

    def _guest(websocket: WebSocket, token: str) -> Guest | None:
        session_id = tickets.redeem(token or _token(websocket))
        return door.enter(session_id) if session_id else None

    def _connection(websocket: WebSocket, guest: Guest) -> Connection:
        return Connection(
            transport=WebsocketTransport(websocket, settings),
            kind="websocket",
            session_id=guest.session_id,
            audio=Audio(settings.in_hz, settings.out_hz),
            caller=Caller(websocket.client.host if websocket.client else ""),
            body=guest.body,
        )

    return router


def _token(websocket: WebSocket) -> str:
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return websocket.query_params.get("token", "")


async def close(websocket: WebSocket) -> None:
    """Say goodbye to a client that is still there when the call is over."""
    if WebSocketState.DISCONNECTED in (websocket.client_state, websocket.application_state):
        return
    # It may not read, or be gone already; the server drops the socket either way.
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(1.0):
            await websocket.close(1001)


def keep_short(listener: socket.socket) -> None:
    """Bounds what the kernel holds for a client, and for how long.

    For the listening socket, before it serves; connections inherit it. Without it, Linux takes
    several megabytes, a minute of speech, before a send has to wait, and keeps a connection to a
    client that stopped reading open for as long as the client likes. What has come in is parsed in
    one go, thousands of small messages if the client sends them, and all other calls wait for it.
    """
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000)
