"""What of a WebSocket never comes to a call, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.wire.test_doorstep import arrive, told
from tests.wire.ways_in import serving
from transports.edge.doorstep import doorstep
from transports.edge.settings import EdgeSettings
from transports.edge.socket import MOST_PIECES, PINGS_AT_ONCE, Socket

REST = (
    b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
FLOOD = 1_000


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    async with serving(app, http=doorstep(EdgeSettings()), ws=Socket) as port:
        yield port


@asynccontextmanager
async def client() -> AsyncIterator[ClientConnection]:
    async with served() as port, connect(f"ws://127.0.0.1:{port}/echo") as connection:
        yield connection


@pytest.mark.parametrize(
    "asked",
    [
        b"GET /echo" + REST + b"X: y\r\n" * 150 + b"\r\n",
        b"GET /echo" + REST + b"X: " + b"y" * 9_000 + b"\r\n\r\n",
        b"GET /echo" + REST + b"Content-Length: 5\r\n\r\nhello",
        b"GET /" + b"x" * 9_000 + REST + b"\r\n",
        b"GET /\xff" + REST + b"\r\n",
        b"POST /echo" + REST + b"\r\n",
    ],
    ids=["headers", "a header", "a body", "a path", "no ASCII", "a POST"],
)
async def test_what_is_a_request_and_no_handshake_is_refused_at_once(asked: bytes):
    """None of these would be answered, nor hung up on, nor counted among those who wait."""
    async with served() as port, arrive(port) as (reader, writer):
        writer.write(asked)
        assert (await told(reader, 1.0)).startswith(b"HTTP/1.1 4")


async def why(ended: ClientConnection) -> tuple[int, str] | None:
    """Code and reason of the server's end; None for who was still sending, and did not hear them.
    TimeoutError if there is no end."""
    async with asyncio.timeout(15):
        with pytest.raises(ConnectionClosed) as end:
            await ended.recv()
    return (end.value.rcvd.code, end.value.rcvd.reason) if end.value.rcvd else None


@pytest.mark.parametrize("kind", ["ping", "pong"])
async def test_who_sends_pings_all_the_time_is_hung_up_on(kind: str):
    async with client() as pinging:
        with suppress(ConnectionClosed):
            for _ in range(FLOOD):
                await getattr(pinging, kind)()
        assert await why(pinging) in ((1008, "too many pings"), None)


async def test_a_client_may_ask_now_and_then_whether_the_server_is_there():
    async with client() as asking:
        for _ in range(int(PINGS_AT_ONCE) - 1):
            await (await asking.ping())
        await asking.send("still here")
        assert await asking.recv() == "still here"


async def test_a_message_comes_in_some_pieces_and_not_in_a_thousand():
    async with client() as speaking:
        await speaking.send(["in ", "three ", "pieces"])
        assert await speaking.recv() == "in three pieces"
        await speaking.send(["x"] * (MOST_PIECES - 1))
        assert await speaking.recv() == "x" * (MOST_PIECES - 1)
        with suppress(ConnectionClosed):
            await speaking.send([""] * FLOOD)
        assert await why(speaking) in ((1008, "a message in too many pieces"), None)
