"""Vonage's ways in: the webhook that a call begins with, and the socket of its audio.

Nothing is kept, looked up or made for a request before Vonage's signature on it is found good.
"""

import json
import re
from typing import cast

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from loguru import logger

from transports.body import body_of
from transports.connection import Audio, Caller, Connection, Door, Guest, Launch
from transports.phone.exchange import PhoneExchange
from transports.phone.lines import Line
from transports.phone.phrases import Speaks, as_set
from transports.phone.transport import PhoneTransport
from transports.tickets import Tickets
from transports.vonage import ncco, wire
from transports.vonage.intake import Intake
from transports.vonage.ncco import Ncco
from transports.vonage.opening import opening
from transports.vonage.settings import VonageSettings
from transports.vonage.signature import Signatures

ANSWER, NEXT, EVENT, SOCKET = (
    "/vonage/answer",
    "/vonage/next",
    "/vonage/event",
    "/vonage/socket",
)
MAX_BODY_BYTES = 65_536
CALL_ID = re.compile(r"[0-9a-f-]{32,36}")
OVER = frozenset({"completed", "busy", "failed", "rejected", "timeout", "cancelled", "unanswered"})


def routes(
    settings: VonageSettings,
    public_url: str,
    tickets: Tickets,
    door: Door,
    launch: Launch,
    speaks: Speaks = as_set,
) -> APIRouter:
    """`/vonage/answer` and `/vonage/event` (the application's answer and event URL, by POST),
    `/vonage/next`, and the socket. `public_url` is where Vonage reaches this server, `speaks` what
    Vonage's own voice says in the language of a call."""
    exchange = Exchange(settings, public_url, tickets, door, launch, speaks)
    router = APIRouter()

    @router.post(ANSWER)
    async def answer(request: Request) -> Ncco:
        return exchange.answer(await exchange.signed(request))

    @router.post(NEXT)
    async def next_(request: Request) -> Ncco:
        return await exchange.go_on(await exchange.signed(request))

    @router.post(EVENT)
    async def event(request: Request) -> Response:
        exchange.note(await exchange.signed(request))
        return Response(status_code=204)

    @router.websocket(SOCKET + "/{ticket}")
    async def socket(websocket: WebSocket, ticket: str) -> None:
        await exchange.talk(websocket, ticket)

    return router


class Exchange(PhoneExchange):
    """Takes calls from Vonage."""

    def __init__(
        self,
        settings: VonageSettings,
        public_url: str,
        tickets: Tickets,
        door: Door,
        launch: Launch,
        speaks: Speaks = as_set,
    ) -> None:
        super().__init__("vonage", tickets, door, speaks)
        self._settings = settings
        self._public_url = public_url
        self._signatures = Signatures(settings)
        self._launch = launch

    async def signed(self, request: Request) -> dict[str, object]:
        """What a webhook of our application's says. Raises HTTPException: 403, or 413."""
        body = await body_of(request, MAX_BODY_BYTES)
        if self._signatures.good(request.headers, body):
            try:
                told: object = json.loads(body)
            except (ValueError, RecursionError):
                told = None
            if isinstance(told, dict):
                return cast("dict[str, object]", told)
        logger.warning("A webhook was refused: not signed by Vonage, or not for this application")
        raise HTTPException(403, "Forbidden")

    def answer(self, told: dict[str, object]) -> Ncco:
        """What to do with a call that comes in. Raises HTTPException(403) for a replay."""
        call_id = _call_id(told.get("uuid"))
        caller, called = told.get("from"), told.get("to")
        call = Line(call_id, "", "", f"{caller or ''}", f"{called or ''}")
        line = self._come_in(call)
        if line:
            return self._connect(line)
        said = self._phrases(call)
        return ncco.say(said.busy or self._settings.busy, said.say_in)

    async def go_on(self, told: dict[str, object]) -> Ncco:
        """What to do with a call whose socket is closed: end it, or connect it anew."""
        match told.get("payload"):
            case {"call": str(sent)}:
                call_id = _call_id(sent)
            case _:
                raise HTTPException(403, "Forbidden")
        line = await self._parted(Line(call_id, "", ""))
        if line.point == "finished":
            return ncco.hang_up()
        again = self._again(line, self._settings.reconnects)
        if again:
            return self._connect(again)
        said = self._phrases(line)
        return ncco.say(said.apology or self._settings.apology, said.say_in)

    def note(self, told: dict[str, object]) -> None:
        """A call's new status: one that is over before its socket opened gives its place back."""
        if told.get("status") in OVER:
            self._rang_off(f"{told.get('uuid')}")

    def _connect(self, line: Line) -> Ncco:
        socket_url = f"ws{self._public_url.removeprefix('http')}{SOCKET}/{line.ticket}"
        return ncco.connect(socket_url, line.call_id, self._public_url + NEXT)

    async def talk(self, websocket: WebSocket, ticket: str) -> None:
        """One call, from the handshake of its socket to its end."""
        signed = self._signatures.good(websocket.headers)
        await self._take_up(websocket, signed, ticket, self._answered)

    async def _answered(self, websocket: WebSocket, guest: Guest, line: Line) -> None:
        await websocket.accept()
        if wrong := await opening(websocket, line.call_id, self._settings.start_secs):
            logger.bind(code=wrong.code, reason=wrong.reason).warning("A socket was not taken up")
            await websocket.close(wrong.code, wrong.reason)
            return
        transport = PhoneTransport(
            websocket, self._settings, Intake(self._settings.intake), wire.Dialect()
        )
        await self._launch(
            Connection(
                transport=transport,
                kind="vonage",
                session_id=guest.session_id,
                audio=Audio(self._settings.in_hz, wire.HZ),
                caller=Caller(line.caller, line.called),
                body=self._told(line),
                goes_on_in=line.goes_on_in,
            )
        )
        if transport.ended_by_us:
            line.point = "finished"


def _call_id(sent: object) -> str:
    """Raises HTTPException(403) for what is no call's."""
    if not isinstance(sent, str) or not CALL_ID.fullmatch(sent):
        raise HTTPException(403, "Forbidden")
    return sent
