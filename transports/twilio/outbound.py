"""Calls that Echo places: who may ask for one, to where, and what a machine that answers is told.

`POST /calls` with `{"to": "+15550001042"}` and the key as a bearer; there is none without a key.
`"purpose"` tells the agent what the call is for; the keyless brain says its first sentence to
whoever answers. With `"menu": true` it is a phone menu that will answer: no machine is looked for
then, and Echo says nothing before it is spoken to. `"language"` is what to speak, if not what the
numbers tell.
Who may have to ask again, because no answer came, gives an `Idempotency-Key`: a key is one call.
"""

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Request, Response
from loguru import logger
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)

from transports.body import body_of
from transports.connection import Door, Guest
from transports.edge.bearer import Key, has_key
from transports.limits import Allowance
from transports.phone import twiml
from transports.phone.phrases import Phrases
from transports.start import busy
from transports.twilio.numbers import e164
from transports.twilio.repeats import HEADER, KEY, OtherRequestError, Repeats
from transports.twilio.rest import Callbacks, Rest, RestError

CALLS, ANSWERED_BY = "/calls", "/twilio/answered"
MAX_BODY_BYTES = 4_096
MACHINES = frozenset({"machine_end_beep", "machine_end_silence", "machine_end_other"})
"""What Twilio says of who answered, when a machine's greeting is over."""
TRIES = 2

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,13}$")]


class OutboundSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    key: Key = SecretStr("")
    """Who asks for a call must have it: `Authorization: Bearer ...`. Without it nobody can ask."""
    prefixes: tuple[Prefix, ...] = ()
    """Where calls may go, as JSON, like ["+1202", "+4930"]: every other number is refused. The
    longer, the safer: "+1" is also the Caribbean, and numbers that cost by the minute."""
    per_minute: float = Field(default=10, gt=0)
    """Calls that may be asked for in a minute, whoever asks."""
    ring_secs: int = Field(default=30, ge=5, le=600)
    """How long it rings before nobody has answered."""
    quiet_secs: float = Field(default=4.0, ge=1, le=30)
    """Nothing is said until Twilio knows that a human has answered, or so long a silence."""
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


class Wanted(BaseModel):
    """A call, as it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    to: str
    menu: bool = False
    purpose: str = Field(default="", max_length=500, repr=False)
    language: str = Field(default="", max_length=100)
    """Such as "es"; what is none of ours is passed over."""


class Exchange(Protocol):
    """What takes the call when it is answered."""

    async def signed(self, request: Request, path: str) -> dict[str, str]:
        """The form of a webhook that Twilio signed. Raises HTTPException."""
        ...

    def expect(self, call_sid: str, session_id: str, wanted: "Wanted") -> None:
        """This call has been placed, for which the place is kept."""
        ...

    def human(self, call_sid: str) -> None:
        """Whoever answered the call is to be talked to."""
        ...

    def give_up(self, call_sid: str) -> bool:
        """Leave a call to Twilio; False if that was done before."""
        ...

    def phrases(self, call_sid: str) -> Phrases:
        """What is said in the language of a call."""
        ...


def routes(
    settings: OutboundSettings, rest: Rest, ours: Callbacks, exchange: Exchange, door: Door
) -> APIRouter:
    """`POST /calls`, and the webhook by which Twilio tells who answered."""
    router = APIRouter()
    allowance = Allowance(settings.per_minute / 60, settings.per_minute)
    # Where no answer came, Twilio may ring the number all the same.
    repeats = Repeats(lambda error: isinstance(error, RestError) and error.code == 0)

    @router.post(CALLS, status_code=201)
    async def calls(request: Request) -> dict[str, str]:
        _authorize(request, settings.key)
        wanted = await _wanted(request, settings.prefixes)
        key = _key_of(request)
        if key is None:
            return {"callSid": await _in_words(place(wanted))}
        try:
            return {"callSid": await _in_words(repeats.once(key, wanted, place(wanted)))}
        except OtherRequestError:
            raise HTTPException(422, f"This {HEADER} was used for another call.") from None

    async def place(wanted: Wanted) -> str:
        """The CallSid. Raises HTTPException, or RestError."""
        if not allowance.take(1, asyncio.get_running_loop().time()):
            raise HTTPException(429, "Too many calls in a minute.", {"Retry-After": "60"})
        guest = Guest(str(uuid.uuid4()), "twilio")
        if not door.reserve(guest):
            raise busy(5)
        try:
            call_sid = await rest.call(wanted.to, ours, settings.ring_secs, wanted.menu)
        except BaseException:
            door.leave(guest.session_id)
            raise
        exchange.expect(call_sid, guest.session_id, wanted)
        return call_sid

    @router.post(ANSWERED_BY)
    async def answered(request: Request) -> Response:
        form = await exchange.signed(request, ANSWERED_BY)
        by = form.get("AnsweredBy", "")
        if by in MACHINES or by == "fax":
            if exchange.give_up(form["CallSid"]):
                said = exchange.phrases(form["CallSid"])
                words = (said.voicemail or settings.voicemail) if by in MACHINES else ""
                await _leave_word(rest, form["CallSid"], twiml.hang_up(words, said.say_in))
        elif not by.startswith("machine"):  # `machine_start` will be told of again
            exchange.human(form["CallSid"])
        return Response(status_code=204)

    return router


async def _in_words(call_sid: Coroutine[object, object, str]) -> str:
    """Raises HTTPException for what Twilio has not done, or may have."""
    try:
        return await call_sid
    except RestError as error:
        logger.bind(code=error.code).error("A call could not be placed")
        raise HTTPException(502, f"{error} ({error.code}).") from None


def _key_of(request: Request) -> str | None:
    """Raises HTTPException(400) for a key that is none."""
    key = request.headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        raise HTTPException(400, f"{HEADER} has 1 to 255 visible characters.")
    return key


def _authorize(request: Request, key: SecretStr) -> None:
    if not has_key(request, key):
        logger.warning("A request for a call was refused: it had no good key")
        raise HTTPException(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})


async def _wanted(request: Request, prefixes: tuple[str, ...]) -> Wanted:
    """Raises HTTPException: 400 or 413, or 403 where calls may not go."""
    raw = await body_of(request, MAX_BODY_BYTES)
    try:
        wanted = Wanted.model_validate_json(raw)
        e164(wanted.to)
    except (ValueError, RecursionError):
        raise HTTPException(400, 'The body is not like {"to": "+15550001042"}.') from None
    if not wanted.to.startswith(prefixes):
        logger.warning("A request for a call was refused: its number is not among the prefixes")
        raise HTTPException(403, "Calls to this number are not allowed.")
    return wanted


async def _leave_word(rest: Rest, call_sid: str, document: str) -> None:
    """Say it on the call, past Echo, and end the call."""
    for _ in range(TRIES):
        try:
            await rest.instruct(call_sid, document)
        except RestError as error:
            logger.bind(code=error.code).warning("A machine that answered could not be told")
        else:
            return
