"""A browser that talks to the provider itself: it is given a secret that opens one conversation.

Persona and voice are fixed in the secret, and the provider's key stays here. The browser then tells
us the provider's name for its call, and the server takes part in it by a control line: tools run
here, as in any call. Whose call nobody tells us of is none of ours: its place is given back when
the secret has lapsed, and its model has no tools.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, HTTPException, Response
from loguru import logger
from pydantic import BaseModel, ConfigDict, Field

from transports.connection import Audio, Connection, Door, Guest, Launch
from transports.direct_transport import DirectTransport, Line
from transports.start import Asked, Way
from transports.tickets import Tickets

PATH = "/openai-webrtc/calls"
PROVIDERS_HZ = 24_000
LET_GO_SECS = 5.0
"""At a shutdown, for hanging up on the calls that are left."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """What a browser connects with: to `url`, until `expires_at` (Unix time)."""

    value: str
    expires_at: int
    url: str
    model: str


class NoSecretError(Exception):
    """The provider gave none; the message is fit for a client."""


class NoCallError(Exception):
    """The call cannot be controlled; the message is fit for a client."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


Mint = Callable[[str], Awaitable[ClientSecret]]
"""Asks the provider for a secret for this session. Raises NoSecretError."""

Join = Callable[[str, str], Awaitable[Line]]
"""Provider's call, our session -> the line to it. Raises NoCallError."""


class Call(BaseModel):
    """What the browser posts once it is connected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str = Field(max_length=1_000)
    call_id: str = Field(alias="callId", pattern=r"^rtc_[A-Za-z0-9_-]{1,120}$")
    """The last part of the `Location` that the provider answered the offer with."""


def way(mint: Mint, tickets: Tickets) -> Way:
    """`POST /start` with `{"transport": "openai-webrtc"}`: the secret, where to use it, and where
    to tell us of the call, with a one-time token."""

    async def give(asked: Asked) -> dict[str, object]:
        session_id = asked.guest.session_id
        try:
            secret = await mint(session_id)
        except NoSecretError as error:
            raise HTTPException(502, str(error)) from None
        return {
            "sessionId": session_id,
            "clientSecret": secret.value,
            "expiresAt": secret.expires_at,
            "url": secret.url,
            "model": secret.model,
            "callUrl": f"{asked.base_url}{PATH}",
            "token": tickets.issue(session_id),
        }

    return give


def routes(tickets: Tickets, door: Door, launch: Launch, join: Join) -> APIRouter:
    """`POST /openai-webrtc/calls`: 204 as soon as the call is under control.

    403 for a token that is forged, spent or too old; 404 for a call that is not the token's; 502
    when the provider cannot be reached. A token is spent by whatever comes of it.
    """
    live: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def until_shutdown(_: FastAPI) -> AsyncGenerator[None]:
        yield
        if live:
            await asyncio.wait(live, timeout=LET_GO_SECS)

    router = APIRouter(lifespan=until_shutdown)

    @router.post(PATH, status_code=204)
    async def take_part(call: Call) -> Response:
        guest = _guest(call.token)
        try:
            line = await join(call.call_id, guest.session_id)
        except NoCallError as error:
            door.leave(guest.session_id)
            raise HTTPException(error.status, str(error)) from None
        except BaseException:
            door.leave(guest.session_id)
            raise
        task = asyncio.create_task(_run(line, guest))
        live.add(task)
        task.add_done_callback(live.discard)
        return Response(status_code=204)

    def _guest(token: str) -> Guest:
        session_id = tickets.redeem(token)
        guest = door.enter(session_id) if session_id else None
        if guest and guest.kind != "openai-webrtc":
            door.leave(guest.session_id)
            guest = None
        if guest is None:
            logger.warning("a call was refused: no good ticket")
            raise HTTPException(403, "The token is no good. Ask /start for another.")
        return guest

    async def _run(line: Line, guest: Guest) -> None:
        try:
            await launch(
                Connection(
                    transport=DirectTransport(line),
                    kind="openai-webrtc",
                    session_id=guest.session_id,
                    audio=Audio(PROVIDERS_HZ, PROVIDERS_HZ),
                    body={**guest.body, "mode": "realtime"},
                )
            )
        except Exception as error:  # noqa: BLE001  nobody else waits for this call
            logger.bind(cause=type(error).__name__).error("a call could not be taken")
        finally:
            door.leave(guest.session_id)
            await line.hang_up()

    return router
