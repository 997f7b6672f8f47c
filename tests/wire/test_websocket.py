"""The WebSocket way in, over real sockets, with a client that is not ours."""

import asyncio
import json
import socket

import aiohttp
import pipecat.frames.protobufs.frames_pb2 as frames_pb2
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.wire.ways_in import (
    Calls,
    Door,
    Parrot,
    Speaker,
    Uninterruptible,
    audio,
    message,
    serving,
    until,
)
from transports import start, websocket
from transports.intake import IntakeSettings
from transports.start import StartSettings
from transports.tickets import Tickets, TicketSettings
from transports.websocket import WebsocketSettings

CLIENT_READY = json.dumps({"label": "rtvi-ai", "type": "client-ready", "id": "1"})
SPEECH_20_MS = b"\x01\x02" * 320


class Server:
    """An app with /start and the WebSocket routes, and what is behind it."""

    def __init__(
        self, settings: WebsocketSettings | None = None, places: int = 100, between=Parrot
    ) -> None:
        self.door = Door(places)
        self.calls = Calls(between)
        tickets = Tickets(TicketSettings())
        self.app = FastAPI()
        self.app.include_router(
            start.routes(StartSettings(), {"websocket": websocket.way(tickets)}, self.door)
        )
        self.app.include_router(
            websocket.routes(settings or WebsocketSettings(), tickets, self.door, self.calls.launch)
        )

    @property
    def heard(self) -> list:
        parrot = self.calls.between[0]
        assert isinstance(parrot, Parrot)
        return parrot.heard


async def asked(port: int, **body: object) -> dict:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"http://localhost:{port}/start", json={"transport": "websocket", "body": body}
        ) as response,
    ):
        assert response.status == 200, await response.text()
        return await response.json()


async def dial(port: int) -> ClientConnection:
    answer = await asked(port)
    return await connect(f"{answer['wsUrl']}?token={answer['token']}")


async def closed(client: ClientConnection, within_secs: float = 5.0) -> tuple[int, str]:
    """Reads until the server closes; the code and reason it gave."""
    async with asyncio.timeout(within_secs):
        try:
            while True:
                await client.recv()
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")


def heard_audio(data: bytes | str) -> bytes:
    assert isinstance(data, bytes)
    return frames_pb2.Frame.FromString(data).audio.audio


async def test_a_client_with_a_ticket_is_heard_and_answered():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        await client.send(message(CLIENT_READY))
        reply = frames_pb2.Frame.FromString(await client.recv())
        assert json.loads(reply.message.data)["type"] == "client-ready"
        for _ in range(10):
            await client.send(audio(SPEECH_20_MS))
        said = b""
        while len(said) < 24_000 * 2 * 0.1:
            said += heard_audio(await client.recv())
        assert said.strip(b"\0")


async def test_start_says_where_to_connect_and_carries_its_body_to_the_call():
    server = Server()
    async with serving(server.app) as port:
        answer = await asked(port, language="en")
        assert answer["wsUrl"] == f"ws://localhost:{port}/ws-client"
        async with connect(f"{answer['wsUrl']}/{answer['token']}"):
            await until(lambda: bool(server.calls.connections))
        (connection,) = server.calls.connections
        assert connection.body == {"language": "en"}
        assert connection.session_id == answer["sessionId"]
        assert connection.caller.who == "127.0.0.1"


async def test_the_token_may_be_a_bearer_token():
    server = Server()
    async with serving(server.app) as port:
        answer = await asked(port)
        headers = {"Authorization": f"Bearer {answer['token']}"}
        async with connect(answer["wsUrl"], additional_headers=headers):
            await until(lambda: bool(server.calls.connections))


@pytest.mark.parametrize("token", ["", "?token=", "?token=forged.abc.def", "/nonsense", "/%00"])
async def test_a_handshake_without_a_good_ticket_gets_403(token: str):
    server = Server()
    async with serving(server.app) as port:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://localhost:{port}/ws-client{token}")
        assert refused.value.response.status_code == 403
    assert server.calls.connections == []


async def test_a_ticket_lets_one_in_once():
    server = Server()
    async with serving(server.app) as port:
        answer = await asked(port)
        url = f"{answer['wsUrl']}?token={answer['token']}"
        async with connect(url):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 403


async def test_the_place_is_given_back_when_the_client_hangs_up():
    server = Server(places=1)
    async with serving(server.app) as port:
        async with await dial(port) as client:
            await client.send(message(CLIENT_READY))
            await until(lambda: len(server.door.inside) == 1)
        await until(lambda: not server.door.inside)
        assert server.calls.ended == 1
        async with await dial(port):
            pass


async def test_malformed_messages_are_dropped_and_the_call_goes_on():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        await client.send(message(CLIENT_READY))
        await client.recv()
        for bad in ("text", b"\xff" * 40, b"", message("[1]"), message("nope"), audio(b"odd")):
            await client.send(bad)
        await client.send(message(CLIENT_READY))
        reply = frames_pb2.Frame.FromString(await client.recv())
        assert json.loads(reply.message.data)["type"] == "client-ready"


async def test_a_client_that_sends_nothing_but_garbage_is_hung_up_on():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        for _ in range(20):
            await client.send(b"\xff")
        assert await closed(client) == (1008, "too many malformed messages")
        await until(lambda: server.calls.ended == 1)


async def test_a_message_larger_than_the_limit_ends_only_that_call():
    server = Server()
    async with serving(server.app) as port, await dial(port) as other:
        async with await dial(port) as client:
            await client.send(bytes(70_000))
            assert (await closed(client))[0] == 1009
        await until(lambda: server.calls.ended == 1)
        await other.send(message(CLIENT_READY))
        await other.recv()


async def test_a_client_that_says_nothing_is_hung_up_on():
    server = Server(WebsocketSettings(first_word_secs=0.3))
    async with serving(server.app) as port, await dial(port) as client:
        assert await closed(client) == (1008, "nothing was said")
        await until(lambda: not server.door.inside)


async def test_a_client_that_has_greeted_may_be_silent():
    server = Server(WebsocketSettings(first_word_secs=0.3))
    async with serving(server.app) as port, await dial(port) as client:
        await client.send(message(CLIENT_READY))
        await client.recv()
        await asyncio.sleep(0.6)
        await client.send(message(CLIENT_READY))
        await client.recv()


async def test_audio_faster_than_real_time_is_bounded():
    settings = WebsocketSettings(intake=IntakeSettings(audio_dropped_secs=5))
    server = Server(settings)
    async with serving(server.app) as port, await dial(port) as client:
        flood = asyncio.create_task(_flood(client, secs=20))
        assert await closed(client) == (1008, "audio faster than real time")
        flood.cancel()
        heard_secs = sum(len(frame.audio) for frame in server.heard) / 32_000
        assert heard_secs < 2 + 1.25 * 3


async def _flood(client: ClientConnection, secs: float) -> None:
    for _ in range(int(secs * 10)):
        await client.send(audio(bytes(3200)))


async def test_what_has_piled_up_is_taken_in_one_piece_and_none_of_it_is_lost():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        for number in range(40):
            await client.send(audio(bytes([number + 1, 40]) * 320))
        await until(lambda: sum(len(frame.audio) for frame in server.heard) >= 40 * 640)
        heard = b"".join(frame.audio for frame in server.heard)
        assert heard == b"".join(bytes([number + 1, 40]) * 320 for number in range(40))
        assert all(frame.num_frames == len(frame.audio) // 2 for frame in server.heard)
        assert len(server.heard) < 40


async def test_audio_at_another_rate_is_resampled():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        for _ in range(50):
            await client.send(audio(bytes(48_000 // 50 * 4), hz=48_000, channels=2))
        await until(lambda: sum(len(frame.audio) for frame in server.heard) > 0.9 * 32_000)
        assert {frame.sample_rate for frame in server.heard} == {16_000}
        assert {frame.num_channels for frame in server.heard} == {1}
        assert sum(len(frame.audio) for frame in server.heard) <= 32_000


async def test_audio_that_cannot_be_used_is_refused_with_the_reason():
    server = Server()
    async with serving(server.app) as port, await dial(port) as client:
        await client.send(audio(SPEECH_20_MS, hz=4_000))
        code, reason = await closed(client)
        assert code == 1003
        assert "8000 to 48000 Hz" in reason


async def test_a_client_that_stops_reading_does_not_hold_its_call():
    server = Server(WebsocketSettings(send_secs=0.3))
    sock = socket.create_server(("127.0.0.1", 0))
    websocket.keep_short(sock)
    async with serving(server.app, sock) as port:
        client = await dial(port)
        client.transport.pause_reading()
        await client.send(message(CLIENT_READY))
        await until(lambda: bool(server.calls.workers))
        big = json.dumps({"label": "rtvi-ai", "type": "client-message", "id": "x" * 50_000})
        for _ in range(49):
            await client.send(message(big))
        await until(lambda: server.calls.ended == 1)
        client.transport.abort()


async def test_a_client_that_vanishes_is_noticed():
    server = Server()
    async with serving(server.app, ws_ping_interval=0.3, ws_ping_timeout=0.3) as port:
        client = await dial(port)
        await client.send(audio(SPEECH_20_MS))
        await until(lambda: bool(server.calls.workers))
        client.transport.pause_reading()  # answers no ping, closes nothing
        await until(lambda: server.calls.ended == 1)
        client.transport.abort()


async def test_calls_leave_nothing_behind():
    server = Server()
    async with serving(server.app) as port:
        before = None
        for _ in range(4):
            async with await dial(port) as client:
                await client.send(message(CLIENT_READY))
                await client.recv()
            await until(lambda: not server.door.inside)
            await asyncio.sleep(0.1)
            before = before or len(asyncio.all_tasks())
        assert len(asyncio.all_tasks()) <= before


@pytest.mark.parametrize("speaker", [Speaker, Uninterruptible])
async def test_who_interrupts_words_that_must_be_heard_is_sent_all_of_them_and_drops_none(
    speaker: type[Speaker],
):
    server = Server(between=speaker)
    heard_secs, dropped = 0.0, False
    async with serving(server.app) as port, await dial(port) as client:
        await client.send(message(CLIENT_READY))
        await until(lambda: bool(server.calls.between))
        (mouth,) = server.calls.between
        await mouth.speak()
        try:
            async with asyncio.timeout(2):
                while True:
                    frame = frames_pb2.Frame.FromString(await client.recv())
                    if frame.WhichOneof("frame") == "audio":
                        if not heard_secs:
                            await mouth.interrupted()
                        heard_secs += len(frame.audio.audio) / 2 / frame.audio.sample_rate
                    dropped |= frame.WhichOneof("frame") == "interruption"
        except TimeoutError:
            pass
    assert dropped is speaker.interruptible
    assert (heard_secs >= 1.0) is not speaker.interruptible
