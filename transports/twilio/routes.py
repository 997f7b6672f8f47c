"""The phone's ways in: the webhook that a call begins with, and the stream of its audio.

Nothing is kept, looked up or made for a request before Twilio's signature on it is found good.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from loguru import logger

from transports.body import body_of
from transports.connection import Connection, Door, Launch, Text
from transports.phone import twiml
from transports.phone.form import form_of
from transports.phone.heard import Intake
from transports.phone.lines import Line
from transports.phone.phrases import Phrases, Speaks, as_set
from transports.phone.stream_exchange import StreamExchange
from transports.phone.transport import PhoneTransport
from transports.tickets import Tickets
from transports.twilio import outbound, warm
from transports.twilio.numbers import E164
from transports.twilio.outbound import OutboundSettings, Wanted
from transports.twilio.rest import Callbacks, Rest
from transports.twilio.screening import Screening
from transports.twilio.settings import TwilioSettings
from transports.twilio.signature import Signatures
from transports.twilio.warm import OVER, Warm
from transports.twilio.wire import WIRE

VOICE, NEXT, DIALLED, STATUS, STREAM = (
    "/twilio/voice",
    "/twilio/next",
    "/twilio/dialled",
    "/twilio/status",
    "/twilio/stream",
)
MAX_BODY_BYTES = 65_536
CALL_SID = re.compile(r"CA[0-9a-f]{32}")
ANSWERED = frozenset({"answered", "completed"})


def routes(
    settings: TwilioSettings,
    public_url: str,
    tickets: Tickets,
    door: Door,
    launch: Launch,
    placing: OutboundSettings | None = None,
    speaks: Speaks = as_set,
) -> APIRouter:
    """`/twilio/voice` (the number's webhook), `/twilio/next`, `/twilio/dialled`, `/twilio/status`
    (the number's status callback), and the stream's socket. `public_url` is where Twilio reaches
    this server, `speaks` what Twilio's own voice says in the language of a call."""
    quiet_secs = (placing or OutboundSettings()).quiet_secs
    signatures = Signatures(settings, public_url)
    desk = Exchange(settings, signatures, tickets, door, launch, quiet_secs, speaks)
    router = APIRouter()
    router.include_router(warm.routes(desk.warm, desk))
    if placing and placing.key.get_secret_value():
        at = (public_url + path for path in (VOICE, STATUS, outbound.ANSWERED_BY))
        router.include_router(outbound.routes(placing, Rest(settings), Callbacks(*at), desk, door))

    @router.post(VOICE)
    async def voice(request: Request) -> Response:
        return _xml(desk.answer(await desk.signed(request, VOICE)))

    @router.post(NEXT)
    async def next_(request: Request) -> Response:
        return _xml(await desk.go_on(await desk.signed(request, NEXT)))

    @router.post(DIALLED)
    async def dialled(request: Request) -> Response:
        return _xml(desk.come_back(await desk.signed(request, DIALLED)))

    @router.post(STATUS)
    async def status(request: Request) -> Response:
        await desk.note(await desk.signed(request, STATUS))
        return Response(status_code=204)

    @router.websocket(STREAM + "/{ticket}")
    async def stream(websocket: WebSocket, ticket: str) -> None:
        await desk.stream(websocket, ticket)

    return router


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")


class Exchange(StreamExchange):
    """Takes calls from Twilio."""

    def __init__(
        self,
        settings: TwilioSettings,
        signatures: Signatures,
        tickets: Tickets,
        door: Door,
        launch: Launch,
        quiet_secs: float,
        speaks: Speaks = as_set,
    ) -> None:
        whose = WIRE, settings.account_sid, settings
        super().__init__("twilio", *whose, tickets, door, launch, speaks)
        self._settings: TwilioSettings = settings
        self._signatures = signatures
        self._quiet_secs = quiet_secs
        self._rest = Rest(settings)
        self.warm = Warm(settings, self._rest, signatures.web, self)

    async def signed(self, request: Request, path: str) -> dict[str, str]:
        """The form of a webhook about a call of ours. Raises HTTPException: 403, or 413."""
        form = form_of(await body_of(request, MAX_BODY_BYTES))
        if (
            form is None
            or not self._signatures.good(self._signatures.web(path), form, request.headers)
            or form.get("AccountSid") != self._settings.account_sid
            or not CALL_SID.fullmatch(form.get("CallSid", ""))
        ):
            logger.warning("A webhook was refused: not signed by Twilio, or not for this account")
            raise HTTPException(403, "Forbidden")
        return form

    def answer(self, form: dict[str, str]) -> str:
        """What to do with a call that comes in. Raises HTTPException(403) for a replay."""
        call = _unknown(form)
        line = self._lines.of_call(call.call_id)
        if line and line.point == "dialling":
            self._door.leave(line.session_id)  # kept until its ticket would have lapsed
            line = self._promise(replace(line, point="promised"))
        else:
            line = self._come_in(call)
        if line:
            return self._connect(line)
        ours = form.get("Direction", "").startswith("outbound")
        return self._apologise(call) if ours else twiml.busy()

    def phrases(self, call_sid: str) -> Phrases:
        """What is said in the language of a call; as the settings have it, if it is not known."""
        line = self._lines.of_call(call_sid)
        return self._phrases(line) if line else Phrases()

    def _apologise(self, line: Line) -> str:
        said = self._phrases(line)
        return twiml.hang_up(said.apology or self._settings.apology, said.say_in)

    def expect(self, call_sid: str, session_id: str, wanted: Wanted) -> None:
        """This call has been placed, for which the place is kept."""
        line = self._lines.of_call(call_sid)
        if line:  # answered before we heard that it had been placed
            self._door.leave(session_id)
        else:
            to, ours = wanted.to, self._settings.number
            line = Line(call_sid, session_id, "", to, ours, point="dialling", placed=True)
            self._lines.put(line)
        line.menu, line.purpose = wanted.menu, wanted.purpose
        line.language = wanted.language

    def human(self, call_sid: str) -> None:
        """Whoever answered the call is to be talked to."""
        if line := self._lines.of_call(call_sid):
            line.answered.set()

    def give_up(self, call_sid: str) -> bool:
        """Leave a call to Twilio; False if that was done before."""
        line = self._lines.of_call(call_sid)
        if line is None:
            return True  # another server's
        was_over = line.point == "finished"
        self._call_off(line)
        return not was_over

    async def go_on(self, form: dict[str, str]) -> str:
        """What to do with a call whose stream is over: end it, pass it on, or stream it anew."""
        line = await self._parted(_unknown(form))
        if line.brief:
            return await self.warm.hold(line)
        if line.pass_on_to:
            return self._dial(line)
        if line.point == "finished":
            return twiml.hang_up()
        again = self._again(line, self._settings.reconnects)
        return self._connect(again) if again else self._apologise(line)

    def _dial(self, line: Line) -> str:
        """A number that is withheld, or not the caller's, many phones are not rung for."""
        is_theirs = E164.fullmatch(line.caller) and not line.placed
        shows = "" if is_theirs else self._settings.number
        then, secs = self._signatures.web(DIALLED), self._settings.dial_secs
        return twiml.dial(line.pass_on_to, then, secs, shows)

    def come_back(self, form: dict[str, str]) -> str:
        """What to do with a call that was passed on: end it, or if nobody answered, stream it anew.

        Raises HTTPException(403) for one that is with us: a replay.
        """
        if form.get("DialCallStatus") in ANSWERED or form.get("CallStatus") in OVER:
            return twiml.hang_up()
        line = self._lines.of_call(form["CallSid"]) or replace(_unknown(form), point="cut")
        if line.point == "live" and not line.pass_on_to:
            logger.warning("A webhook was refused: its call is with Echo")
            raise HTTPException(403, "Forbidden")
        again = line
        if line.point != "promised":
            again = self._promise(replace(line, point="promised", pass_on_to=""))
        said = self._phrases(line)
        nobody = said.nobody or self._settings.nobody
        return self._connect(again, nobody) if again else twiml.hang_up(nobody, said.say_in)

    def take_back(self, call_sid: str, greeting: str) -> str:
        """What to do with a caller who was passed on in vain: stream the call anew."""
        line = self._lines.of_call(call_sid)
        if line is None or line.point != "promised":
            known = line or Line(call_sid, "", "")
            with_us = replace(known, point="promised", pass_on_to="", brief="")
            line = self._promise(replace(with_us, greeting=greeting, earlier=known.brief))
        said = self.phrases(call_sid)
        nobody = said.nobody or self._settings.nobody
        return self._connect(line) if line else twiml.hang_up(nobody, said.say_in)

    def is_back(self, call_sid: str) -> bool:
        """Whether the caller is with Echo."""
        line = self._lines.of_call(call_sid)
        return line is not None and line.point == "live"

    async def note(self, form: dict[str, str]) -> None:
        """A call's new status: one that is over before its stream began gives its place back."""
        if form.get("CallStatus") in OVER:
            self._rang_off(form["CallSid"])
            await self.warm.caller_left(form["CallSid"])

    def _connect(self, line: Line, words: str = "") -> str:
        said = self._phrases(line)
        return twiml.connect(
            self._signatures.socket(f"{STREAM}/{line.ticket}"),
            self._told(line),
            self._signatures.web(NEXT),
            words,
            said.say_in if words else "",
        )

    async def stream(self, websocket: WebSocket, ticket: str) -> None:
        """One call, from the handshake of its stream to its end."""
        address = self._signatures.socket(f"{STREAM}/{ticket}")
        signed = self._signatures.good(address, {}, websocket.headers)
        await self._take_up(websocket, signed, ticket, self._talk)

    def _intake(self, line: Line, stream_id: str) -> Intake:
        intake = super()._intake(line, stream_id)
        if line.placed and not line.menu:
            return Screening(intake, line.answered, self._quiet_secs)
        return intake

    def _connection(
        self, line: Line, transport: PhoneTransport, parameters: Mapping[str, str]
    ) -> Connection:
        return replace(
            super()._connection(line, transport, parameters),
            transfer=partial(_pass_on, line),
            introduce=partial(_introduce, line) if self._settings.number else None,
            press=transport.press if line.placed else None,
            purpose=line.purpose,
            menu=line.menu and not line.greeting,
            earlier=line.earlier,
            answered=line.answered.wait if line.placed and not line.greeting else None,
            greeting=line.greeting,
            text=self._texts(line.caller),
        )

    def _texts(self, number: str) -> Text | None:
        """How to text this caller; None without a number of ours, or when theirs is withheld."""
        if not self._settings.number or not E164.fullmatch(number):
            return None
        return partial(self._rest.texted, number)


def _unknown(form: dict[str, str]) -> Line:
    parties = form.get("From", ""), form.get("To", "")
    who, we = reversed(parties) if form.get("Direction", "").startswith("outbound") else parties
    return Line(form["CallSid"], "", "", who, we, placed=parties != (who, we))


async def _pass_on(line: Line, number: str) -> bool:
    """Have the number dialled once our part of the call is over, whatever was to be before."""
    if not E164.fullmatch(number):
        return False
    line.pass_on_to, line.brief = number, ""
    return True


async def _introduce(line: Line, number: str, brief: str) -> bool:
    """As `_pass_on`, to a colleague who is told this first."""
    passed_on = await _pass_on(line, number)
    if passed_on:
        line.brief = brief
    return passed_on
