"""What we ask of Twilio, by its own client, of its REST API."""

import asyncio
import sys

import pytest
from pydantic import ValidationError

from tests.emulators.provider import Drop, Refuse, Send, Stall, serving
from tests.emulators.twilio_rest import TwilioApi
from transports.phone import twiml
from transports.twilio.rest import Callbacks, Rest, RestError
from transports.twilio.settings import TwilioSettings

CALLER = "+15550001042"
OURS = Callbacks(
    "https://echo.example/twilio/voice",
    "https://echo.example/twilio/status",
    "https://echo.example/twilio/answered",
)


def rest(api: TwilioApi, **settings: object) -> Rest:
    known = {"auth_token": api.key, "number": min(api.numbers), "api_url": api.url}
    return Rest(TwilioSettings(account_sid=api.account_sid, **(known | settings)))


async def test_a_call_is_placed_and_who_answers_will_be_told():
    api = TwilioApi()
    async with serving(api):
        sid = await rest(api).call(CALLER, OURS, ring_secs=25)
    (asked,) = api.noted("call")
    assert api.calls[sid]["to"] == CALLER
    assert asked == {
        "Sid": sid,
        "To": CALLER,
        "From": "+15550009999",
        "Url": OURS.voice,
        "StatusCallback": OURS.status,
        "Timeout": "25",
        "MachineDetection": "DetectMessageEnd",
        "AsyncAmd": "true",
        "AsyncAmdStatusCallback": OURS.answered_by,
    }


async def test_nothing_is_loaded_any_more_when_the_first_call_is_placed(
    monkeypatch: pytest.MonkeyPatch,
):
    """Half a megabyte of modules, for which all live calls would stand still."""
    api = TwilioApi()
    for name in [name for name in sys.modules if name.startswith("twilio.rest.")]:
        monkeypatch.delitem(sys.modules, name)
    async with serving(api):
        ours = rest(api)
        before = {*sys.modules}
        sid = await ours.call(CALLER, OURS, ring_secs=25)
        await ours.hang_up(sid)
        await ours.text(CALLER, "Your appointment is on Friday.")
        assert {name for name in sys.modules if name.startswith("twilio")} <= before


async def test_a_live_call_is_told_what_to_do_and_hung_up_once():
    api = TwilioApi()
    async with serving(api):
        ours = rest(api)
        sid = await ours.call(CALLER, OURS, ring_secs=25)
        await ours.instruct(sid, twiml.hang_up("Goodbye."))
        await ours.hang_up(sid)
        with pytest.raises(RestError) as refused:
            await ours.hang_up(sid)
    assert refused.value.code == 21220
    words, end = api.noted("update")
    assert "Goodbye." in words["Twiml"]
    assert end == {"Sid": sid, "Status": "completed"}


async def test_a_text_goes_to_the_number_it_is_for():
    api = TwilioApi()
    async with serving(api):
        sid = await rest(api).text(CALLER, "Your appointment is on Friday.")
    assert api.messages[sid]["to"] == CALLER
    assert api.messages[sid]["body"] == "Your appointment is on Friday."


async def test_an_api_key_serves_in_place_of_the_auth_token():
    api = TwilioApi()
    keys = {"api_key": api.api_key, "api_secret": api.api_secret, "auth_token": "for signatures"}
    async with serving(api):
        ours = rest(api, **keys)
        sid = await ours.text(CALLER, "hello")
        await ours.call(CALLER, OURS, ring_secs=25)
    assert api.messages[sid]["account_sid"] == api.account_sid


@pytest.mark.parametrize("half", [{"api_key": "SK1"}, {"api_secret": "secret"}])
def test_half_an_api_key_is_a_mistake(half: dict):
    settings = TwilioSettings(account_sid="AC1", auth_token="token", **half)
    assert "TWILIO_API_SECRET" in (settings.missing("https://echo.example") or "")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"api_key": "SK" + 32 * "c", "api_secret": "guessed"}, 20003),
        ({"auth_token": "guessed"}, 20003),
        ({"account_sid": "AC" + 32 * "b", "auth_token": "guessed"}, 20003),
        ({"number": "+15550000000"}, 21606),
    ],
)
async def test_a_wrong_setting_is_refused_in_twilios_number(wrong: dict, code: int):
    api = TwilioApi()
    async with serving(api):
        known = {"account_sid": api.account_sid, "auth_token": api.key, "number": "+15550009999"}
        ours = Rest(TwilioSettings(api_url=api.url, **(known | wrong)))
        with pytest.raises(RestError) as refused:
            await ours.text(CALLER, "hello")
    assert refused.value.code == code
    assert api.messages == {}


@pytest.mark.parametrize("number", ["", "5550001042", "+0555", "+1555000104212345"])
async def test_what_is_no_number_is_refused(number: str):
    api = TwilioApi()
    async with serving(api):
        with pytest.raises(RestError) as refused:
            await rest(api).call(number, OURS, ring_secs=25)
    assert refused.value.code in (21201, 21211)
    assert number == "" or number not in str(refused.value)


@pytest.mark.parametrize("fault", [Refuse(429), Refuse(503), Stall(), Drop()], ids=str)
async def test_a_fault_is_an_error_in_time_and_the_next_request_goes_well(fault: object):
    api = TwilioApi()
    async with serving(api):
        ours = rest(api, rest_secs=2)
        api.will(fault)
        async with asyncio.timeout(6):
            with pytest.raises(RestError):
                await ours.text(CALLER, "hello")
        assert await ours.text(CALLER, "hello")
    assert len(api.noted("message")) == 1


async def test_what_is_no_twiml_is_refused():
    api = TwilioApi()
    async with serving(api):
        sid = await rest(api).call(CALLER, OURS, ring_secs=25)
        with pytest.raises(RestError) as refused:
            await rest(api).instruct(sid, "<Response><Say>")
    assert refused.value.code == 12100


async def test_a_call_of_nobodys_is_not_found():
    api = TwilioApi()
    async with serving(api):
        with pytest.raises(RestError) as refused:
            await rest(api).hang_up("CA" + 32 * "0")
    assert refused.value.code == 20404


@pytest.mark.parametrize("number", ["0555", "tel:+15550009999", "+1 555 000 9999"])
def test_our_own_number_must_be_one(number: str):
    with pytest.raises(ValidationError, match="looks like"):
        TwilioSettings(number=number)


@pytest.mark.parametrize("answer", ["<html>Bad gateway</html>", "{}", "[]"])
async def test_an_order_to_call_that_is_answered_in_no_words_of_twilios_has_failed(answer: str):
    api = TwilioApi()
    api.will(Send(answer))
    async with serving(api):
        with pytest.raises(RestError) as failed:
            await rest(api).call(CALLER, OURS, ring_secs=25)
    assert failed.value.code == 0


async def test_an_order_to_a_call_that_is_answered_in_no_words_of_twilios_has_failed():
    api = TwilioApi()
    api.will(Send("<html>Bad gateway</html>"))
    async with serving(api):
        with pytest.raises(RestError):
            await rest(api).instruct("CA" + 32 * "0", twiml.hang_up())
