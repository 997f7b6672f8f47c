"""The ways in of a carrier that asks by webhook what to do, and streams: it brings its own words.

Nothing is kept, looked up or made for a request before the carrier's signature on it is found good.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from loguru import logger

from transports.body import body_of
from transports.connection import Connection, Door, Kind, Launch
from transports.phone.exchange import say_unverified
from transports.phone.form import form_of
from transports.phone.lines import Line
from transports.phone.phrases import Speaks, as_set
from transports.phone.settings import StreamSettings
from transports.phone.stream import Wire
from transports.phone.stream_exchange import StreamExchange
from transports.phone.transport import PhoneTransport
from transports.tickets import Tickets

MAX_BODY_BYTES = 65_536
CALL_ID = re.compile(r"[\w:.=-]{8,200}", re.ASCII)
OVER = frozenset(
    {"completed", "busy", "failed", "no-answer", "canceled", "cancel", "timeout", "rejected"}
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request by POST, to the public address that we gave."""

    address: str
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]


class Carrier(Protocol):
    """What is one carrier's own (pure, but for the time of day)."""

    @property
    def kind(self) -> Kind: ...

    @property
    def settings(self) -> StreamSettings: ...

    @property
    def wire(self) -> Wire: ...

    @property
    def account_id(self) -> str:
        """Whose streams may come; empty for whichever the signature is of."""
        ...

    def signed(self, webhook: Webhook) -> bool:
        """Whether this carrier sent it, for us.

        A signature may be sent again: what it lets in must be idempotent or once only.
        """
        ...

    def signed_socket(self, address: str, headers: Mapping[str, str]) -> bool:
        """Whether this carrier opens the socket at this address."""
        ...

    def call_of(self, form: Mapping[str, str]) -> Line:
        """Which call it is, and whose, without a place."""
        ...

    def connect(self, stream_url: str, then_url: str) -> str:
        """Stream the call to `stream_url`; when that ends, however, ask at `then_url` what next."""
        ...

    def busy(self) -> str:
        """A busy tone."""
        ...

    def hang_up(self, words: str = "", say_in: str = "") -> str:
        """End the call, after these words if there are any, in the language `say_in`."""
        ...


def routes(
    carrier: Carrier,
    public_url: str,
    tickets: Tickets,
    door: Door,
    launch: Launch,
    speaks: Speaks = as_set,
) -> APIRouter:
    """At `/<kind>/`: `voice` (the number's webhook), `next`, `status` (where the end of a call is
    told), and the stream's socket. `public_url` is where the carrier reaches this server, `speaks`
    what its own voice says in the language of a call."""
    exchange = CarrierExchange(carrier, public_url, tickets, door, launch, speaks)
    router = APIRouter(prefix=f"/{carrier.kind}")
    if not carrier.settings.verify:
        say_unverified(carrier.kind.capitalize())

    @router.post("/voice")
    async def voice(request: Request) -> Response:
        return _xml(exchange.answer(await exchange.signed(request, "voice")))

    @router.post("/next")
    async def next_(request: Request) -> Response:
        return _xml(await exchange.go_on(await exchange.signed(request, "next")))

    @router.post("/status")
    async def status(request: Request) -> Response:
        exchange.note(await exchange.signed(request, "status"))
        return Response(status_code=204)

    @router.websocket("/stream/{ticket}")
    async def stream(websocket: WebSocket, ticket: str) -> None:
        await exchange.stream(websocket, ticket)

    return router


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")


class CarrierExchange(StreamExchange):
    """Takes calls from the carrier."""

    def __init__(
        self,
        carrier: Carrier,
        public_url: str,
        tickets: Tickets,
        door: Door,
        launch: Launch,
        speaks: Speaks = as_set,
    ) -> None:
        whose = carrier.kind, carrier.wire, carrier.account_id, carrier.settings
        super().__init__(*whose, tickets, door, launch, speaks)
        self._carrier = carrier
        self._at = f"{public_url}/{carrier.kind}"

    async def signed(self, request: Request, path: str) -> dict[str, str]:
        """The form of a webhook about a call. Raises HTTPException: 403, or 413."""
        body = await body_of(request, MAX_BODY_BYTES)
        form = form_of(body)
        if form is not None:
            webhook = Webhook(f"{self._at}/{path}", request.headers, body, form)
            signed = not self._settings.verify or self._carrier.signed(webhook)
            if signed and CALL_ID.fullmatch(self._carrier.call_of(form).call_id):
                return form
        logger.warning("A webhook was refused: not signed by its carrier, or about no call")
        raise HTTPException(403, "Forbidden")

    def answer(self, form: dict[str, str]) -> str:
        """What to do with a call that comes in. Raises HTTPException(403) for a replay."""
        line = self._come_in(self._carrier.call_of(form))
        return self._connect(line) if line else self._carrier.busy()

    async def go_on(self, form: dict[str, str]) -> str:
        """What to do with a call whose stream is over: end it, or stream it anew."""
        line = await self._parted(self._carrier.call_of(form))
        if line.point == "finished":
            return self._carrier.hang_up()
        again = self._again(line, self._settings.reconnects)
        if again:
            return self._connect(again)
        said = self._phrases(line)
        return self._carrier.hang_up(said.apology or self._settings.apology, said.say_in)

    def note(self, form: dict[str, str]) -> None:
        """A call's new status: one that is over before its stream began gives its place back."""
        if form.get("CallStatus") in OVER:
            self._rang_off(self._carrier.call_of(form).call_id)

    def _connect(self, line: Line) -> str:
        return self._carrier.connect(self._socket_at(line.ticket), f"{self._at}/next")

    def _socket_at(self, ticket: str) -> str:
        return f"ws{self._at.removeprefix('http')}/stream/{ticket}"

    async def stream(self, websocket: WebSocket, ticket: str) -> None:
        """One call, from the handshake of its stream to its end."""
        address, headers = self._socket_at(ticket), websocket.headers
        signed = not self._settings.verify or self._carrier.signed_socket(address, headers)
        await self._take_up(websocket, signed, ticket, self._talk)

    def _connection(
        self, line: Line, transport: PhoneTransport, parameters: Mapping[str, str]
    ) -> Connection:
        return super()._connection(line, transport, self._told(line))
