"""What Twilio itself is given to say, and told of a call, in the language of the call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree.ElementTree import fromstring

import aiohttp
import pytest

from bot.config import Settings
from bot.language.carriers import spoken_by_carriers
from tests.emulators import provider
from tests.emulators.twilio_caller import NEXT, VOICE, Account, Twilio
from tests.emulators.twilio_rest import TwilioApi
from tests.emulators.twiml_rules import verbs
from tests.wire.phone import PhoneServer
from tests.wire.ways_in import serving, until
from transports.twilio import routes as twilio
from transports.twilio.outbound import ANSWERED_BY, CALLS, OutboundSettings
from transports.twilio.routes import DIALLED
from transports.twilio.settings import TwilioSettings

PUBLIC_URL = "https://echo.example"
ACCOUNT = Account()
OURS, OURS_IN_SPAIN = "+15550009999", "+34910000000"
US, SPAIN = "+15550001042", "+34600000042"
KEY = "the-key-of-whoever-asks-for-calls"
HOUSE = Settings(
    _env_file=None, languages=("en", "es"), spoken={"at_numbers": {OURS_IN_SPAIN: "es"}}
)


class Line:
    """One server in two languages, and Twilio's side of a call to it."""

    def __init__(self, http: aiohttp.ClientSession, url: str, server: PhoneServer) -> None:
        self.http, self.url, self.server = http, url, server

    def twilio(self, **who: str) -> Twilio:
        return Twilio(self.http, self.url, PUBLIC_URL, ACCOUNT, **who)


@asynccontextmanager
async def line(**settings: object) -> AsyncIterator[Line]:
    server = PhoneServer()
    keys = {"account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.auth_token, "number": OURS}
    placing = OutboundSettings(key=KEY, prefixes=("+1", "+34"))
    at = TwilioSettings(**(keys | settings)), PUBLIC_URL, server.tickets, server.door
    speaks = spoken_by_carriers(HOUSE)
    server.mount(twilio.routes(*at, server.calls.launch, placing, speaks))
    async with serving(server.app) as port, aiohttp.ClientSession() as http:
        yield Line(http, f"http://127.0.0.1:{port}", server)


async def said(twilio: Twilio, path: str, **more: str) -> tuple[str, str]:
    """The words of a document, and in which language Twilio is to say them."""
    status, document = await twilio.post(path, twilio.form(**more))
    assert status == 200
    return of(document)


def of(document: str) -> tuple[str, str]:
    words = [verb for verb in verbs(document) if verb.tag == "Say"]
    return (words[0].text or "", words[0].get("language", "")) if words else ("", "")


@pytest.mark.parametrize(
    ("caller", "words", "language"),
    [(US, HOUSE.twilio.apology, ""), (SPAIN, HOUSE.spanish.phone_apology, "es-ES")],
)
async def test_a_call_that_was_cut_off_is_apologised_for_in_its_language(
    caller: str, words: str, language: str
):
    async with line(reconnects=0) as one:
        cut = one.twilio(caller=caller, called=OURS)
        stream = await cut.streaming()
        await until(lambda: bool(one.server.calls.connections))
        await stream.socket.close()
        assert await said(cut, NEXT) == (words, language)


async def test_a_call_that_has_gone_on_in_spanish_is_taken_up_in_it():
    async with line() as one:
        cut = one.twilio(caller=US, called=OURS)
        stream = await cut.streaming()
        await until(lambda: bool(one.server.calls.connections))
        (connection,) = one.server.calls.connections
        assert connection.goes_on_in is not None
        connection.goes_on_in("es")
        await stream.socket.close()
        again = await cut.ask(NEXT)
        assert again.parameters["language"] == "es"
        assert (await said(cut, DIALLED, DialCallStatus="busy"))[1] == "es-ES"


@pytest.mark.parametrize(
    ("caller", "called", "language"),
    [(US, OURS_IN_SPAIN, "es"), (SPAIN, OURS, None), (US, OURS, None)],
)
async def test_the_stream_is_told_a_language_that_is_known_and_not_one_that_is_guessed(
    caller: str, called: str, language: str | None
):
    async with line() as one:
        answer = await one.twilio(caller=caller, called=called).ask(VOICE)
    assert answer.parameters.get("language") == language


@pytest.mark.parametrize(
    "wanted", [{"to": SPAIN}, {"to": US, "language": "Spanish"}, {"to": SPAIN, "language": "junk"}]
)
async def test_a_machine_that_is_spoken_to_in_spanish_is_left_a_message_in_it(wanted: dict):
    api = TwilioApi(key=ACCOUNT.auth_token)
    async with provider.serving(api), line(api_url=api.url) as one:
        asked = {"json": wanted, "headers": {"Authorization": f"Bearer {KEY}"}}
        async with one.http.post(one.url + CALLS, **asked) as answer:
            call_sid = (await answer.json())["callSid"]
        who = {"call_sid": call_sid, "caller": OURS, "called": wanted["to"]}
        machine = one.twilio(**who, direction="outbound-api")
        form = machine.form(AnsweredBy="machine_end_beep")
        assert (await machine.post(ANSWERED_BY, form))[0] == 204
    (told,) = api.noted("update")
    assert of(told["Twiml"]) == (HOUSE.spanish.phone_voicemail, "es-ES")
    assert fromstring(told["Twiml"])[-1].tag == "Hangup"
