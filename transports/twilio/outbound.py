"""Calls that Echo places: who may ask for one, to where, and what a machine that answers is told.

`POST /calls` with `{"to": "+15550001042"}` and the key as a bearer; there is none without a key.
"""

import asyncio
import hmac
import json
import uuid
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Request, Response
from loguru import logger
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from transports.body import body_of
from transports.connection import Door, Guest
from transports.limits import Allowance
from transports.phone import twiml
from transports.start import busy
from transports.twilio.numbers import e164
from transports.twilio.rest import Callbacks, Rest, RestError

CALLS, ANSWERED_BY = "/calls", "/twilio/answered"
MAX_BODY_BYTES = 4_096
MACHINES = frozenset({"machine_end_beep", "machine_end_silence", "machine_end_other"})
"""What Twilio says of who answered, when a machine's greeting is over."""
TRIES = 2

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,13}$")]


class OutboundSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    key: SecretStr = SecretStr("")
    """Who asks for a call must have it: `Authorization: Bearer ...`. Without it nobody can ask."""
    prefixes: tuple[Prefix, ...] = ()
    """Where calls may go, as JSON, like ["+1", "+4930"]: every other number is refused."""
    per_minute: float = Field(default=10, gt=0)
    """Calls that may be asked for in a minute, whoever asks."""
    ring_secs: int = Field(default=30, ge=5, le=600)
    """How long it rings before nobody has answered."""
    voicemail: str = "Hello, this is Echo at Acme. Please call us back. Goodbye."
    """Said after the beep to a machine that answers; then the call is ended."""

    def missing(self, number: str) -> str | None:
        """What calls cannot be placed without, in words for whoever sets it up."""
        if not self.key.get_secret_value():
            return None
        if not number:
            return "OUTBOUND_KEY needs TWILIO_NUMBER: calls come from it."
        if not self.prefixes:
            return 'OUTBOUND_KEY needs OUTBOUND_PREFIXES, like ["+1"]: calls go nowhere else.'
        return None


class Exchange(Protocol):
    """What takes the call when it is answered."""

    async def signed(self, request: Request, path: str) -> dict[str, str]:
        """The form of a webhook that Twilio signed. Raises HTTPException."""
        ...

    def expect(self, call_sid: str, session_id: str, number: str) -> None:
        """A call to this number has been placed, for which the place is kept."""
        ...

    def give_up(self, call_sid: str) -> bool:
        """Leave a call to Twilio; False if that was done before."""
        ...


def routes(
    settings: OutboundSettings, rest: Rest, ours: Callbacks, exchange: Exchange, door: Door
) -> APIRouter:
    """`POST /calls`, and the webhook by which Twilio tells who answered."""
    router = APIRouter()
    allowance = Allowance(settings.per_minute / 60, settings.per_minute)

    @router.post(CALLS, status_code=201)
    async def calls(request: Request) -> dict[str, str]:
        _authorize(request, settings.key)
        number = _destination(await _wanted(request), settings.prefixes)
        if not allowance.take(1, asyncio.get_running_loop().time()):
            raise HTTPException(429, "Too many calls in a minute.", {"Retry-After": "60"})
        guest = Guest(str(uuid.uuid4()), "twilio")
        if not door.reserve(guest):
            raise busy(5)
        try:
            call_sid = await rest.call(number, ours, settings.ring_secs)
        except BaseException as error:
            door.leave(guest.session_id)
            if isinstance(error, RestError):
                logger.bind(code=error.code).error("A call could not be placed")
                raise HTTPException(502, f"{error} ({error.code}).") from None
            raise
        exchange.expect(call_sid, guest.session_id, number)
        return {"callSid": call_sid}

    @router.post(ANSWERED_BY)
    async def answered(request: Request) -> Response:
        form = await exchange.signed(request, ANSWERED_BY)
        if form.get("AnsweredBy") in MACHINES and exchange.give_up(form["CallSid"]):
            await _leave_word(rest, form["CallSid"], settings.voicemail)
        if form.get("AnsweredBy") == "fax" and exchange.give_up(form["CallSid"]):
            await _leave_word(rest, form["CallSid"], "")
        return Response(status_code=204)

    return router


def _authorize(request: Request, key: SecretStr) -> None:
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {key.get_secret_value()}".encode()):
        logger.warning("A request for a call was refused: it had no good key")
        raise HTTPException(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})


async def _wanted(request: Request) -> object:
    """`to` of the body. Raises HTTPException: 400 or 413."""
    raw = await body_of(request, MAX_BODY_BYTES)
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON.") from None
    match body:
        case {"to": to, **rest} if not rest:
            return to
        case _:
            raise HTTPException(400, 'The body is not like {"to": "+15550001042"}.')


def _destination(wanted: object, prefixes: tuple[str, ...]) -> str:
    """The number. Raises HTTPException: 400, or 403 where calls may not go."""
    try:
        number = e164(wanted if isinstance(wanted, str) else "")
    except ValueError as error:
        raise HTTPException(400, f"`to` is wrong: {error}.") from None
    if not number.startswith(prefixes):
        logger.warning("A request for a call was refused: its number is not among the prefixes")
        raise HTTPException(403, "Calls to this number are not allowed.")
    return number


async def _leave_word(rest: Rest, call_sid: str, words: str) -> None:
    """Say it on the call, past Echo, and end the call."""
    for _ in range(TRIES):
        try:
            await rest.instruct(call_sid, twiml.hang_up(words))
        except RestError as error:
            logger.bind(code=error.code).warning("A machine that answered could not be told")
        else:
            return
