"""Twilio's REST API, as far as a phone needs it: calls, conferences, messages.

It refuses what Twilio refuses, in Twilio's words and numbers, and what is careless: a parameter
Twilio does not know it would ignore, and this does not.
https://www.twilio.com/docs/voice/api/call-resource, .../conference-participant-resource,
https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors
"""

import asyncio
import base64
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from tests.emulators.provider import Drop, Late, Provider, Refuse, Send, Stall, befall
from tests.emulators.twilio_caller import read
from tests.emulators.twilio_switch import Switch

E164 = re.compile(r"\+[1-9]\d{6,14}")
DATE = "Mon, 26 Jan 2026 09:01:22 +0000"
LONGEST_TEXT = 1_600
LONGEST_TWIML = 4_000
ON_THE_LINE = ("queued", "ringing", "in-progress")

CREATE_CALL = {
    *("To", "From", "Url", "Method", "Twiml", "Timeout", "TimeLimit", "SendDigits"),
    *("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"),
    *("FallbackUrl", "FallbackMethod"),
    *("MachineDetection", "MachineDetectionTimeout", "AsyncAmd"),
    *("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
}
UPDATE_CALL = {"Status", "Twiml", "Url", "Method", "StatusCallback", "StatusCallbackMethod"}
CREATE_PARTICIPANT = {
    *("From", "To", "Timeout", "Label", "EarlyMedia", "Beep", "Muted"),
    *("StartConferenceOnEnter", "EndConferenceOnExit", "StatusCallback", "StatusCallbackMethod"),
}
UPDATE_PARTICIPANT = {"Muted", "Hold", "HoldUrl", "AnnounceUrl", "AnnounceMethod"}
UPDATE_CONFERENCE = {"Status", "AnnounceUrl", "AnnounceMethod"}
CREATE_MESSAGE = {"To", "From", "Body", "StatusCallback"}

CONNECTION = web.RequestKey("connection", int)
REASONS = {401: (20003, "Authenticate"), 429: (20429, "Too Many Requests")}


class RefusedError(Exception):
    """A request Twilio would not grant."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        self.code, self.message, self.status = code, message, status


@dataclass
class TwilioApi(Provider):
    """The emulator; its `url` is what `https://api.twilio.com` is to the real one.

    Its journal: `call`, `update`, `message`, `participant`, `participant update`, `conference`,
    each with the form that was granted and the sid it was granted for as `Sid`.
    """

    account_sid: str = "AC" + 32 * "a"
    key: str = "the-auth-token-of-a-test"
    api_key: str = "SK" + 32 * "c"
    api_secret: str = "the-secret-of-the-api-key"
    numbers: frozenset[str] = frozenset({"+15550009999"})
    """Those of the account: it calls and writes from these only."""
    calls: dict[str, dict] = field(default_factory=dict)
    conferences: dict[str, dict] = field(default_factory=dict)
    participants: dict[tuple[str, str], dict] = field(default_factory=dict)
    messages: dict[str, dict] = field(default_factory=dict)
    switch: Switch | None = None
    """What is done with the calls; without it they are only written down."""
    answers_after_secs: float = 0.0
    """From when an order about a call has been carried out until Twilio says so."""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        calls, one = "/Calls.json", "/Calls/{sid}.json"
        meetings, people = "/Conferences.json", "/Conferences/{sid}/Participants"
        for method, path, handler in (
            ("POST", calls, self._create_call),
            ("POST", one, self._update_call),
            ("GET", one, self._fetch(self.calls)),
            ("GET", meetings, self._list_conferences),
            ("GET", "/Conferences/{sid}.json", self._fetch(self.conferences)),
            ("POST", "/Conferences/{sid}.json", self._update_conference),
            ("POST", people + ".json", self._create_participant),
            ("POST", people + "/{call}.json", self._update_participant),
            ("DELETE", people + "/{call}.json", self._remove_participant),
            ("POST", "/Messages.json", self._create_message),
            ("GET", "/Messages/{sid}.json", self._fetch(self.messages)),
        ):
            app.router.add_route(method, f"/2010-04-01/Accounts/{{account}}{path}", handler)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler) -> web.StreamResponse:
        connection, fault = self.connect()
        request[CONNECTION] = connection
        if isinstance(fault, Refuse):
            code, words = REASONS.get(fault.status, (20500, "Internal Server Error"))
            return _error(int(fault.code or code), words, fault.status, fault.headers)
        if isinstance(fault, Send):
            return web.Response(text=str(fault.message), status=201, content_type="text/html")
        if isinstance(fault, Late | Stall | Drop):
            await self.first(self.profile.llm_first_token, fault)
            await befall(fault, 0, request, _nothing)
        try:
            self._authenticate(request)
            return await handler(request)
        except RefusedError as refused:
            return _error(refused.code, refused.message, refused.status)
        except web.HTTPNotFound:
            return _error(20404, f"The requested resource {request.path} was not found", 404)

    def _authenticate(self, request: web.Request) -> None:
        pairs = (f"{self.account_sid}:{self.key}", f"{self.api_key}:{self.api_secret}")
        mine = [f"Basic {base64.b64encode(pair.encode()).decode()}" for pair in pairs]
        if request.headers.get("Authorization") not in mine:
            raise RefusedError(20003, "Authenticate", 401)
        if request.match_info.get("account", self.account_sid) != self.account_sid:
            raise web.HTTPNotFound

    # Calls

    async def _create_call(self, request: web.Request) -> web.Response:
        form = await _form(request, CREATE_CALL)
        _number(form, "To", 21201, 21211)
        self._own_number(form, 21213, 21212, 21210)
        _instructions(form)
        _detection(form)
        call = self._new_call(form["From"], form["To"])
        self.note(request[CONNECTION], "call", form | {"Sid": call["sid"]})
        if self.switch:
            self.switch.place(call, form)
        await asyncio.sleep(self.answers_after_secs)
        return web.json_response(call, status=201)

    def _new_call(self, caller: str, called: str) -> dict:
        sid = "CA" + secrets.token_hex(16)
        call = self._resource(sid, "Calls") | {
            "from": caller,
            "to": called,
            "status": "queued",
            "direction": "outbound-api",
            "answered_by": None,
            "duration": None,
            "start_time": None,
            "end_time": None,
            "price": None,
            "price_unit": "USD",
        }
        self.calls[sid] = call
        return call

    def is_called(self, caller: str = "+15550001042") -> dict:
        """Somebody calls in: the API knows the call from then on."""
        call = self._new_call(caller, next(iter(self.numbers)))
        call.update(status="in-progress", direction="inbound")
        return call

    async def _update_call(self, request: web.Request) -> web.Response:
        call = self._known(self.calls, request)
        form = await _form(request, UPDATE_CALL)
        status = form.get("Status")
        if status not in (None, "completed", "canceled"):
            raise RefusedError(20001, "Status must be completed or canceled")
        if status is None:
            _instructions(form)
        if call["status"] not in ON_THE_LINE:
            raise RefusedError(21220, "Call is not in-progress. Cannot redirect.")
        if status is None and call["status"] == "ringing":
            raise RefusedError(21220, "Call is not in-progress. Cannot redirect.")
        self.note(request[CONNECTION], "update", form | {"Sid": call["sid"]})
        if self.switch and status:
            self.switch.end(call["sid"])
        elif self.switch and call["sid"] in self.switch.legs:
            self.switch.redirect(call["sid"], form["Twiml"])
        else:
            call["status"] = status or call["status"]
        await asyncio.sleep(self.answers_after_secs)
        return web.json_response(call)

    # Conferences

    def convene(self, name: str) -> str:
        """A conference begins, as a `<Dial><Conference>` makes one; its sid."""
        sid = "CF" + secrets.token_hex(16)
        about = {"friendly_name": name, "status": "in-progress", "region": "us1"}
        self.conferences[sid] = self._resource(sid, "Conferences") | about
        return sid

    async def _list_conferences(self, request: web.Request) -> web.Response:
        asked = {"friendly_name": "FriendlyName", "status": "Status"}
        found = [
            each
            for each in self.conferences.values()
            if all(request.query.get(name, each[key]) == each[key] for key, name in asked.items())
        ]
        page = {"page": 0, "page_size": 50, "next_page_uri": None, "uri": request.path}
        return web.json_response(page | {"conferences": found})

    async def _update_conference(self, request: web.Request) -> web.Response:
        conference = self._known(self.conferences, request)
        form = await _form(request, UPDATE_CONFERENCE)
        if form.get("Status", "completed") != "completed":
            raise RefusedError(20001, "Status must be completed")
        conference["status"] = form.get("Status", conference["status"])
        self.note(request[CONNECTION], "conference", form | {"Sid": conference["sid"]})
        return web.json_response(conference)

    async def _create_participant(self, request: web.Request) -> web.Response:
        """By the sid of a conference, or by its name, which begins one."""
        form = await _form(request, CREATE_PARTICIPANT)
        _number(form, "To", 21201, 21211)
        self._own_number(form, 21213, 21212, 21210)
        name = request.match_info["sid"]
        sid = name if name in self.conferences else self._named(name) or self.convene(name)
        call = self._new_call(form["From"], form["To"])
        participant = {
            "account_sid": self.account_sid,
            "call_sid": call["sid"],
            "conference_sid": sid,
            "label": form.get("Label"),
            "muted": form.get("Muted") == "true",
            "hold": False,
            "coaching": False,
            "call_sid_to_coach": None,
            "start_conference_on_enter": form.get("StartConferenceOnEnter", "true") == "true",
            "end_conference_on_exit": form.get("EndConferenceOnExit") == "true",
            "status": "queued",
            "date_created": DATE,
            "date_updated": DATE,
        }
        self.participants[sid, call["sid"]] = participant
        self.note(request[CONNECTION], "participant", form | {"Sid": call["sid"]})
        return web.json_response(participant, status=201)

    def _named(self, name: str) -> str | None:
        live = [c for c in self.conferences.values() if c["status"] == "in-progress"]
        return next((c["sid"] for c in live if c["friendly_name"] == name), None)

    async def _update_participant(self, request: web.Request) -> web.Response:
        participant = self._participant(request)
        form = await _form(request, UPDATE_PARTICIPANT)
        for name in ("Muted", "Hold"):
            if name in form:
                participant[name.lower()] = form[name] == "true"
        sid = participant["call_sid"]
        self.note(request[CONNECTION], "participant update", form | {"Sid": sid})
        return web.json_response(participant)

    async def _remove_participant(self, request: web.Request) -> web.Response:
        gone = self._participant(request)
        del self.participants[gone["conference_sid"], gone["call_sid"]]
        self.calls[gone["call_sid"]]["status"] = "completed"
        self.note(request[CONNECTION], "participant removed", {"Sid": gone["call_sid"]})
        return web.Response(status=204)

    def _participant(self, request: web.Request) -> dict:
        found = self.participants.get((request.match_info["sid"], request.match_info["call"]))
        if found is None:
            raise web.HTTPNotFound
        return found

    # Messages

    async def _create_message(self, request: web.Request) -> web.Response:
        form = await _form(request, CREATE_MESSAGE)
        _number(form, "To", 21604, 21211)
        self._own_number(form, 21603, 21212, 21606)
        body = form.get("Body", "")
        if not body:
            raise RefusedError(21602, "Message body is required.")
        if len(body) > LONGEST_TEXT:
            raise RefusedError(21617, "The concatenated message body exceeds the limit")
        sid = "SM" + secrets.token_hex(16)
        message = self._resource(sid, "Messages") | {
            "body": body,
            "from": form["From"],
            "to": form["To"],
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": str(-(-len(body) // 153) if len(body) > 160 else 1),
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "messaging_service_sid": None,
            "date_sent": None,
            "price": None,
            "price_unit": "USD",
        }
        self.messages[sid] = message
        self.note(request[CONNECTION], "message", form | {"Sid": sid})
        return web.json_response(message, status=201)

    # What all have in common

    def _resource(self, sid: str, kind: str) -> dict:
        return {
            "sid": sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "date_created": DATE,
            "date_updated": DATE,
            "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/{kind}/{sid}.json",
        }

    def _own_number(self, form: Mapping[str, str], missing: int, bad: int, foreign: int) -> None:
        number = _number(form, "From", missing, bad)
        if number not in self.numbers:
            raise RefusedError(foreign, f"The 'From' phone number {number} is not yours")

    def _known(self, resources: Mapping[str, dict], request: web.Request) -> dict:
        found = resources.get(request.match_info["sid"])
        if found is None:
            raise web.HTTPNotFound
        return found

    def _fetch(
        self, resources: Mapping[str, dict]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def fetch(request: web.Request) -> web.Response:
            return web.json_response(self._known(resources, request))

        return fetch


async def _nothing(message: str | bytes) -> None:
    raise AssertionError(f"nothing can be sent before an answer: {message!r}")


async def _form(request: web.Request, known: set[str]) -> dict[str, str]:
    sent = await request.post()
    if unknown := set(sent) - known:
        raise RefusedError(20001, f"Unknown parameter {sorted(unknown)[0]}")
    return {name: str(value) for name, value in sent.items()}


def _number(form: Mapping[str, str], name: str, missing: int, bad: int) -> str:
    number = form.get(name, "")
    if not number:
        raise RefusedError(missing, f"A '{name}' phone number is required.")
    if not E164.fullmatch(number):
        raise RefusedError(bad, f"Invalid '{name}' Phone Number: {number[:3]}XXXX")
    return number


def _instructions(form: Mapping[str, str]) -> None:
    if "Twiml" in form:
        if len(form["Twiml"]) > LONGEST_TWIML:
            raise RefusedError(21218, "Invalid TwiML: it is too long")
        try:
            read(form["Twiml"])
        except Exception as error:
            raise RefusedError(12100, "Document parse failure") from error
    elif "Url" not in form:
        raise RefusedError(21205, "Url parameter is required.")
    for name in (name for name in form if name.endswith(("Url", "Callback"))):
        if urlsplit(form[name]).scheme not in ("http", "https"):
            raise RefusedError(21205, f"{name} is not a valid URL: {form[name]}")


def _detection(form: Mapping[str, str]) -> None:
    if form.get("MachineDetection", "Enable") not in ("Enable", "DetectMessageEnd"):
        raise RefusedError(21249, "Invalid MachineDetection value")
    asynchronous = form.get("AsyncAmd") == "true"
    if asynchronous and not {"MachineDetection", "AsyncAmdStatusCallback"} <= set(form):
        raise RefusedError(21249, "AsyncAmd needs MachineDetection and AsyncAmdStatusCallback")


def _error(
    code: int, message: str, status: int, headers: Mapping[str, str] | None = None
) -> web.Response:
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.json_response(body, status=status, headers=headers)
