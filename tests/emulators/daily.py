"""Daily's REST API, as far as Echo uses it: it refuses what Daily refuses, and what is careless.

The shapes are those of https://docs.daily.co/reference/rest-api (rooms, meeting-tokens).
"""

import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

ROOM = {"name", "privacy", "properties"}
ROOM_PROPERTIES = {
    "exp",
    "eject_at_room_exp",
    "enable_chat",
    "enable_emoji_reactions",
    "enable_prejoin_ui",
    "max_participants",
    "start_video_off",
}
TOKEN_PROPERTIES = {"room_name", "exp", "eject_at_token_exp", "is_owner", "user_name"}
LONGEST_SECS = 2 * 3600


@dataclass
class Daily:
    """The emulator: `rooms` there are, and a `journal` of every request it granted."""

    api_key: str = "daily-key"
    rooms: dict[str, dict] = field(default_factory=dict)
    journal: list[tuple[str, Mapping]] = field(default_factory=list)
    fail_with: int | None = None
    """Answer every request with this status."""
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        app.router.add_post("/v1/rooms", self._create_room)
        app.router.add_delete("/v1/rooms/{name}", self._delete_room)
        app.router.add_post("/v1/meeting-tokens", self._create_token)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler) -> web.StreamResponse:
        if self.fail_with:
            return _refuse(self.fail_with, "server-error", "scripted")
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return _refuse(401, "authentication-error", "bad API key")
        try:
            return await handler(request)
        except ValueError as error:
            return _refuse(400, "invalid-request-error", str(error))

    async def _create_room(self, request: web.Request) -> web.Response:
        body = await request.json()
        _only(body, ROOM)
        properties = body.get("properties", {})
        _only(properties, ROOM_PROPERTIES)
        if body.get("privacy") != "private":
            raise ValueError("the room is not private")
        _check_exp(properties)
        name = body.get("name") or uuid.uuid4().hex[:16]
        room = {
            "id": str(uuid.uuid4()),
            "name": name,
            "api_created": True,
            "privacy": "private",
            "url": f"https://echo.daily.co/{name}",
            "created_at": "2026-01-26T09:01:22.000Z",
            "config": properties,
        }
        self.rooms[name] = room
        self.journal.append(("room", body))
        return web.json_response(room)

    async def _create_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        _only(body, {"properties"})
        properties = body["properties"]
        _only(properties, TOKEN_PROPERTIES)
        if properties.get("room_name") not in self.rooms:
            raise ValueError("a token without a room_name of ours opens every room of the domain")
        if properties.get("eject_at_token_exp") is not True:
            raise ValueError("who is in the room stays in when the token expires")
        _check_exp(properties)
        self.journal.append(("token", properties))
        return web.json_response({"token": f"token-{len(self.journal)}"})

    async def _delete_room(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if self.rooms.pop(name, None) is None:
            return _refuse(404, "not-found", name)
        self.journal.append(("delete", {"name": name}))
        return web.json_response({"deleted": True, "name": name})


@asynccontextmanager
async def daily(**settings: object) -> AsyncIterator[Daily]:
    """An emulator that serves on a free port of this machine; its `url` is the API's base URL."""
    emulator = Daily(**settings)
    async with TestServer(emulator.app()) as server:
        emulator.url = str(server.make_url("/v1"))
        yield emulator


def _only(body: Mapping, known: set[str]) -> None:
    if unknown := set(body) - known:
        raise ValueError(f"unknown property '{sorted(unknown)[0]}'")


def _check_exp(properties: Mapping) -> None:
    exp = properties.get("exp")
    if not isinstance(exp, int | float) or not 0 < exp - time.time() <= LONGEST_SECS:
        raise ValueError(f"exp is missing, past, or more than {LONGEST_SECS} seconds ahead")


def _refuse(status: int, error: str, info: str) -> web.Response:
    return web.json_response({"error": error, "info": info}, status=status)
