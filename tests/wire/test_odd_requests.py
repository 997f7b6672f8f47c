"""Requests that no client of anybody's makes, over real sockets: refused in as many words, and no
error of the server's.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles

import server
from tests.wire.test_doorstep import arrive, told
from tests.wire.ways_in import serving
from transports.edge.doorstep import doorstep
from transports.edge.guard import guard
from transports.edge.settings import EdgeSettings
from transports.edge.socket import Socket

SMUGGLED = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
ONE_LENGTH = f"Content-Length: {len(SMUGGLED)}\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY = b"0\r\n\r\n"
"""What a body in chunks ends with."""


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    app, chosen = FastAPI(openapi_url=None), EdgeSettings(request_secs=1)

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    guard(app, chosen, "")
    app.mount("/", StaticFiles(directory=server.PAGE, html=True))
    async with serving(app, http=doorstep(chosen), ws=Socket, log_config=None) as port:
        yield port


async def answered(raw: bytes) -> bytes:
    """Everything that comes back until the server hangs up."""
    async with served() as port, arrive(port) as (reader, writer):
        writer.write(raw)
        return await told(reader, 8.0)


@pytest.mark.parametrize(
    "lengths",
    [
        ONE_LENGTH + CHUNKED,
        CHUNKED + ONE_LENGTH,
        b"Content-Length: 0\r\n" + ONE_LENGTH,
        ONE_LENGTH + b"Content-Length: 0\r\n",
        b"Content-Length: 0, 5\r\n",
        b"Content-Length: +0\r\n",
        b"Content-Length: 0x0\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length : 0\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked, identity\r\n",
        b" Content-Length: 0\r\n",
        b"X: y\rContent-Length: 0\r\n",
        b"X\0: y\r\n",
        b"X: \0\r\n",
    ],
)
async def test_how_long_a_body_is_is_told_once_or_the_connection_is_closed(lengths: bytes):
    """Else a proxy may take for a body what we take for the next request, of somebody else."""
    said = await answered(b"POST /length HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n" + SMUGGLED)
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("chunk", [b"-1", b"0x1", b"fffffffffffffffff", b"1;\n", b"1 1", b"g"])
async def test_a_chunk_of_no_length_closes_the_connection(chunk: bytes):
    head = b"POST /length HTTP/1.1\r\nHost: x\r\n" + CHUNKED + b"\r\n"
    said = await answered(head + chunk + b"\r\nx\r\n" + EMPTY + SMUGGLED)
    assert said.startswith(b"HTTP/1.1 400")
    assert b"hello" not in said


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        (b"/../server.py", (404,)),
        (b"/..%2f..%2fserver.py", (404,)),
        (b"/%2e%2e/%2e%2e/server.py", (404,)),
        (b"/%2e%2e%5cserver.py", (404,)),
        (b"//etc/passwd", (404,)),
        (b"/%2fetc%2fpasswd", (404,)),
        (b"/index.html%00.txt", (404,)),
        (b"/%00", (404,)),
        (b"/%ff%fe", (404,)),
        (b"/%ed%a0%80", (404,)),
        (b"/" + b"a" * 5_000, (404,)),
        (b"/" + b"a/" * 2_500, (404,)),
        (b"/" + b"%2e%2e/" * 1_000 + b"etc/passwd", (404,)),
        (b"/%0d%0aX-Evil:%20yes", (404,)),
        (b"/\xff", (400,)),
        (b"*", (400, 404)),
        (b"?x", (400,)),
    ],
)
async def test_a_path_that_leads_nowhere_finds_nothing(path: bytes, statuses: tuple[int, ...]):
    said = await answered(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    status, head = int(said.split()[1]), said.partition(b"\r\n\r\n")[0].lower()
    assert status in statuses
    assert b"x-evil" not in head
    assert b"create_app" not in said


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "OPTIONS", "CONNECT", "NONSENSE"]
)
async def test_no_other_method_does_anything(method: str):
    override = "X-HTTP-Method-Override: POST\r\nConnection: close\r\n"
    said = await answered(f"{method} /length HTTP/1.1\r\nHost: x\r\n{override}\r\n".encode())
    assert int(said.split()[1]) in (400, 404, 405)


@pytest.mark.parametrize("upgrade", ["h2c", "TLS/1.0", "websocket, h2c", ""])
async def test_an_upgrade_to_what_we_do_not_speak_is_none(upgrade: str):
    lines = f"Host: x\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n"
    said = await answered(f"GET /hello HTTP/1.1\r\n{lines}\r\n".encode())
    assert said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4"))
    assert b"101" not in said.split(b"\r\n")[0]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/hello", "/app.js"])
async def test_a_socket_where_there_is_none_is_refused(path: str):
    lines = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    said = await answered(f"GET {path} HTTP/1.1\r\n{lines}{key}\r\n".encode())
    assert said.startswith(b"HTTP/1.1 403")


async def test_who_goes_away_in_the_middle_of_a_body_is_no_error(
    caplog: pytest.LogCaptureFixture,
):
    async with served() as port:
        async with arrive(port) as (_, writer):
            writer.write(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            await writer.drain()
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
