"""Vonage's way in, over real sockets, with calls as Vonage would place them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import jwt
import numpy as np
import pytest
from vonage_jwt import verify_signature

from bot.config import Settings
from bot.language.carriers import spoken_by_carriers
from tests.emulators.vonage_caller import ANSWER, EVENT, FRAME, NEXT, Application, Line, Vonage
from tests.wire.phone import PUBLIC_URL, PhoneServer, closed, tone
from tests.wire.ways_in import serving, until
from transports.phone.phrases import Speaks, as_set
from transports.vonage import routes as vonage
from transports.vonage.settings import VonageSettings

OURS = Application()
TONE = tone(16_000)
SPAIN = "34600000042"
HOUSE = Settings(_env_file=None, languages=("en", "es"))
SPEAKS = spoken_by_carriers(HOUSE)


class Server(PhoneServer):
    """Vonage's."""

    def __init__(self, places: int = 100, speaks: Speaks = as_set, **settings: object) -> None:
        super().__init__(places)
        secrets = {"application_id": OURS.id, "signature_secret": OURS.secret}
        self.mount(
            vonage.routes(
                VonageSettings(**(secrets | settings)),
                PUBLIC_URL,
                self.tickets,
                self.door,
                self.calls.launch,
                speaks,
            )
        )


@asynccontextmanager
async def phone(server: Server) -> AsyncIterator[Vonage]:
    async with serving(server.app) as port, aiohttp.ClientSession() as http:
        yield Vonage(http, f"http://127.0.0.1:{port}", PUBLIC_URL)


async def connected(caller: Vonage, **first: object) -> Line:
    """A socket that has begun, whose messages are the test's to send."""
    instructions = await caller.ask()
    line = Line(await caller.open(instructions.socket_url), instructions)
    await line.begin(**first)
    return line


def is_loud(line: Line) -> bool:
    return bool(line.heard) and int(np.abs(line.ear.astype(int)).max()) > 7_000


async def test_a_signed_call_is_heard_and_answered():
    server = Server()
    async with phone(server) as caller, caller.call() as call:
        call.say(TONE)
        await until(lambda: server.heard_secs() > 0.9 and is_loud(call))
    (connection,) = server.calls.connections
    assert connection.kind == "vonage"
    assert connection.caller.who == caller.caller


async def test_the_ncco_connects_to_the_configured_address_and_asks_what_is_next():
    async with phone(Server()) as caller:
        answer = await caller.ask()
    assert answer.actions == ("connect", "notify")
    assert answer.socket_url.startswith("wss://echo.example/vonage/socket/")
    assert answer.then_url == "https://echo.example/vonage/next"


def test_the_emulated_signatures_are_vonages_own():
    _, _, token = OURS.headers(b"{}")["Authorization"].partition(" ")
    assert verify_signature(token, OURS.secret)
    assert not verify_signature(token, "another-signature-secret-of-an-account")


async def test_a_webhook_delivered_twice_is_one_call():
    server = Server()
    async with phone(server) as caller:
        assert await caller.ask() == await caller.ask()
        assert server.taken == 1


@pytest.mark.parametrize("path", [ANSWER, NEXT, EVENT])
@pytest.mark.parametrize(
    "why", ["unsigned", "mis-signed", "foreign", "tampered", "old", "no hash", "unsigned JWT"]
)
async def test_what_vonage_did_not_sign_for_us_gets_403_and_nothing_is_allocated(
    path: str, why: str
):
    server = Server()
    async with phone(server) as caller:
        match why:
            case "unsigned":
                headers = {}
            case "mis-signed":
                guessed = Application(secret="guessed-as-well-as-anybody-could-guess")
                headers = guessed.headers(b"{}")
            case "foreign":
                headers = Application(id="11111111-323d-0114-9c3d-d6f0d48968cf").headers(b"{}")
            case "tampered":
                headers = OURS.headers(b'{"uuid": "another"}')
            case "old":
                headers = OURS.headers(b"{}", iat=int(time.time()) - 3_600)
            case "no hash":
                headers = OURS.headers()
            case _:
                claims = {"application_id": OURS.id, "iat": int(time.time())}
                headers = {"Authorization": "Bearer " + jwt.encode(claims, "", algorithm="none")}
        assert (await caller.post(path, {}, headers))[0] == 403
    assert server.taken == 0


@pytest.mark.parametrize("told", [{}, {"uuid": 7}, {"uuid": "../etc"}, [], "answer", None])
async def test_a_signed_webhook_that_names_no_call_gets_403(told: object):
    server = Server()
    async with phone(server) as caller:
        assert (await caller.post(ANSWER, told))[0] == 403
        assert (await caller.post(NEXT, told))[0] == 403
    assert server.taken == 0


async def test_a_replayed_webhook_of_a_call_that_was_taken_up_gets_403():
    server = Server()
    async with phone(server) as caller, caller.call():
        await until(lambda: bool(server.calls.connections))
        assert (await caller.post(ANSWER, caller.about()))[0] == 403
        assert server.taken == 1


@pytest.mark.parametrize("why", ["unsigned", "mis-signed", "forged ticket", "spent ticket"])
async def test_a_socket_that_is_not_signed_or_has_no_good_ticket_gets_403(why: str):
    server = Server()
    async with phone(server) as caller:
        url = (await caller.ask()).socket_url
        headers = OURS.headers()
        match why:
            case "unsigned":
                headers = {}
            case "mis-signed":
                headers = Application(secret="guessed-as-well-as-anybody-could").headers()
            case "forged ticket":
                url = url[:-3] + "abc"
            case _:
                await (await caller.open(url)).close()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await caller.open(url, headers)
        assert refused.value.status == 403
    assert server.calls.connections == []


async def test_every_line_busy_is_said():
    async with phone(Server(places=0)) as caller:
        answer = await caller.ask()
    assert answer.actions == ("talk",)
    assert "busy" in answer.said


async def test_a_call_given_up_while_it_rang_gives_its_place_back():
    server = Server()
    async with phone(server) as caller:
        await caller.ask()
        told = {"uuid": caller.call_id, "status": "cancelled"}
        assert (await caller.post(EVENT, told))[0] == 204
        assert server.taken == 0


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"content-type": "audio/l16;rate=8000"}, 1003),
        ({"call": 32 * "0"}, 1008),
        ({"event": "websocket:dtmf"}, 1008),
    ],
)
async def test_a_first_message_that_is_not_what_was_expected_is_refused(first: dict, code: int):
    server = Server()
    async with phone(server) as caller:
        line = await connected(caller, **first)
        assert await closed(line.socket) == code
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_a_socket_that_says_nothing_is_closed_in_time():
    server = Server(start_secs=0.2)
    async with phone(server) as caller:
        instructions = await caller.ask()
        line = Line(await caller.open(instructions.socket_url), instructions)
        assert await closed(line.socket, 2.0) == 1008
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_garbage_ends_its_own_call_with_a_policy_code_and_no_other():
    server = Server()
    async with phone(server) as caller, Vonage(caller.http, caller.url).call() as beside:
        line = await connected(caller)
        for _ in range(25):
            await line.socket.send_str('{"event": "websocket:dtmf", "digit": null}')
        assert await closed(line.socket) == 1008
        beside.say(TONE)
        await until(lambda: is_loud(beside))
        assert not beside.closed.is_set()


async def test_a_flood_of_audio_is_bounded_and_then_ends_the_call():
    server = Server()
    async with phone(server) as caller:
        line = await connected(caller)
        try:
            for _ in range(2_500):
                await line.socket.send_bytes(bytes(FRAME))
        except ConnectionError:
            pass
        assert await closed(line.socket) == 1008
        assert server.heard_secs() < 4


async def test_a_call_that_we_end_has_nothing_next():
    server = Server()
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.workers))
        await server.calls.workers[0].stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        assert (await caller.go_on(call.instructions)).actions == ()
        assert call.echoed, "the end of the last word was not waited for"


async def test_a_call_that_was_cut_is_connected_anew_and_at_last_apologised_for():
    server = Server(reconnects=1)
    async with phone(server) as caller:
        line = await connected(caller)
        await until(lambda: bool(server.calls.connections))
        await line.socket.close()
        again = await caller.go_on(line.instructions)
        assert again.actions == ("connect", "notify")
        await (await caller.open(again.socket_url)).close()
        last = await caller.go_on(again)
        assert last.actions == ("talk",)
        assert "call again later" in last.said


async def test_who_calls_from_spain_is_told_in_spanish_that_all_lines_are_busy():
    async with phone(Server(places=0, speaks=SPEAKS)) as caller:
        caller.caller = SPAIN
        answer = await caller.ask()
    assert (answer.said, answer.said_in) == (HOUSE.spanish.phone_busy, "es-ES")


async def test_a_call_that_has_gone_on_in_spanish_is_taken_up_and_apologised_for_in_it():
    server = Server(speaks=SPEAKS, reconnects=1)
    async with phone(server) as caller:
        line = await connected(caller)
        await until(lambda: bool(server.calls.connections))
        (first,) = server.calls.connections
        assert "language" not in first.body
        assert first.goes_on_in is not None
        first.goes_on_in("es")
        await line.socket.close()
        again = await caller.go_on(line.instructions)
        taken_up = Line(await caller.open(again.socket_url), again)
        await taken_up.begin()
        await until(lambda: len(server.calls.connections) == 2)
        await taken_up.socket.close()
        last = await caller.go_on(again)
    assert server.calls.connections[1].body["language"] == "es"
    assert (last.said, last.said_in) == (HOUSE.spanish.phone_apology, "es-ES")
