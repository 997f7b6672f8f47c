"""The Daily way in, against an emulator of Daily's REST API that refuses what is careless."""

import asyncio
import importlib.util
import socket

import aiohttp
import pytest
from fastapi import FastAPI
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport
from pydantic import SecretStr

from tests.emulators.daily import Daily, daily
from tests.wire.ways_in import Door, serving, until
from transports import daily as daily_way
from transports import start
from transports.connection import Connection
from transports.daily import DailySettings, Room
from transports.start import StartSettings

NO_SDK = importlib.util.find_spec("daily") is None


class RoomTransport(BaseTransport):
    """Stands where Daily's SDK would: a room the test lets people into."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self._register_event_handler("on_client_connected")

    async def client_joins(self) -> None:
        await self._call_event_handler("on_client_connected", {"id": "client"})

    def input(self) -> FrameProcessor:
        raise AssertionError("no pipeline runs here")

    output = input


class Server:
    def __init__(self, emulator: Daily, sdk: bool = True, places: int = 2, **settings: object):
        self.settings = DailySettings.model_validate(
            {"api_key": SecretStr(emulator.api_key), "api_url": emulator.url} | settings
        )
        self.door, self.app = Door(places), FastAPI()
        self.connections: list[Connection] = []
        self.hang_up = asyncio.Event()
        joins = {"join": self._join} if sdk else {}
        ways = {"daily": daily_way.way(self.settings, self.door, self._launch, **joins)}
        self.app.include_router(start.routes(StartSettings(), ways, self.door))

    async def _join(self, settings: DailySettings, room: Room) -> BaseTransport:
        return RoomTransport(room)

    async def _launch(self, connection: Connection) -> None:
        self.connections.append(connection)
        await self.hang_up.wait()


async def ask(port: int, **options: object) -> tuple[int, dict]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"http://localhost:{port}/start", json={"transport": "daily"} | options
        ) as response,
    ):
        return response.status, await response.json()


async def test_the_client_gets_a_room_of_its_own_and_the_bot_goes_there():
    async with daily() as emulator:
        server = Server(emulator)
        async with serving(server.app) as port:
            status, answer = await ask(port, body={"language": "en"})
            assert status == 200
            assert set(answer) == {"dailyRoom", "dailyToken", "sessionId"}
            await until(lambda: bool(server.connections))
            (connection,) = server.connections
            assert isinstance(connection.transport, RoomTransport)
            assert connection.transport.room.url == answer["dailyRoom"]
            assert connection.transport.room.bot_token != answer["dailyToken"]
            assert connection.body == {"language": "en"}
            server.hang_up.set()


async def test_only_the_bot_owns_the_room():
    async with daily() as emulator:
        server = Server(emulator)
        async with serving(server.app) as port:
            await ask(port)
            tokens = [properties for kind, properties in emulator.journal if kind == "token"]
            assert sorted(token["is_owner"] for token in tokens) == [False, True]
            server.hang_up.set()


async def test_a_client_cannot_loosen_the_room():
    async with daily() as emulator:
        server = Server(emulator)
        async with serving(server.app) as port:
            loose = {"privacy": "public", "exp": 1}
            status, _ = await ask(
                port, dailyRoomProperties=loose, dailyMeetingTokenProperties={"is_owner": True}
            )
            assert status == 200
            ((_, room),) = [entry for entry in emulator.journal if entry[0] == "room"]
            assert room["privacy"] == "private"
            server.hang_up.set()


async def test_the_room_and_the_place_go_when_the_call_is_over():
    async with daily() as emulator:
        server = Server(emulator)
        async with serving(server.app) as port:
            await ask(port)
            await until(lambda: len(server.door.inside) == 1)
            server.hang_up.set()
            await until(lambda: not server.door.inside and not emulator.rooms)


async def test_the_bot_does_not_wait_for_ever():
    async with daily() as emulator:
        server = Server(emulator, join_secs=0.2)
        async with serving(server.app) as port:
            await ask(port)
            await until(lambda: len(server.door.inside) == 1)
            await until(lambda: not server.door.inside and not emulator.rooms)


async def test_a_client_that_came_is_talked_to_for_as_long_as_it_likes():
    async with daily() as emulator:
        server = Server(emulator, join_secs=0.2)
        async with serving(server.app) as port:
            await ask(port)
            await until(lambda: bool(server.connections))
            transport = server.connections[0].transport
            assert isinstance(transport, RoomTransport)
            await transport.client_joins()
            await asyncio.sleep(0.5)
            assert len(server.door.inside) == 1
            server.hang_up.set()


async def test_a_full_house_makes_no_room():
    async with daily() as emulator:
        server = Server(emulator, places=0)
        async with serving(server.app) as port:
            status, answer = await ask(port)
            assert (status, answer["detail"][:13]) == (503, "All lines are")
            assert emulator.journal == []


@pytest.mark.parametrize("refusal", [401, 429, 500])
async def test_when_daily_refuses_the_caller_is_told_and_no_place_is_lost(refusal: int):
    async with daily() as emulator:
        emulator.fail_with = refusal
        server = Server(emulator)
        async with serving(server.app) as port:
            status, answer = await ask(port)
            assert status == 502
            assert answer["detail"] == "Daily made no room; the server's log says why."
            assert not server.door.expected
            assert not server.door.inside


async def test_a_wrong_key_is_refused_by_daily():
    async with daily() as emulator:
        server = Server(emulator, api_key=SecretStr("wrong"))
        async with serving(server.app) as port:
            assert (await ask(port))[0] == 502


async def test_a_daily_that_hangs_does_not_hold_the_caller():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and never answers
        api_url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        server = Server(Daily(url=api_url), request_secs=0.2)
        async with serving(server.app) as port:
            status, answer = await ask(port)
            assert (status, answer["detail"]) == (504, "Daily took too long to make a room.")
            assert not server.door.expected


async def test_without_a_key_the_answer_says_which_setting_is_missing():
    async with daily() as emulator:
        server = Server(emulator, api_key=SecretStr(""))
        async with serving(server.app) as port:
            status, answer = await ask(port)
            assert status == 501
            assert "DAILY_API_KEY" in answer["detail"]


@pytest.mark.skipif(not NO_SDK, reason="Daily's SDK is installed")
async def test_without_the_sdk_the_answer_says_what_to_install_and_no_room_stays():
    async with daily() as emulator:
        server = Server(emulator, sdk=False)
        async with serving(server.app) as port:
            status, answer = await ask(port)
            assert status == 501
            assert "echo-agent[daily]" in answer["detail"]
            assert emulator.rooms == {}
