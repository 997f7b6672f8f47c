"""The disclosure is heard to its end by callers who speak over it, and they are heard too."""

import asyncio

import aiohttp
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from evals.caller import place_call
from evals.hearing import transcribe
from evals.performance import Manners
from evals.script import Interrupt, Say, Step
from tests.calls.faults import words
from tests.calls.inside import inside, practised, until
from tests.calls.phone import plain
from tests.calls.room import RoomTransport
from tests.emulators.daily import daily
from tests.wire.ways_in import Door, serving
from transports import daily as daily_way
from transports import start
from transports.daily import DailySettings, Room
from transports.start import StartSettings

DISCLOSURE = (
    "You are talking to an artificial intelligence. "
    "You may ask for a human colleague at any time during this call."
)
QUESTION = "Where is my order one zero four two?"
BEFORE_IT = Say(QUESTION, at_once=True)
OVER_IT = Interrupt(Say(QUESTION), after_secs=1.0)


@pytest.mark.parametrize("order", [BEFORE_IT, OVER_IT], ids=["before", "over"])
async def test_a_caller_who_speaks_over_the_disclosure_hears_all_of_it_and_is_answered(order: Step):
    async with inside(disclosure=DISCLOSURE, greeting="Hello.") as echo:
        await until(lambda: practised(echo), within_secs=60)
        record = await place_call(echo.url, [order], manners=Manners(settle_secs=4))
    heard = words(record)
    assert "artificial intelligence" in heard
    assert "colleague at any time during this call" in heard
    assert "1042" in heard
    assert heard.index("artificial") < heard.index("1042")


async def test_who_speaks_over_the_disclosure_in_a_daily_room_hears_all_of_it():
    """The room is Daily's REST emulated; Daily's SDK, where it is installed, is not in the test."""
    rooms: list[RoomTransport] = []

    async def enter(settings: DailySettings, _: Room) -> RoomTransport:
        rooms.append(RoomTransport(settings))
        return rooms[0]

    async with daily() as emulator, inside(disclosure=DISCLOSURE, greeting="Hello.") as echo:
        await until(lambda: practised(echo), within_secs=60)
        settings = DailySettings(api_key=SecretStr(emulator.api_key), api_url=emulator.url)
        door, app = Door(1), FastAPI()
        ways = {"daily": daily_way.way(settings, door, echo.pool.run, join=enter)}
        app.include_router(start.routes(StartSettings(), ways, door))
        async with serving(app) as port, aiohttp.ClientSession() as http:
            url = f"http://localhost:{port}/start"
            async with http.post(url, json={"transport": "daily"}) as answer:
                assert answer.status == 200
            (room,) = rooms
            await asyncio.sleep(2)
            assert not room.heard().any(), "it was said to an empty room"
            caller = asyncio.create_task(room.join())
            await until(lambda: said_for(room, 1.0))
            await asyncio.to_thread(room.say, QUESTION)
            await until(lambda: said_for(room, 10.0), 20)
            heard = plain(await asyncio.to_thread(transcribe, room.heard(), room.out_hz))
            caller.cancel()
            await echo.pool.drain(0)
    assert "artificial intelligence" in heard
    assert "colleague at any time during this call" in heard
    assert "1042" in heard
    assert heard.index("artificial") < heard.index("1042")


async def said_for(room: RoomTransport, secs: float) -> bool:
    """Whether Echo has spoken for so long, pauses taken off."""
    return bool((abs(room.heard().astype(int)) > 200).sum() > secs * room.out_hz / 2)
