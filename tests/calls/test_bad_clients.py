"""Clients that are broken, hostile or gone: each costs its own call, and nothing is left of it."""

import asyncio
import ctypes
import gc
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import numpy as np
import psutil
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from evals import wire
from evals.voice import local_voice
from tests.calls.inside import Held, Inside, ending, hears, inside, practised, ready, until
from tests.wire.ways_in import audio, message
from transports.tickets import Tickets, TicketSettings
from transports.websocket import WebsocketSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

TICKETS = TicketSettings(keys=("a key of this test alone",))

GARBAGE = [
    "text instead of protobuf",
    "",
    b"",
    b"\xff" * 40,
    b"\x00",
    bytes(1000),
    message(""),
    message("nope"),
    message("null"),
    message("[1]"),
    message("7"),
    message("{}"),
    message('{"label": "rtvi-ai"}'),
    message('{"label": "rtvi-ai", "type": 7, "id": "1"}'),
    message("[" * 10_000),
    audio(b""),
    audio(b"odd"),
    audio(b"1234", channels=0),
]

ODD = [
    message('{"label": "rtvi-ai", "type": "no-such-thing", "id": "1"}'),
    message('{"label": "rtvi-ai", "type": "client-ready", "id": "1", "data": 7}'),
    message('{"label": "rtvi-ai", "type": "client-ready", "id": "1", "data": {"version": []}}'),
    message('{"label": "rtvi-ai", "type": "send-text", "id": "1"}'),
    message('{"label": "rtvi-ai", "type": "send-text", "id": "1", "data": {"content": null}}'),
    message('{"label": "rtvi-ai", "type": "client-message", "id": "1", "data": "x"}'),
    message('{"label": "rtvi-ai", "type": "llm-function-call-result", "id": "1", "data": {}}'),
    audio(bytes(640), hz=16_000, channels=2),
]
"""Whole messages that make no sense."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Inside]:
    settings = WebsocketSettings(first_word_secs=0.5)
    async with inside(
        ping_secs=0.7, max_calls=5, ticket=TICKETS, websocket=settings, idle_secs=30
    ) as running:
        await _short_call(running)  # whatever is made once for all calls
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def before(echo: Inside) -> AsyncIterator[Held]:
    """What is held before the test; afterwards it must not be more."""
    held = Held.now()
    yield held
    await echo.lets_go(held)


async def _short_call(echo: Inside) -> None:
    async with await echo.dial() as client:
        await ready(client)
        await hears(client)


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    return local_voice("Where is my order ten forty-two?")


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(
    "token", ["", "?token=", "?token=forged.abc.def", "?token=%00", "/nonsense"]
)
async def test_a_token_that_is_missing_or_forged_is_refused(echo: Inside, token: str):
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{echo.port}/ws-client{token}")
    assert refused.value.response.status_code == 403


@pytest.mark.usefixtures("before")
async def test_a_token_is_good_for_one_connection(echo: Inside):
    answer = await echo.ticket()
    url = f"{answer['wsUrl']}?token={answer['token']}"
    async with connect(url) as client:
        await ready(client)
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        assert refused.value.response.status_code == 403
        await hears(client)
    with pytest.raises(InvalidStatus):
        await connect(url)


@pytest.mark.usefixtures("before")
async def test_a_token_for_a_session_that_is_not_expected_is_refused(echo: Inside):
    token = Tickets(TICKETS).issue("a session of another server")
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{echo.port}/ws-client?token={token}")
    assert refused.value.response.status_code == 403


async def test_a_token_that_nobody_used_expires_and_its_place_is_free_again():
    tickets = TicketSettings(lifetime_secs=1)
    async with inside(max_calls=2, ticket=tickets) as echo:
        answers = [await echo.ticket() for _ in range(2)]
        assert (await echo.status())["free"] == 0
        await until(echo.is_empty)
        for answer in answers:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{answer['wsUrl']}?token={answer['token']}")
            assert refused.value.response.status_code == 403


@pytest.mark.usefixtures("before")
async def test_garbage_is_dropped_and_the_call_goes_on(echo: Inside):
    async with await echo.dial() as client:
        await ready(client)
        for garbage in GARBAGE:
            await client.send(garbage)
        await hears(client, sounds=20)


@pytest.mark.usefixtures("before")
async def test_whole_messages_that_make_no_sense_do_no_harm(echo: Inside):
    async with await echo.dial() as client:
        await ready(client)
        for odd in ODD:
            await client.send(odd)
        await hears(client, sounds=20)


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("garbage", ["text", b"\xff\xff"])
async def test_a_client_that_sends_nothing_else_is_hung_up_on(echo: Inside, garbage: str | bytes):
    async with await echo.dial() as client:
        for _ in range(20):
            await client.send(garbage)
        assert await ending(client) == (1008, "too many malformed messages")


@pytest.mark.usefixtures("before")
async def test_a_client_that_says_nothing_is_hung_up_on(echo: Inside):
    async with await echo.dial() as client:
        assert await ending(client) == (1008, "nothing was said")


@pytest.mark.usefixtures("before")
async def test_a_message_that_is_too_large_ends_the_call(echo: Inside):
    async with await echo.dial() as client:
        await ready(client)
        await client.send(bytes(70_000))
        assert (await ending(client))[0] == 1009


@pytest.mark.usefixtures("before")
async def test_audio_faster_than_real_time_ends_the_call(echo: Inside):
    async with await echo.dial() as client:
        flood = asyncio.create_task(_flood(client))
        assert await ending(client) == (1008, "audio faster than real time")
        await flood


@pytest.mark.usefixtures("before")
async def test_more_messages_than_anybody_types_are_not_answered(echo: Inside):
    async with await echo.dial() as client:
        for number in range(1000):
            await client.send(wire.send_text("hello", str(number)))
        await hears(client)


@pytest.mark.usefixtures("before")
async def test_a_client_that_vanishes_in_the_middle_of_a_word_leaves_nothing(
    echo: Inside, words: np.ndarray
):
    client = await echo.dial()
    await ready(client)
    await _speak(client, words[: len(words) // 2])
    client.transport.abort()  # no close frame: the socket is simply gone


@pytest.mark.usefixtures("before")
async def test_a_client_that_vanishes_while_echo_speaks_leaves_nothing(echo: Inside):
    client = await echo.dial()
    await ready(client)
    await hears(client, sounds=5)
    client.transport.abort()


@pytest.mark.usefixtures("before")
async def test_a_client_that_stops_reading_is_noticed(echo: Inside):
    client = await echo.dial()
    await ready(client)
    await hears(client)
    client.transport.pause_reading()  # answers no ping, closes nothing
    await until(echo.is_empty)
    client.transport.abort()


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/metrics", "/.env"])
async def test_nobody_outside_is_told_how_it_is_made(echo: Inside, path: str):
    async with aiohttp.ClientSession() as http, http.get(echo.url + path) as answer:
        assert answer.status == 404


@pytest.mark.usefixtures("before")
async def test_a_connection_that_never_asks_for_a_call_is_closed_with_its_client(echo: Inside):
    reader, writer = await asyncio.open_connection("127.0.0.1", echo.port)
    writer.write(b"GET /ws-client?token=x HTTP/1.1\r\nUpgrade: websocket\r\n")
    await writer.drain()
    writer.transport.abort()
    assert await reader.read() == b""


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"transport": "carrier pigeon"}', 400),
        (b'{"transport": ["websocket"]}', 400),
        (b'{"transport": "websocket", "body": 7}', 400),
        (b"[" * 50_000, 400),
        (b"x" * 70_000, 413),
        (b"\xff\xfe", 400),
    ],
)
async def test_a_start_that_cannot_be_understood_takes_no_place(
    echo: Inside, body: bytes, status: int
):
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{echo.url}/start", data=body) as answer,
    ):
        assert answer.status == status
        assert json.loads(await answer.read())["detail"]
    assert await echo.is_empty()


async def test_fifty_calls_leave_no_more_than_one(echo: Inside):
    await until(lambda: practised(echo), within_secs=60)  # what is learnt beside the first calls
    for _ in range(20):  # until the threads of the models have what they keep
        await _short_call(echo)
    await echo.lets_go(Held(10_000, 10_000, 10_000))
    held, memory = Held.now(), _memory_mb()
    for _ in range(50):
        await _short_call(echo)
    await echo.lets_go(held)
    assert _memory_mb() - memory < 10


def _memory_mb() -> float:
    """What is in use; what was freed goes back to the system first."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss / 1e6


async def _flood(client: ClientConnection) -> None:
    """Seconds of silence, as fast as they are taken."""
    second = audio(bytes(32_000))
    with suppress(ConnectionClosed):
        while True:
            await client.send(second)


async def _speak(client: ClientConnection, samples: np.ndarray) -> None:
    """In real time: faster would be cut."""
    for at in range(0, len(samples), 320):
        await client.send(wire.audio_frame(samples[at : at + 320], 16_000))
        await asyncio.sleep(0.02)
