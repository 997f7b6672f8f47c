"""Calls that Echo places, by an emulated REST API to an emulated callee."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from tests.emulators import provider
from tests.emulators.provider import Refuse, Stall
from tests.emulators.twilio_caller import NEXT, STATUS, VOICE, Account, Twilio, read
from tests.emulators.twilio_rest import TwilioApi
from tests.wire.ways_in import Calls, Door, serving, until
from transports.tickets import Tickets, TicketSettings
from transports.twilio import routes as twilio
from transports.twilio.outbound import ANSWERED_BY, CALLS, OutboundSettings
from transports.twilio.settings import TwilioSettings

PUBLIC_URL = "https://echo.example"
ACCOUNT = Account()
KEY = "the-key-of-whoever-asks-for-calls"
BEARER = {"Authorization": f"Bearer {KEY}"}
CALLEE = "+15550001042"


@dataclass
class Office:
    """A server that places calls, the API it places them by, and somebody who asks for them."""

    api: TwilioApi
    http: aiohttp.ClientSession
    url: str
    door: Door
    calls: Calls

    async def asks(
        self, to: object = CALLEE, headers: dict[str, str] = BEARER, **more: object
    ) -> tuple[int, dict]:
        body = {"to": to} | more
        async with self.http.post(self.url + CALLS, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def rings(self) -> Twilio:
        """Twilio's side of a call that was asked for, which is ringing."""
        status, answer = await self.asks()
        assert status == 201
        return Twilio(
            self.http,
            self.url,
            PUBLIC_URL,
            ACCOUNT,
            call_sid=answer["callSid"],
            caller="+15550009999",
            called=CALLEE,
            direction="outbound-api",
        )

    @property
    def taken(self) -> int:
        return len(self.door.expected) + len(self.door.inside)


@asynccontextmanager
async def office(places: int = 10, rest_secs: float = 5.0, **outbound: object):
    api = TwilioApi(key=ACCOUNT.auth_token)
    async with provider.serving(api):
        phone = TwilioSettings(
            account_sid=ACCOUNT.sid,
            auth_token=ACCOUNT.auth_token,
            number="+15550009999",
            api_url=api.url,
            rest_secs=rest_secs,
        )
        placing = OutboundSettings(**({"key": KEY, "prefixes": ("+1555",)} | outbound))
        door, calls, app = Door(places), Calls(), FastAPI()
        tickets = Tickets(TicketSettings())
        app.include_router(twilio.routes(phone, PUBLIC_URL, tickets, door, calls.launch, placing))
        async with serving(app) as port, aiohttp.ClientSession() as http:
            yield Office(api, http, f"http://127.0.0.1:{port}", door, calls)


@pytest.fixture
async def one() -> AsyncIterator[Office]:
    async with office() as running:
        yield running


async def test_a_human_who_answers_is_with_the_agent(one: Office):
    callee = await one.rings()
    (asked,) = one.api.noted("call")
    assert asked["To"] == CALLEE
    assert asked["Url"] == PUBLIC_URL + VOICE
    assert asked["AsyncAmdStatusCallback"] == PUBLIC_URL + ANSWERED_BY
    async with callee.call() as call:
        await until(lambda: bool(one.calls.connections))
        form = callee.form(AnsweredBy="human")
        assert (await callee.post(ANSWERED_BY, form))[0] == 204
        assert one.calls.connections[0].caller.who == CALLEE
        assert not call.closed.is_set()
    assert one.api.noted("update") == []
    await until(lambda: one.taken == 0)


async def test_a_machine_that_answers_is_left_a_message_after_its_beep_and_hung_up_on():
    async with office(voicemail="Please call Acme.") as one:
        callee = await one.rings()
        async with callee.call():
            await until(lambda: bool(one.calls.connections))
            for _ in range(2):  # delivered twice, it is one message
                form = callee.form(AnsweredBy="machine_end_beep")
                assert (await callee.post(ANSWERED_BY, form))[0] == 204
        (told,) = one.api.noted("update")
        assert told["Sid"] == callee.call_sid
        assert (read(told["Twiml"]).said, read(told["Twiml"]).verbs) == (
            "Please call Acme.",
            ("Say", "Hangup"),
        )
        assert (await callee.ask(NEXT)).verbs == ("Hangup",)
        await until(lambda: one.taken == 0)


async def test_a_fax_is_hung_up_on_without_a_word(one: Office):
    callee = await one.rings()
    assert (await callee.post(ANSWERED_BY, callee.form(AnsweredBy="fax")))[0] == 204
    (told,) = one.api.noted("update")
    assert read(told["Twiml"]).verbs == ("Hangup",)
    assert one.taken == 0


async def test_a_message_that_twilio_did_not_take_is_tried_once_more(one: Office):
    callee = await one.rings()
    one.api.will(Refuse(503))
    await callee.post(ANSWERED_BY, callee.form(AnsweredBy="machine_end_beep"))
    assert len(one.api.noted("update")) == 1


async def test_nobody_but_twilio_says_who_answered(one: Office):
    callee = await one.rings()
    form = callee.form(AnsweredBy="machine_end_beep")
    assert (await callee.post(ANSWERED_BY, form, headers={}))[0] == 403
    assert one.api.noted("update") == []


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
async def test_a_call_nobody_answers_gives_its_place_back(one: Office, status: str):
    callee = await one.rings()
    assert one.taken == 1
    await callee.post(STATUS, callee.form(CallStatus=status))
    assert one.taken == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": KEY}], ids=str
)
async def test_without_the_key_no_call_is_placed(one: Office, headers: dict[str, str]):
    assert (await one.asks(headers=headers))[0] == 401
    assert (one.api.connections, one.taken) == (0, 0)


async def test_without_a_key_in_the_settings_there_is_no_such_route():
    async with office(key="") as one:
        assert (await one.asks())[0] == 404
        assert (await one.asks(headers={"Authorization": "Bearer "}))[0] == 404


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("5550001042", 400),
        ("+1 555 000 1042", 400),
        ("+15550001042;+19005550000", 400),
        ("+15550001042\n", 400),
        ("\uff0b15550001042", 400),
        ("sip:boss@evil.example", 400),
        (15550001042, 400),
        (None, 400),
        ("+19005550000", 403),
        ("+882160000000", 403),
    ],
)
async def test_a_number_that_is_none_or_is_not_allowed_is_not_called(
    one: Office, to: object, status: int
):
    assert (await one.asks(to))[0] == status
    assert (one.api.connections, one.taken) == (0, 0)


async def test_a_field_that_is_not_known_is_refused(one: Office):
    assert (await one.asks(url="https://evil.example"))[0] == 400
    assert one.api.connections == 0


async def test_calls_are_placed_no_faster_than_allowed():
    async with office(per_minute=2) as one:
        statuses = [(await one.asks())[0] for _ in range(3)]
        assert statuses == [201, 201, 429]
        assert len(one.api.calls) == 2


async def test_no_call_is_placed_that_nobody_could_take():
    async with office(places=1) as one:
        assert (await one.asks())[0] == 201
        assert (await one.asks())[0] == 503
        assert len(one.api.calls) == 1


@pytest.mark.parametrize("fault", [Refuse(401), Refuse(500), Stall()], ids=str)
async def test_a_call_that_twilio_does_not_place_is_said_to_be_so_in_time(fault: object):
    async with office(rest_secs=2) as one:
        one.api.will(fault)
        async with asyncio.timeout(6):
            status, answer = await one.asks()
        assert status == 502
        assert "Twilio" in answer["detail"]
        assert one.taken == 0
        assert (await one.asks())[0] == 201


@pytest.mark.parametrize("prefix", ["", "1", "+", "+0", "+1x"])
def test_a_prefix_that_is_none_is_refused(prefix: str):
    with pytest.raises(ValidationError):
        OutboundSettings(prefixes=(prefix,))


def test_a_key_alone_does_not_open_the_world():
    wanted = OutboundSettings(key=KEY).missing("+15550009999")
    assert wanted is not None
    assert "OUTBOUND_PREFIXES" in wanted
    assert OutboundSettings().missing("") is None


@pytest.mark.parametrize("key", ["x", "secret", "fifteen letters"])
def test_a_key_that_could_be_guessed_is_a_mistake(key: str):
    with pytest.raises(ValidationError, match="at least 16 characters"):
        OutboundSettings(key=key)


KEYED = BEARER | {"Idempotency-Key": "order-1042"}


async def test_who_asks_again_with_the_same_key_gets_the_same_call(one: Office):
    both = await asyncio.gather(one.asks(headers=KEYED), one.asks(headers=KEYED))
    again = await one.asks(headers=KEYED)
    assert {status for status, _ in (*both, again)} == {201}
    assert len({answer["callSid"] for _, answer in (*both, again)}) == 1
    assert (len(one.api.calls), one.taken) == (1, 1)
    assert (await one.asks())[1] != again[1], "without a key it is another call"


async def test_a_key_is_not_good_for_another_number(one: Office):
    await one.asks(headers=KEYED)
    assert (await one.asks("+15550001043", headers=KEYED))[0] == 422
    assert len(one.api.calls) == 1


async def test_a_key_that_is_none_is_refused(one: Office):
    for key in ("", "x" * 256, "a b"):
        assert (await one.asks(headers=BEARER | {"Idempotency-Key": key}))[0] == 400
    assert one.api.connections == 0


async def test_a_call_that_was_refused_may_be_asked_for_again_with_its_key(one: Office):
    one.api.will(Refuse(503))
    assert (await one.asks(headers=KEYED))[0] == 502
    assert (await one.asks(headers=KEYED))[0] == 201


async def test_a_call_that_twilio_may_have_placed_is_not_placed_again_under_its_key():
    async with office(rest_secs=2) as one:
        one.api.will(Stall())
        assert (await one.asks(headers=KEYED))[0] == 502
        assert (await one.asks(headers=KEYED))[0] == 502
        assert (one.api.connections, one.taken) == (1, 0)
        assert (await one.asks(headers=BEARER | {"Idempotency-Key": "another"}))[0] == 201


async def test_a_menu_is_called_without_looking_for_machines_and_with_a_purpose(one: Office):
    status, answer = await one.asks(menu=True, purpose="Ask about order 1042.")
    assert status == 201
    (asked,) = one.api.noted("call")
    assert not {"MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback"} & set(asked)
    sid = answer["callSid"]
    callee = Twilio(one.http, one.url, PUBLIC_URL, ACCOUNT, sid, direction="outbound-api")
    async with callee.call():
        await until(lambda: bool(one.calls.connections))
        connection = one.calls.connections[0]
        assert connection.purpose == "Ask about order 1042."
        assert connection.press is not None


async def test_on_a_call_that_comes_in_no_keys_are_pressed(one: Office):
    async with Twilio(one.http, one.url, PUBLIC_URL, ACCOUNT).call():
        await until(lambda: bool(one.calls.connections))
        connection = one.calls.connections[0]
        assert (connection.press, connection.answered, connection.purpose) == (None, None, "")


@pytest.mark.parametrize(
    "wrong", [{"menu": "yes"}, {"menu": 1}, {"purpose": 7}, {"purpose": "x" * 501}], ids=str
)
async def test_a_call_that_is_asked_for_in_other_words_is_not_placed(one: Office, wrong: dict):
    assert (await one.asks(**wrong))[0] == 400
    assert one.api.connections == 0


async def test_a_menu_that_answers_before_twilio_says_that_it_is_called_is_known_as_one(
    one: Office,
):
    one.api.answers_after_secs = 0.3
    asking = asyncio.create_task(one.asks(menu=True, purpose="Ask about order 1042."))
    await until(lambda: bool(one.api.calls))
    sid = next(iter(one.api.calls))
    callee = Twilio(one.http, one.url, PUBLIC_URL, ACCOUNT, sid, direction="outbound-api")
    instructions = await callee.ask()
    assert (await asking)[0] == 201
    assert one.taken == 1
    stream = callee.stream(await callee.open(instructions.stream_url), instructions)
    await stream.begin()
    await until(lambda: bool(one.calls.connections))
    await stream.hang_up()
    assert one.calls.connections[0].purpose == "Ask about order 1042."
