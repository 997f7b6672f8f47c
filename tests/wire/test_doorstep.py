"""Connections that never become a request, or slowly, or too large, over real sockets."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest
from fastapi import FastAPI, Request, Response, WebSocket
from websockets.asyncio.client import connect

from tests.wire.ways_in import serving
from transports.edge.doorstep import doorstep
from transports.edge.settings import EdgeSettings
from transports.edge.socket import Socket

HEAD = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
WHOLE = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
LARGE = 32_000_000
"""More than a system takes from a server for a client that does not read."""
SOON_SECS = 0.4


@asynccontextmanager
async def served(**settings) -> AsyncIterator[int]:
    app = FastAPI()

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(LARGE))

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    chosen = EdgeSettings(**{"request_secs": SOON_SECS} | settings)
    async with serving(app, http=doorstep(chosen), ws=Socket) as port:
        yield port


@asynccontextmanager
async def arrive(port: int) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)  # until it is closed


async def says_hello(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/hello"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status == 200


async def told(reader: StreamReader, within_secs: float = 15.0) -> bytes:
    """All that is said until the server hangs up; TimeoutError if it does not."""
    said = bytearray()
    async with asyncio.timeout(within_secs):
        with suppress(ConnectionResetError):
            while piece := await reader.read(100_000):
                said += piece
    return bytes(said)


async def trickle(writer: StreamWriter, pieces: Iterable[bytes]) -> None:
    with suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(SOON_SECS / 10)


@pytest.mark.parametrize("first", [b"", WHOLE[:8], WHOLE[:-2], HEAD + b"\r\n"])
async def test_who_stops_before_the_request_is_whole_is_hung_up_on(first: bytes):
    async with served() as port, arrive(port) as (reader, writer):
        writer.write(first)
        assert (await told(reader)).startswith(b"HTTP/1.1 408 Request Timeout")


@pytest.mark.parametrize(
    "pieces", [[HEAD] + [b"X-%d: y\r\n" % i for i in range(40)], [HEAD + b"\r\n"] + [b"x"] * 40]
)
async def test_who_sends_it_byte_by_byte_wins_no_time(pieces: list[bytes]):
    async with served() as port, arrive(port) as (reader, writer):
        slowly = asyncio.create_task(trickle(writer, pieces))
        assert (await told(reader, SOON_SECS * 3)).startswith(b"HTTP/1.1 408")
        slowly.cancel()


async def test_a_second_request_on_a_connection_has_its_own_deadline():
    async with served() as port, arrive(port) as (reader, writer):
        for _ in range(3):
            writer.write(WHOLE)
            assert await reader.readuntil(b'"hello"')
            await asyncio.sleep(SOON_SECS / 2)
        writer.write(WHOLE[:10])
        assert (await told(reader)).startswith(b"HTTP/1.1 408")


async def test_empty_lines_after_an_answer_win_no_time():
    async with served() as port, arrive(port) as (reader, writer):
        writer.write(WHOLE)
        assert await reader.readuntil(b'"hello"')
        slowly = asyncio.create_task(trickle(writer, [b"\r\n"] * 100))
        await told(reader, SOON_SECS * 3)
        slowly.cancel()


async def test_a_second_request_may_come_before_the_first_is_answered_and_no_third():
    async with served() as port:
        async with arrive(port) as (reader, writer):
            writer.write(WHOLE * 2)
            for _ in range(2):
                assert await reader.readuntil(b'"hello"')
        async with arrive(port) as (reader, writer):
            writer.write(WHOLE * 500)
            said = await told(reader)
    assert said.count(b"HTTP/1.1 200") <= 2
    assert said.endswith(b"Invalid HTTP request received.")


async def test_who_asks_and_does_not_read_the_answer_is_hung_up_on():
    async with served(unread_secs=SOON_SECS) as port, arrive(port) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(SOON_SECS * 5)  # of which a busy server takes a part to begin
        assert len(await told(reader)) < LARGE


async def test_a_large_answer_comes_whole_to_who_reads_it():
    async with (
        served(unread_secs=2) as port,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/large") as answer,
    ):
        assert len(await answer.read()) == LARGE


async def test_a_socket_that_was_let_in_has_no_deadline():
    async with served() as port, connect(f"ws://127.0.0.1:{port}/echo") as client:
        await asyncio.sleep(SOON_SECS * 2)
        await client.send("still here")
        assert await client.recv() == "still here"


async def test_headers_without_end_are_refused():
    async with served(max_head_bytes=4_096) as port, arrive(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n")
        endless = asyncio.create_task(trickle(writer, [b"X-Long: yes, very\r\n" * 100] * 10))
        assert (await told(reader)).startswith(b"HTTP/1.1 431")
        endless.cancel()


@pytest.mark.parametrize(
    "endless", [b"0\r\n" + b"X-Long: yes, very\r\n" * 100, b"1\r\nx\r\n" * 1_000]
)
async def test_neither_what_follows_a_body_nor_what_parts_it_is_without_end(endless: bytes):
    async with (
        served(max_head_bytes=4_096, request_secs=60) as port,
        arrive(port) as (reader, writer),
    ):
        writer.write(CHUNKED)
        more = endless.removeprefix(b"0\r\n")
        slowly = asyncio.create_task(trickle(writer, [endless, *[more] * 10]))
        assert (await told(reader)).startswith(b"HTTP/1.1 431")
        slowly.cancel()


async def test_a_body_may_be_longer_than_headers():
    async with (
        served(max_head_bytes=4_096) as port,
        aiohttp.ClientSession() as http,
        http.post(f"http://127.0.0.1:{port}/length", data=bytes(100_000)) as answer,
    ):
        assert await answer.json() == 100_000


async def test_one_address_may_have_so_many_waiting_and_the_next_is_told_so():
    async with served(waiting_each=3) as port, AsyncExitStack() as outside:
        waiting = [await outside.enter_async_context(arrive(port)) for _ in range(3)]
        async with arrive(port) as (reader, _):
            said = await told(reader, SOON_SECS / 2)
        assert said.startswith(b"HTTP/1.1 503 Service Unavailable")
        assert b"Retry-After: 5" in said
        ends = await asyncio.gather(*(told(reader) for reader, _ in waiting))
        assert all(end.startswith(b"HTTP/1.1 408") for end in ends)
        assert await says_hello(port)


async def test_in_a_flood_who_has_waited_longest_goes_and_who_means_it_is_answered():
    async with served(waiting=3, request_secs=60) as port, AsyncExitStack() as outside:
        idle = await outside.enter_async_context(arrive(port))
        idle[1].write(WHOLE)
        assert await idle[0].readuntil(b'"hello"')
        begun = await outside.enter_async_context(arrive(port))
        begun[1].write(WHOLE[:8])
        flood = [await outside.enter_async_context(arrive(port)) for _ in range(4)]
        assert await told(idle[0]) == b"", "what it asks next would be answered by this"
        for gone in (begun, flood[0]):
            assert (await told(gone[0])).startswith(b"HTTP/1.1 503 Service Unavailable")
        assert await says_hello(port)
        assert (await told(flood[1][0])).startswith(b"HTTP/1.1 503")
        flood[-1][1].write(WHOLE)
        assert await flood[-1][0].readuntil(b'"hello"')


async def test_nobody_who_is_being_answered_has_to_go():
    async with served(waiting=2, unread_secs=60) as port, AsyncExitStack() as outside:
        url = f"http://127.0.0.1:{port}/large"
        http = await outside.enter_async_context(aiohttp.ClientSession())
        answer = await outside.enter_async_context(http.get(url))
        for _ in range(4):
            await outside.enter_async_context(arrive(port))
        assert await says_hello(port)
        assert len(await answer.read()) == LARGE


async def test_who_leaves_makes_room():
    async with served(waiting_each=1, request_secs=60) as port:
        for _ in range(3):
            async with arrive(port) as (reader, writer):
                writer.write(WHOLE)
                assert await reader.readuntil(b'"hello"')
            await asyncio.sleep(0.05)
        assert await says_hello(port)


async def test_calls_are_not_counted_among_those_who_wait():
    async with served(waiting_each=2) as port, AsyncExitStack() as calls:
        for _ in range(5):
            await calls.enter_async_context(connect(f"ws://127.0.0.1:{port}/echo"))
        assert await says_hello(port)
