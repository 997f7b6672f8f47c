"""Warm transfers, between a caller, a colleague and the phone's way in, by an emulated Twilio."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from fastapi import FastAPI
from pipecat.frames.frames import EndFrame
from pydantic import SecretStr

from bot.config import Settings
from bot.language.carriers import spoken_by_carriers
from tests.emulators import provider
from tests.emulators.provider import Refuse
from tests.emulators.twilio_caller import Account
from tests.emulators.twilio_rest import TwilioApi
from tests.emulators.twilio_switch import MUSIC, Leg, Phone, Switch
from tests.wire.ways_in import Calls, Door, serving, until
from transports.phone.phrases import Speaks, as_set
from transports.tickets import Tickets, TicketSettings
from transports.twilio import routes as twilio
from transports.twilio import warm
from transports.twilio.outbound import CALLS, OutboundSettings
from transports.twilio.settings import TwilioSettings
from transports.twilio.warm import ACCEPT, ASK, ENDED, HELD

PUBLIC_URL = "https://echo.example"
ACCOUNT = Account()
COLLEAGUE = "+15550002000"
KEY = "the-key-of-whoever-asks-for-calls"
BRIEF = "This is Echo, with a caller about a late order."


@dataclass
class Office:
    """A server, a caller who is with it, and a colleague's phone."""

    api: TwilioApi
    switch: Switch
    door: Door
    calls: Calls
    caller: Leg = field(init=False)

    async def calls_in(self) -> None:
        self.caller = self.switch.dials_in(self.api.is_called())
        await until(lambda: len(self.calls.connections) == 1)

    async def calls_out(self) -> None:
        """A phone menu is called."""
        wanted, key = {"to": "+15550001042", "menu": True}, {"Authorization": f"Bearer {KEY}"}
        url = self.switch.url + CALLS
        async with aiohttp.ClientSession() as http, http.post(url, json=wanted, headers=key) as got:
            assert got.status == 201

    def goes_on_in(self, language: str) -> None:
        """The call, while it is with Echo."""
        told = self.calls.connections[-1].goes_on_in
        assert told is not None
        told(language)

    async def passes_on(self) -> None:
        """Echo leaves the caller to a colleague."""
        introduce = self.calls.connections[-1].introduce
        assert introduce is not None
        assert await introduce(COLLEAGUE, BRIEF)
        await self.calls.workers[-1].queue_frame(EndFrame())

    @property
    def colleague(self) -> Leg:
        (leg,) = (leg for leg in self.switch.legs.values() if leg.call["to"] == COLLEAGUE)
        return leg

    @property
    def rung(self) -> bool:
        return any(leg.call["to"] == COLLEAGUE for leg in self.switch.legs.values())

    async def asked(self) -> Leg:
        """Waits until the colleague is being told."""
        await until(lambda: self.rung and bool(self.colleague.told))
        return self.colleague

    async def back(self) -> None:
        """Waits until the caller is with Echo once more."""
        await until(lambda: len(self.calls.connections) == 2)

    @property
    def taken(self) -> int:
        return len(self.door.expected) + len(self.door.inside)

    async def posts(self, leg: Leg, path: str, headers: dict | None = None, **form: str) -> int:
        return (await leg.twilio.post(path, leg.twilio.form(**form), headers))[0]


@asynccontextmanager
async def office(
    phone: Phone | None = None, places: int = 10, speaks: Speaks = as_set, **settings: object
) -> AsyncIterator[Office]:
    """Who has the key may have numbers called that begin with +1555."""
    api = TwilioApi(key=ACCOUNT.auth_token)
    known = {"account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.auth_token}
    async with provider.serving(api), aiohttp.ClientSession() as http:
        ours = {"number": "+15550009999", "api_url": api.url, "accept_secs": 100}
        phone_settings = TwilioSettings(**(known | ours | settings))
        door, calls, app = Door(places), Calls(), FastAPI()
        tickets = Tickets(TicketSettings())
        placing = OutboundSettings(key=SecretStr(KEY), prefixes=("+1555",))
        at = phone_settings, PUBLIC_URL, tickets, door, calls.launch
        app.include_router(twilio.routes(*at, placing, speaks))
        async with serving(app) as port:
            switch = Switch(http, f"http://127.0.0.1:{port}", PUBLIC_URL, frame_secs=0.002)
            switch.phones[COLLEAGUE] = phone or Phone()
            api.switch = switch
            one = Office(api, switch, door, calls)
            await one.calls_in()
            try:
                yield one
            finally:
                await switch.close()
            assert switch.troubles == []
            await until(lambda: one.taken == 0)


@pytest.fixture
async def one() -> AsyncIterator[Office]:
    async with office() as running:
        yield running


async def test_who_takes_the_call_has_been_told_what_it_is_about_and_talks_to_the_caller(
    one: Office,
):
    await one.passes_on()
    colleague = await one.asked()
    assert colleague.told[0].startswith(BRIEF)
    assert one.caller.told == ["Please hold the line while I tell a colleague what it is about."]
    await until(lambda: one.caller.holds)
    colleague.press("1")
    await until(lambda: one.caller.meets and colleague.meets)
    colleague.say(MUSIC)
    before = len(colleague.heard)
    one.caller.say(MUSIC)
    await until(lambda: bool((abs(colleague.heard[before:]) > 1_000).any()))
    await colleague.hang_up()
    await until(one.caller.over.is_set)
    assert len(one.calls.connections) == 1


async def test_who_takes_the_call_is_told_when_the_caller_leaves_it(one: Office):
    await one.passes_on()
    colleague = await one.asked()
    colleague.press("1")
    await until(lambda: one.caller.meets)
    await one.caller.hang_up()
    await until(colleague.over.is_set)
    assert colleague.told[-1] == "The caller has left the call. Goodbye."


@pytest.mark.parametrize(
    "phone",
    [
        Phone("busy"),
        Phone("no-answer"),
        Phone("failed"),
        Phone(who="machine_start"),
        Phone(who="fax"),
    ],
    ids=["busy", "no-answer", "failed", "machine", "fax"],
)
async def test_a_caller_whom_nobody_takes_is_with_echo_again_and_is_told_so(phone: Phone):
    async with office(phone) as one:
        await one.passes_on()
        await one.back()
        assert "nobody can take your call" in one.calls.connections[1].greeting
        assert one.calls.connections[1].earlier == BRIEF
        assert one.calls.connections[1].caller.who == one.caller.call["from"]
        assert one.colleague.told == []
        assert not one.caller.over.is_set()
        assert one.taken == 1


async def test_who_was_called_behind_a_menu_and_passed_on_in_vain_is_greeted_as_they_come_back():
    async with office(Phone("busy")) as one:
        await one.calls_out()
        await until(lambda: len(one.calls.connections) == 2)
        assert one.calls.connections[1].menu
        await one.passes_on()
        await until(lambda: len(one.calls.connections) == 3)
        again = one.calls.connections[2]
        assert "nobody can take your call" in again.greeting
        assert (again.menu, again.answered) == (False, None)


@pytest.mark.parametrize("key", ["2", "#"])
async def test_who_refuses_is_thanked_and_the_caller_is_with_echo_again(one: Office, key: str):
    await one.passes_on()
    colleague = await one.asked()
    colleague.press(key)
    await one.back()
    assert colleague.told[-1].startswith("Thank you. I will tell the caller")
    assert one.calls.connections[1].greeting


async def test_who_says_nothing_has_refused():
    async with office(accept_secs=2) as one:
        await one.passes_on()
        colleague = await one.asked()
        await one.back()
        assert colleague.told[-1].startswith("Thank you. I will tell the caller")


async def test_who_hangs_up_while_being_told_has_refused(one: Office):
    await one.passes_on()
    await (await one.asked()).hang_up()
    await one.back()


async def test_a_colleague_who_is_being_told_hears_that_the_caller_has_hung_up(one: Office):
    await one.passes_on()
    colleague = await one.asked()
    await one.caller.hang_up()
    await until(colleague.over.is_set)
    assert colleague.told[-1] == "The caller has hung up. Goodbye."
    assert len(one.calls.connections) == 1


async def test_a_phone_that_rings_for_a_caller_who_has_hung_up_stops_ringing():
    async with office(Phone(rings_secs=1.0)) as one:
        await one.passes_on()
        await until(lambda: one.rung and one.caller.holds)
        await one.caller.hang_up()
        await until(one.colleague.over.is_set, 0.5)
        assert one.colleague.call["status"] == "canceled"
        assert one.colleague.told == []


async def test_a_caller_is_with_echo_again_at_once_when_twilio_does_not_ring_the_colleague(
    one: Office,
):
    one.api.will(Refuse(500))
    await one.passes_on()
    await one.back()
    assert one.caller.told == []
    assert not one.rung


async def test_a_caller_for_whom_there_is_no_place_is_told_that_nobody_comes():
    async with office(Phone("busy"), places=1) as one:
        await one.passes_on()
        await until(lambda: one.taken == 0)
        one.door.places = 0
        await until(one.caller.over.is_set)
        assert "nobody can take your call" in one.caller.told[-1]


async def test_a_caller_who_came_back_can_be_passed_on_once_more():
    async with office(Phone("busy")) as one:
        await one.passes_on()
        await one.back()
        first = one.colleague
        del one.switch.legs[first.sid]
        one.switch.phones[COLLEAGUE] = Phone()
        await one.passes_on()
        (await one.asked()).press("1")
        await until(lambda: one.caller.meets)


async def test_a_request_that_comes_twice_rings_once(one: Office):
    await one.passes_on()
    colleague = await one.asked()
    for _ in range(2):
        assert await one.posts(one.caller, "/twilio/next") == 200
        assert await one.posts(colleague, f"{ASK}/{one.caller.sid}", AnsweredBy="human") == 200
    for _ in range(2):
        assert await one.posts(colleague, f"{ACCEPT}/{one.caller.sid}", Digits="1") == 200
    assert len(one.api.noted("call")) == 1


async def test_a_transfer_that_is_told_of_twice_brings_the_caller_back_once():
    async with office(Phone("busy")) as one:
        await one.passes_on()
        await one.back()
        for _ in range(2):
            path = f"{ENDED}/{one.caller.sid}"
            assert await one.posts(one.colleague, path, CallStatus="busy") == 204
        assert len(one.api.noted("update")) == 1
        assert len(one.calls.connections) == 2


async def test_nobody_but_twilio_has_a_say_in_a_transfer(one: Office):
    await one.passes_on()
    colleague = await one.asked()
    for path in (ASK, ACCEPT, ENDED):
        where = f"{path}/{one.caller.sid}"
        assert await one.posts(colleague, where, headers={}, Digits="1") == 403
    assert await one.posts(one.caller, HELD, headers={}, CallStatus="completed") == 403
    for path in (ASK, ACCEPT, ENDED):
        other = f"{path}/CA{32 * '0'}"
        assert await one.posts(colleague, other, Digits="1") == 403
        where = f"{path}/{one.caller.sid}"
        assert await one.posts(one.caller, where, Digits="1") == 403, "not the colleague's call"
    assert len(one.calls.connections) == 1
    assert one.caller.holds


async def test_without_a_number_of_ours_nobody_can_be_told_anything():
    async with office(number="") as one:
        assert one.calls.connections[0].introduce is None
        assert one.calls.connections[0].transfer is not None


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for before somebody is let out, or asked for again, is not."""
    monkeypatch.setattr(warm, "FAREWELL_SECS", 0.3)
    monkeypatch.setattr(warm, "AGAIN_SECS", (0.05,) * 5)


async def takes_the_call(one: Office) -> Leg:
    """The colleague has pressed the key, and is not in the room yet."""
    colleague = await one.asked()
    assert await one.posts(colleague, f"{ACCEPT}/{one.caller.sid}", Digits="1") == 200
    return colleague


@pytest.mark.usefixtures("soon")
async def test_a_caller_is_with_echo_again_when_who_took_the_call_never_came(one: Office):
    await one.passes_on()
    await until(lambda: one.caller.holds)
    await (await takes_the_call(one)).hang_up()
    await one.back()
    assert one.calls.connections[1].greeting


@pytest.mark.usefixtures("soon")
async def test_who_took_the_call_of_a_caller_who_has_gone_does_not_wait_for_them(one: Office):
    await one.passes_on()
    colleague = await takes_the_call(one)
    await one.caller.hang_up()
    colleague.press("1")
    await until(lambda: colleague.holds)
    await until(colleague.over.is_set)
    assert colleague.told[-1] == "The caller has left the call. Goodbye."


async def test_a_talk_that_either_ends_is_left_to_end_by_itself(
    one: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(warm, "FAREWELL_SECS", 1.0)
    await one.passes_on()
    (await one.asked()).press("1")
    await until(lambda: one.caller.meets)
    await one.colleague.hang_up()
    await until(one.caller.over.is_set)
    await asyncio.sleep(warm.FAREWELL_SECS + 0.3)
    assert one.api.noted("update") == []


@pytest.mark.usefixtures("soon")
async def test_a_caller_is_fetched_as_soon_as_twilio_does_it_again():
    async with office(Phone("busy")) as one:
        one.api.will(None, Refuse(503), Refuse(429), Refuse(503))
        await one.passes_on()
        await one.back()
        assert len(one.api.noted("update")) == 1


@pytest.mark.usefixtures("soon")
async def test_a_caller_who_was_fetched_without_our_knowing_is_not_fetched_again():
    async with office(rest_secs=0.2) as one:
        await one.passes_on()
        colleague = await one.asked()
        one.api.answers_after_secs = 0.5
        await colleague.hang_up()
        await one.back()
        await asyncio.sleep(0.5)
        assert len(one.api.noted("update")) == 1
        assert len(one.calls.connections) == 2


async def test_a_colleague_who_is_busy_before_we_know_that_they_are_rung_is_not_waited_for():
    async with office(Phone("busy")) as one:
        one.api.answers_after_secs = 0.3
        await one.passes_on()
        await one.back()
        assert one.caller.told == []
        assert one.api.noted("update") == []


def house(**handoff: object) -> Settings:
    return Settings(_env_file=None, languages=("en", "es"), handoff=handoff)


async def test_a_colleague_is_told_in_the_language_that_the_call_has_gone_on_in():
    async with office(speaks=spoken_by_carriers(house())) as one:
        one.goes_on_in("es")
        await one.passes_on()
        colleague = await one.asked()
        assert colleague.told[0].endswith(
            "Pulse 1 para atender la llamada, o cuelgue para dejarla."
        )
        await until(lambda: one.caller.holds)
        await one.caller.hang_up()
        await until(colleague.over.is_set)
        assert colleague.told[-1] == "La persona que llamaba ha colgado. Adiós."
        assert {*colleague.told_in} == {"es-ES"}
        assert one.caller.told == [house().spanish.phone_hold]


async def test_a_colleague_whose_language_is_known_is_told_in_it_whatever_the_caller_speaks():
    async with office(speaks=spoken_by_carriers(house(language="en"))) as one:
        one.goes_on_in("es")
        await one.passes_on()
        colleague = await one.asked()
        assert "Press 1" in colleague.told[0]
        colleague.press("2")
        await one.back()
        assert colleague.told[-1].startswith("Thank you. I will tell the caller")
        assert {*colleague.told_in} == {""}
        assert one.caller.told_in == ["es-ES"]
        assert one.calls.connections[1].greeting == house().spanish.phone_back
        assert one.calls.connections[1].body["language"] == "es"


async def test_who_speaks_spanish_is_told_so_of_an_english_call():
    async with office(speaks=spoken_by_carriers(house(language="es"))) as one:
        await one.passes_on()
        colleague = await one.asked()
        colleague.press("1")
        await until(lambda: one.caller.meets)
        await one.caller.hang_up()
        await until(colleague.over.is_set)
        assert colleague.told[-1] == "La persona que llamaba ha dejado la llamada. Adiós."
        assert {*colleague.told_in} == {"es-ES"}
        assert one.caller.told_in == [""]
