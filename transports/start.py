"""`POST /start`: the one place where a call is asked for, whatever it will come in by.

The contract is that of Pipecat's runner, so that its client SDKs and its page work unchanged.
"""

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, field_validator

from transports.body import body_of
from transports.connection import Door, Guest, Kind
from transports.edge.rates import household

DEFAULT = "webrtc"
"""What the runner takes a request without `transport` to mean."""
DIRECT_NEEDS = "REALTIME_DIRECT=true and OPENAI_API_KEY"


class StartSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str = ""
    """Where callers reach this server, e.g. `https://echo.example.com`. Without it, clients are
    sent to the host they asked: right on this machine and in a local network. Forwarded headers
    are never believed, so a server behind a proxy needs it."""
    retry_after_secs: int = 5
    """When to ask again if every line is busy."""
    max_body_bytes: int = 65_536

    @field_validator("url")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise ValueError("a public URL looks like https://echo.example.com")
        return url.rstrip("/")


@dataclass(frozen=True, slots=True)
class Asked:
    """A `/start` that was granted: a place is reserved for the guest."""

    guest: Guest
    base_url: str
    """Scheme, host and port (and path) under which the client reaches this server."""
    options: Mapping[str, object] = field(default_factory=dict[str, object])
    """The whole request, for what concerns one way in only (`enableDefaultIceServers`)."""


Way = Callable[[Asked], Awaitable[dict[str, object]]]
"""Prepares one way in and returns what the client needs to connect by it.

Raises HTTPException when it cannot; the place is then given back."""


Objection = Callable[[Mapping[str, object]], str | None]
"""What is wrong with the `body` of a request, in words for whoever sent it; None if nothing is."""


def routes(
    settings: StartSettings,
    ways: Mapping[str, Way],
    door: Door,
    objection: Objection = lambda body: None,
    reserved_each: int = 1_000,
) -> APIRouter:
    """`POST /start` for these ways in, by the name a client asks for.

    A body with an `objection` is refused with 400 before anything is reserved; with 429, who has
    `reserved_each` places and enters none.
    """
    router = APIRouter()

    @router.post("/start")
    async def start(request: Request) -> dict[str, object]:
        options = await _options(request, settings.max_body_bytes)
        kind = _kind(options, ways)
        body = _body(options)
        if wrong := objection(body):
            raise HTTPException(400, wrong)
        guest = Guest(str(uuid.uuid4()), kind, body, _household(request))
        if door.waiting(guest.household) >= reserved_each:
            raise too_many(settings.retry_after_secs)
        if not door.reserve(guest):
            raise busy(settings.retry_after_secs)
        asked = Asked(guest, settings.url or _asked_host(request), options)
        try:
            return await ways[kind](asked)
        except BaseException:
            door.leave(guest.session_id)
            raise

    return router


def busy(retry_after_secs: int) -> HTTPException:
    return HTTPException(
        503,
        f"All lines are busy. Try again in {retry_after_secs} seconds.",
        {"Retry-After": str(retry_after_secs)},
    )


def too_many(retry_after_secs: int) -> HTTPException:
    return HTTPException(
        429,
        f"Calls were asked for and not begun. Try again in {retry_after_secs} seconds.",
        {"Retry-After": str(retry_after_secs)},
    )


async def _options(request: Request, max_bytes: int) -> dict[str, object]:
    raw = await body_of(request, max_bytes)
    try:
        options = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(options, dict):
        raise HTTPException(400, 'The body is not a JSON object, like {"transport": "websocket"}.')
    return cast("dict[str, object]", options)


def _kind(options: Mapping[str, object], ways: Mapping[str, Way]) -> Kind:
    asked = options.get("transport")
    if asked is None:
        legacy_daily = options.get("createDailyRoom") is True and "daily" in ways
        asked = "daily" if legacy_daily else DEFAULT if DEFAULT in ways else next(iter(ways))
    if isinstance(asked, str) and asked in ways and asked in get_args(Kind):
        return cast("Kind", asked)
    *most, last = ways
    choices = f"{', '.join(most)} or {last}" if most else last
    if asked == "openai-webrtc":
        raise HTTPException(400, f"openai-webrtc needs {DIRECT_NEEDS}; choose {choices}.")
    raise HTTPException(400, f"Unknown transport {asked!r}; choose {choices}.")


def _body(options: Mapping[str, object]) -> dict[str, object]:
    body = options.get("body")
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise HTTPException(400, "`body` is not a JSON object.")
    return cast("dict[str, object]", body)


def _household(request: Request) -> str:
    return household(request.client.host if request.client else "")


def _asked_host(request: Request) -> str:
    """The origin the client itself used. It is told to nobody but that client."""
    url = request.base_url
    return f"{url.scheme}://{url.netloc}"
