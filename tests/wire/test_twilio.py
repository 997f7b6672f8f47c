"""The phone's way in, over real sockets, with calls as Twilio would place them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree import ElementTree

import aiohttp
import numpy as np
import pytest
from loguru import logger

from tests.emulators import provider
from tests.emulators.provider import Stall
from tests.emulators.twilio_caller import DIALLED, NEXT, STATUS, VOICE, Account, Stream, Twilio
from tests.emulators.twilio_rest import TwilioApi
from tests.wire.phone import PUBLIC_URL, PhoneServer, closed, tone
from tests.wire.ways_in import serving, until
from transports.twilio import routes as twilio
from transports.twilio.settings import TwilioSettings

ACCOUNT = Account()
NEWER = Account(shared_key="the-shared-key-of-a-newer-account")
TONE = tone(8_000)


class Server(PhoneServer):
    """Twilio's."""

    def __init__(self, places: int = 100, **settings: object) -> None:
        super().__init__(places)
        keys = {"auth_token": ACCOUNT.auth_token, "shared_key": NEWER.shared_key}
        self.settings = TwilioSettings(account_sid=ACCOUNT.sid, **(keys | settings))
        self.mount(
            twilio.routes(self.settings, PUBLIC_URL, self.tickets, self.door, self.calls.launch)
        )


@asynccontextmanager
async def phone(server: Server, account: Account = ACCOUNT) -> AsyncIterator[Twilio]:
    async with serving(server.app) as port, aiohttp.ClientSession() as http:
        yield Twilio(http, f"http://127.0.0.1:{port}", PUBLIC_URL, account)


@pytest.mark.parametrize("account", [ACCOUNT, NEWER], ids=["SHA-1", "SHA-256"])
async def test_a_signed_call_is_heard_and_answered(account: Account):
    server = Server()
    async with phone(server, account) as caller, caller.call() as call:
        call.say(TONE)
        await until(lambda: server.heard_secs() > 0.9)
        await call.until_silent(0.3)
        assert np.abs(call.ear.astype(int)).max() > 7_000
    (connection,) = server.calls.connections
    assert connection.kind == "twilio"
    assert connection.caller.who == caller.caller
    assert connection.body == {"from": caller.caller, "to": caller.called}


async def test_the_twiml_streams_to_the_configured_address_and_asks_what_is_next():
    async with phone(Server()) as caller:
        answer = await caller.ask()
    assert answer.verbs == ("Connect", "Redirect")
    assert answer.stream_url.startswith("wss://echo.example/twilio/stream/")
    assert answer.then_url == "https://echo.example/twilio/next"


async def test_a_webhook_delivered_twice_is_one_call():
    server = Server()
    async with phone(server) as caller:
        assert await caller.ask() == await caller.ask()
        assert server.taken == 1


async def test_forwarded_hosts_are_not_believed():
    async with phone(Server()) as caller:
        form = caller.form()
        headers = ACCOUNT.headers(PUBLIC_URL + VOICE, form)
        evil = {"X-Forwarded-Host": "evil.example", "Host": "evil.example"}
        status, body = await caller.post(VOICE, form, headers | evil)
        assert status == 200
        assert "evil" not in body
        from_evil = ACCOUNT.headers("https://evil.example" + VOICE, form)
        status, _ = await caller.post(VOICE, form, from_evil | evil)
        assert status == 403


@pytest.mark.parametrize("path", [VOICE, NEXT, DIALLED, STATUS])
@pytest.mark.parametrize("why", ["unsigned", "mis-signed", "SHA-512", "foreign", "tampered"])
async def test_what_twilio_did_not_sign_for_us_gets_403_and_nothing_is_allocated(
    path: str, why: str
):
    server = Server()
    async with phone(server) as caller:
        form = caller.form()
        headers = ACCOUNT.headers(PUBLIC_URL + path, form)
        match why:
            case "unsigned":
                headers = {}
            case "mis-signed":
                headers = Account(auth_token="guessed").headers(PUBLIC_URL + path, form)
            case "SHA-512":
                headers["X-Twilio-Webhooks-Signature-Settings"] = "algorithm=HMAC_SHA512"
            case "foreign":
                form["AccountSid"] = "AC" + 32 * "b"
                headers = ACCOUNT.headers(PUBLIC_URL + path, form)
            case _:
                form["From"] = "+15550000000"
        assert (await caller.post(path, form, headers))[0] == 403
    assert server.taken == 0


async def test_a_replayed_webhook_of_a_call_that_was_taken_up_gets_403():
    server = Server()
    async with phone(server) as caller, caller.call():
        await until(lambda: bool(server.calls.connections))
        assert (await caller.post(VOICE))[0] == 403
        assert server.taken == 1


@pytest.mark.parametrize("why", ["unsigned", "mis-signed", "forged ticket"])
async def test_a_stream_that_is_not_signed_gets_403_and_its_ticket_is_not_spent(why: str):
    server = Server()
    async with phone(server) as caller:
        url = (await caller.ask()).stream_url
        wrong, headers = url, ACCOUNT.headers(url, {})
        match why:
            case "unsigned":
                headers = {}
            case "mis-signed":
                headers = ACCOUNT.headers(url + "x", {})
            case _:
                wrong = url[:-3] + "abc"
                headers = ACCOUNT.headers(wrong, {})
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await caller.open(wrong, headers)
        assert refused.value.status == 403
        assert server.calls.connections == []
        socket = await caller.open(url)
        await socket.close()


async def test_a_second_socket_for_a_live_call_gets_403_and_the_first_goes_on():
    server = Server()
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.connections))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await caller.open(caller.opened[-1])
        assert refused.value.status == 403
        call.say(TONE)
        await call.until_silent(0.3)
        assert not call.closed.is_set()


async def test_every_line_busy_is_a_busy_tone():
    async with phone(Server(places=0)) as caller:
        assert (await caller.ask()).verbs == ("Reject",)


async def test_a_call_given_up_while_it_rang_gives_its_place_back():
    server = Server()
    async with phone(server) as caller:
        await caller.ask()
        form = caller.form(CallStatus="canceled")
        assert (await caller.post(STATUS, form))[0] == 204
        assert server.taken == 0


async def test_a_stream_without_start_is_closed_in_time_and_no_call_begins():
    server = Server(start_secs=0.2)
    async with phone(server) as caller:
        socket = await caller.open((await caller.ask()).stream_url)
        assert await closed(socket, 2.0) == 1008
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_media_before_start_ends_the_stream():
    server = Server()
    async with phone(server) as caller:
        socket = await caller.open((await caller.ask()).stream_url)
        await Stream(socket, caller, {}).send_audio(b"\xff" * 160)
        assert await closed(socket) == 1008
    assert server.calls.connections == []


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ({"mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1}}, 1003),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}}, 1003),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2}}, 1003),
        ({"callSid": "CA" + 32 * "0"}, 1008),
        ({"accountSid": "AC" + 32 * "0"}, 1008),
    ],
)
async def test_a_start_that_is_not_what_was_expected_is_refused(start: dict, code: int):
    server = Server()
    async with phone(server) as caller:
        stream = await caller.streaming(**start)
        assert await closed(stream.socket) == code
        await until(lambda: server.taken == 0)
    assert server.calls.connections == []


async def test_garbage_ends_its_own_call_with_a_policy_code_and_no_other():
    server = Server()
    async with phone(server) as caller:
        other = Twilio(caller.http, caller.url, PUBLIC_URL)
        async with other.call() as beside:
            stream = await caller.streaming()
            for _ in range(25):
                await stream.socket.send_str('{"event": "media", "media": null}')
            assert await closed(stream.socket) == 1008
            beside.say(TONE)
            await beside.until_silent(0.3)
            assert not beside.closed.is_set()


async def test_a_second_start_is_ignored():
    server = Server()
    async with phone(server) as caller, caller.call() as call:
        await call.send("start", start=call.start_of(streamSid="MZ" + 32 * "0"))
        call.say(TONE)
        await call.until_silent(0.3)
        assert not call.closed.is_set()
        assert len(server.calls.connections) == 1


async def test_a_flood_of_audio_is_bounded_and_then_ends_the_call():
    server = Server()
    async with phone(server) as caller:
        stream = await caller.streaming()
        try:
            for _ in range(2_500):
                await stream.send_audio(b"\xff" * 160)
        except ConnectionError:
            pass
        assert await closed(stream.socket) == 1008
        assert server.heard_secs() < 4


async def test_an_oversized_message_ends_its_call():
    server = Server()
    async with phone(server) as caller:
        stream = await caller.streaming()
        await stream.socket.send_str("x" * 70_000)
        assert await closed(stream.socket) == 1009
        await until(lambda: server.taken == 0)


async def test_a_line_on_which_no_audio_comes_is_given_up():
    server = Server(silent_secs=0.3)
    async with phone(server) as caller:
        stream = await caller.streaming()
        assert await closed(stream.socket, 3.0) == 1008
        await until(lambda: server.taken == 0)


async def test_a_caller_who_hangs_up_is_gone_at_once():
    server = Server()
    async with phone(server) as caller:
        async with caller.call() as call:
            call.say(TONE)
            await until(lambda: server.heard_secs() > 0.3)
        await until(lambda: server.calls.ended == 1, 2.0)
        await until(lambda: server.taken == 0)


async def test_a_call_that_we_end_is_hung_up_next():
    server = Server()
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.workers))
        await server.calls.workers[0].stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        assert (await caller.ask(NEXT)).verbs == ("Hangup",)


async def test_a_call_that_was_cut_is_streamed_anew_and_at_last_apologised_for():
    server = Server(reconnects=1)
    async with phone(server) as caller:
        stream = await caller.streaming()
        await until(lambda: bool(server.calls.connections))
        await stream.socket.close()
        again = await caller.ask(NEXT)
        assert again.verbs == ("Connect", "Redirect")
        await (await caller.open(again.stream_url)).close()
        last = await caller.ask(NEXT)
        assert last.verbs == ("Say", "Hangup")
        assert "call again later" in last.said


async def test_a_call_that_another_server_lost_is_taken_up():
    async with phone(Server()) as caller:
        assert (await caller.ask(NEXT)).verbs == ("Connect", "Redirect")


async def test_verification_switched_off_lets_anybody_in_and_says_so():
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING")
    try:
        server = Server(verify=False)
    finally:
        logger.remove(sink)
    assert "TWILIO_VERIFY IS OFF" in said[0]
    async with phone(server) as caller:
        assert (await caller.post(VOICE, headers={}))[0] == 200


@asynccontextmanager
async def passed_on(
    server: Server, number: str = "+15550002000", caller_id: str = "+15550001042"
) -> AsyncIterator[Twilio]:
    """A caller whose call Echo has ended, so that a colleague is dialled."""
    async with phone(server) as caller:
        caller.caller = caller_id
        async with caller.call() as call:
            await until(lambda: bool(server.calls.workers))
            transfer = server.calls.connections[0].transfer
            assert transfer is not None
            assert await transfer(number)
            await server.calls.workers[0].stop_when_done()
            await asyncio.wait_for(call.closed.wait(), 15)
        await caller.ask(NEXT)
        yield caller


async def test_a_caller_who_is_passed_on_is_dialled_to_the_colleague_once_our_part_is_over():
    async with passed_on(Server(dial_secs=15)) as caller:
        answer = await caller.ask(NEXT)
        assert (answer.verbs, answer.dialled) == (("Dial",), "+15550002000")
        assert answer.dialled_url == PUBLIC_URL + DIALLED
        assert await caller.ask(NEXT) == answer
        assert (await caller.ask(DIALLED, DialCallStatus="completed")).verbs == ("Hangup",)


@pytest.mark.parametrize("why", ["no-answer", "busy", "failed", "canceled"])
async def test_a_caller_nobody_answers_is_told_so_and_is_with_echo_again(why: str):
    server = Server(nobody="Nobody is there.")
    async with passed_on(server) as caller:
        back = await caller.ask(DIALLED, DialCallStatus=why)
        assert back.verbs == ("Say", "Connect", "Redirect")
        assert back.said == "Nobody is there."
        assert await caller.ask(DIALLED, DialCallStatus=why) == back
        stream = Stream(await caller.open(back.stream_url), caller, back.parameters)
        await stream.begin()
        await until(lambda: len(server.calls.connections) == 2)
        assert (await caller.post(DIALLED, caller.form(DialCallStatus=why)))[0] == 403
        await server.calls.workers[1].stop_when_done()
        await closed(stream.socket)
        assert (await caller.ask(NEXT)).verbs == ("Hangup",)


async def test_a_caller_nobody_answers_is_told_so_also_when_every_line_is_busy():
    server = Server(nobody="Nobody is there.")
    async with passed_on(server) as caller:
        server.door.places = 0
        back = await caller.ask(DIALLED, DialCallStatus="no-answer")
    assert (back.verbs, back.said) == (("Say", "Hangup"), "Nobody is there.")


async def test_a_caller_who_hung_up_while_it_rang_takes_no_place():
    server = Server()
    async with passed_on(server) as caller:
        await caller.ask(DIALLED, DialCallStatus="no-answer", CallStatus="completed")
    assert server.taken == 0


@pytest.mark.parametrize("number", ["", "5550002000", "+1555000<Sip>", "sip:boss@evil.example"])
async def test_nobody_is_passed_on_to_what_is_no_number(number: str):
    server = Server()
    async with phone(server) as caller, caller.call():
        await until(lambda: bool(server.calls.connections))
        transfer = server.calls.connections[0].transfer
        assert transfer is not None
        assert not await transfer(number)


async def test_a_caller_is_texted_at_the_number_they_call_from():
    api = TwilioApi(key=ACCOUNT.auth_token)
    async with provider.serving(api):
        server = Server(number="+15550009999", api_url=api.url, rest_secs=0.5)
        async with phone(server) as caller, caller.call():
            await until(lambda: bool(server.calls.connections))
            text = server.calls.connections[0].text
            assert text is not None
            assert await text("Your appointment is on Friday.")
            api.will(Stall())
            assert not await text("Your appointment is on Monday.")
    (sent,) = api.noted("message")
    assert (sent["To"], sent["Body"]) == (caller.caller, "Your appointment is on Friday.")


@pytest.mark.parametrize(
    ("number", "caller_id"), [("", "+15550001042"), ("+15550009999", "anonymous")]
)
async def test_nobody_is_texted_from_no_number_or_to_one_that_is_withheld(
    number: str, caller_id: str
):
    server = Server(number=number)
    async with phone(server) as caller:
        caller.caller = caller_id
        async with caller.call():
            await until(lambda: bool(server.calls.connections))
    assert server.calls.connections[0].text is None


async def test_who_is_passed_on_in_an_emergency_is_dialled_at_once_whoever_was_to_be_told_first():
    server = Server(number="+15550009999")
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.workers))
        connection = server.calls.connections[0]
        assert connection.introduce is not None
        assert connection.transfer is not None
        assert await connection.introduce("+15550002000", "A caller about an order.")
        assert await connection.transfer("+15550003000")
        await server.calls.workers[0].stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        answer = await caller.ask(NEXT)
    assert (answer.verbs, answer.dialled) == (("Dial",), "+15550003000")


async def test_nobody_is_held_for_a_colleague_who_has_no_number():
    server = Server(number="+15550009999")
    async with phone(server) as caller, caller.call() as call:
        await until(lambda: bool(server.calls.workers))
        introduce = server.calls.connections[0].introduce
        assert introduce is not None
        assert not await introduce("5550002000", "A caller about an order.")
        await server.calls.workers[0].stop_when_done()
        await asyncio.wait_for(call.closed.wait(), 15)
        assert (await caller.ask(NEXT)).verbs == ("Hangup",)


@pytest.mark.parametrize(
    ("caller_id", "shown"), [("+15550001042", ""), ("anonymous", "+15550009999")]
)
async def test_a_colleague_is_shown_a_number_that_their_phone_is_rung_for(
    caller_id: str, shown: str
):
    async with passed_on(Server(number="+15550009999"), caller_id=caller_id) as caller:
        _, body = await caller.post(NEXT, caller.form())
    dial = ElementTree.fromstring(body).find("Dial")
    assert dial is not None
    assert dial.get("callerId", "") == shown
