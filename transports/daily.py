"""A Daily room of its own for each call: private, short-lived, entered with a token.

`/start` makes the room and two tokens by Daily's REST API, sends the bot in with one and gives
the client the other. Run nothing in this folder as a script: `transports/daily.py` would hide the
SDK's own `daily`.
"""

import asyncio
import importlib
import importlib.util
import time
from collections.abc import Awaitable, Callable

import aiohttp
from fastapi import HTTPException
from loguru import logger
from pipecat.transports.base_transport import BaseTransport
from pipecat.transports.daily.utils import (
    DailyMeetingTokenParams,
    DailyMeetingTokenProperties,
    DailyRESTHelper,
    DailyRoomParams,
    DailyRoomProperties,
)
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from transports.connection import Audio, Connection, Door, Guest, Launch
from transports.start import Asked, Way

NEEDS_KEY = "Daily is not set up: DAILY_API_KEY is missing (https://dashboard.daily.co)."
NEEDS_SDK = "Daily needs its SDK: pip install 'echo-agent[daily]'."


class DailySettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    api_key: SecretStr = SecretStr("")
    api_url: str = "https://api.daily.co/v1"
    room_secs: int = Field(default=3_660, gt=0)
    """Room and tokens end after this, and everyone in the room with them: an hour of talk, and a
    minute to come in."""
    join_secs: float = Field(default=60.0, gt=0)
    """How long the bot waits for the client in the room."""
    request_secs: float = Field(default=10.0, gt=0)
    """For the room and the tokens together; somebody is waiting for a call to start."""
    in_hz: int = 16_000
    out_hz: int = 24_000


class Room(BaseModel):
    """A room, and what each of the two who meet there shows at its door."""

    model_config = ConfigDict(frozen=True)

    url: str
    bot_token: str
    client_token: str


Join = Callable[[DailySettings, Room], Awaitable[BaseTransport]]
"""Makes the bot's transport for a room."""


async def join(settings: DailySettings, room: Room) -> BaseTransport:
    """Pipecat's Daily transport. Raises HTTPException if the SDK is not installed."""
    if importlib.util.find_spec("daily") is None:
        raise HTTPException(501, NEEDS_SDK)
    # The SDK takes a second to import: not on the event loop of everybody's calls.
    await asyncio.to_thread(importlib.import_module, "transports.daily_room")
    from transports.daily_room import daily_transport

    return daily_transport(settings, room)


def way(
    settings: DailySettings,
    door: Door,
    launch: Launch,
    clock: Callable[[], float] = time.time,
    join: Join = join,
) -> Way:
    """The answer of `/start`: the room, and the client's token for it."""
    calls: set[asyncio.Task[None]] = set()

    async def start(asked: Asked) -> dict[str, object]:
        if not settings.api_key.get_secret_value():
            raise HTTPException(501, NEEDS_KEY)
        room = await open_room(settings, clock)
        try:
            transport = await join(settings, room)
        except BaseException:
            await close_room(settings, room)
            raise
        guest = door.enter(asked.guest.session_id)
        if guest is None:  # Daily took longer than a place is kept
            await close_room(settings, room)
            raise HTTPException(504, "Daily took too long to make a room.")
        task = asyncio.create_task(_call(guest, room, transport))
        calls.add(task)
        task.add_done_callback(calls.discard)
        return {
            "dailyRoom": room.url,
            "dailyToken": room.client_token,
            "sessionId": guest.session_id,
        }

    async def _call(guest: Guest, room: Room, transport: BaseTransport) -> None:
        connection = Connection(
            transport=transport,
            kind="daily",
            session_id=guest.session_id,
            audio=Audio(settings.in_hz, settings.out_hz),
            body=guest.body,
        )
        try:
            await _while_somebody_comes(connection, launch, settings.join_secs)
        finally:
            door.leave(guest.session_id)
            await close_room(settings, room)

    return start


async def _while_somebody_comes(connection: Connection, launch: Launch, within_secs: float) -> None:
    """Runs the call; ends it if the client has not joined in time."""
    joined = asyncio.Event()

    @connection.transport.event_handler("on_client_connected")
    async def _(*_: object) -> None:
        joined.set()

    call = asyncio.ensure_future(launch(connection))
    wait = asyncio.ensure_future(joined.wait())
    try:
        await asyncio.wait({call, wait}, timeout=within_secs, return_when=asyncio.FIRST_COMPLETED)
        if call.done() or joined.is_set():
            await call
        else:
            logger.warning("Nobody came to the Daily room; leaving it")
    finally:
        for task in (call, wait):
            task.cancel()
        await asyncio.wait({call, wait})


async def open_room(settings: DailySettings, clock: Callable[[], float]) -> Room:
    """A private room for two, and a token for each; the bot owns it.

    Raises HTTPException: 502 when Daily refuses or cannot be reached, 504 when it takes too long.
    """
    try:
        async with asyncio.timeout(settings.request_secs), aiohttp.ClientSession() as http:
            rest = _rest(settings, http)
            until = int(clock()) + settings.room_secs
            room = await rest.create_room(_room_params(until))
            bot, client = await asyncio.gather(
                rest.get_token(room.url, settings.room_secs, True, True, _named("Echo")),
                rest.get_token(room.url, settings.room_secs, True, False, _named("Caller")),
            )
            return Room(url=room.url, bot_token=bot, client_token=client)
    except TimeoutError as error:
        raise HTTPException(504, "Daily took too long to make a room.") from error
    except Exception as error:  # the helper raises nothing more precise
        logger.bind(error=str(error)[:300]).error("Daily made no room")
        raise HTTPException(502, "Daily made no room; the server's log says why.") from error


async def close_room(settings: DailySettings, room: Room) -> None:
    """Delete the room; one that cannot be deleted expires."""
    try:
        async with asyncio.timeout(settings.request_secs), aiohttp.ClientSession() as http:
            await _rest(settings, http).delete_room_by_url(room.url)
    except Exception as error:  # noqa: BLE001  the helper raises nothing more precise
        logger.bind(error=str(error)[:300]).warning("A Daily room was left to expire")


def _rest(settings: DailySettings, http: aiohttp.ClientSession) -> DailyRESTHelper:
    return DailyRESTHelper(
        daily_api_key=settings.api_key.get_secret_value(),
        daily_api_url=settings.api_url.rstrip("/"),
        aiohttp_session=http,
    )


def _room_params(until: int) -> DailyRoomParams:
    return DailyRoomParams(
        privacy="private",
        properties=DailyRoomProperties(
            exp=until, eject_at_room_exp=True, max_participants=2, start_video_off=True
        ),
    )


def _named(user_name: str) -> DailyMeetingTokenParams:
    return DailyMeetingTokenParams(properties=DailyMeetingTokenProperties(user_name=user_name))
