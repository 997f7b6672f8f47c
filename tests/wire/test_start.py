"""`POST /start`: the contract of Pipecat's runner, and what it says to those who break it."""

import asyncio

import aiohttp
import pytest
from fastapi import FastAPI, HTTPException
from pydantic import ValidationError

from tests.wire.ways_in import Door, serving
from transports import start
from transports.start import Asked, StartSettings


class Server:
    def __init__(
        self,
        places: int = 5,
        names: tuple[str, ...] = ("websocket", "webrtc"),
        reserved_each: int = 1_000,
        **settings,
    ):
        self.door, self.app, self.asked = Door(places), FastAPI(), list[Asked]()
        ways = dict.fromkeys(names, self._way)
        self.app.include_router(
            start.routes(StartSettings(**settings), ways, self.door, reserved_each=reserved_each)
        )

    async def _way(self, asked: Asked) -> dict[str, object]:
        self.asked.append(asked)
        if asked.options.get("fail"):
            raise HTTPException(502, "no")
        return {"sessionId": asked.guest.session_id}

    async def post(self, body: object = None, raw: bytes | None = None, host: str = ""):
        headers = {"Host": host} if host else {}
        data = {"data": raw} if raw is not None else {"json": body}
        async with (
            serving(self.app) as port,
            aiohttp.ClientSession() as http,
            http.post(f"http://127.0.0.1:{port}/start", headers=headers, **data) as response,
        ):
            return response.status, await response.json(), response.headers


async def test_each_session_has_an_id_and_a_place_of_its_own():
    server = Server()
    ids = {(await server.post({"transport": "websocket"}))[1]["sessionId"] for _ in range(3)}
    assert len(ids) == 3
    assert set(server.door.expected) == ids


@pytest.mark.parametrize(
    ("names", "body", "kind"),
    [
        (("websocket", "webrtc"), {}, "webrtc"),
        (("websocket",), {}, "websocket"),
        (("websocket", "webrtc", "daily"), {"createDailyRoom": True}, "daily"),
    ],
)
async def test_a_request_that_names_no_transport_gets_what_the_runner_gives(names, body, kind):
    server = Server(names=names)
    await server.post(body)
    assert server.asked[0].guest.kind == kind


async def test_an_unknown_transport_is_answered_with_the_right_ones():
    for wrong in ("carrier pigeon", 5, ["websocket"]):
        status, answer, _ = await Server().post({"transport": wrong})
        assert status == 400
        assert answer["detail"] == f"Unknown transport {wrong!r}; choose websocket or webrtc."


async def test_who_asks_for_the_model_itself_is_told_what_that_needs():
    _, answer, _ = await Server().post({"transport": "openai-webrtc"})
    assert "REALTIME_DIRECT=true and OPENAI_API_KEY" in answer["detail"]


@pytest.mark.parametrize("raw", [b"{", b"[1]", b'"x"', b"\xff", b"[" * 50_000, b'{"body": 3}'])
async def test_a_body_that_is_no_request_is_refused_and_takes_no_place(raw: bytes):
    server = Server()
    status, _, _ = await server.post(raw=raw)
    assert status == 400
    assert not server.door.expected


async def test_a_body_that_is_too_large_is_refused():
    assert (await Server().post(raw=b" " * 70_000))[0] == 413


async def test_when_every_line_is_busy_it_says_when_to_try_again():
    status, answer, headers = await Server(places=0, retry_after_secs=7).post({})
    assert (status, headers["Retry-After"]) == (503, "7")
    assert answer["detail"] == "All lines are busy. Try again in 7 seconds."


async def test_one_address_keeps_so_many_places_that_it_does_not_take():
    server = Server(reserved_each=2, retry_after_secs=7)
    granted = [await server.post({}) for _ in range(2)]
    status, answer, headers = await server.post({})
    assert (status, headers["Retry-After"]) == (429, "7")
    assert answer["detail"] == "Calls were asked for and not begun. Try again in 7 seconds."
    assert len(server.door.expected) == 2
    server.door.enter(granted[0][1]["sessionId"])
    assert (await server.post({}))[0] == 200


async def test_a_way_that_fails_gives_its_place_back():
    server = Server()
    assert (await server.post({"fail": True}))[0] == 502
    assert not server.door.expected


async def test_a_thousand_at_once_get_exactly_the_places_there_are():
    server = Server(places=8)
    async with (
        serving(server.app) as port,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as http,
    ):

        async def ask() -> int:
            async with http.post(f"http://127.0.0.1:{port}/start", json={}) as response:
                return response.status

        statuses = await asyncio.gather(*(ask() for _ in range(1000)))
    assert (statuses.count(200), statuses.count(503)) == (8, 992)


async def test_clients_are_sent_to_the_host_they_asked():
    server = Server()
    await server.post({}, host="echo.lan:7860")
    assert server.asked[0].base_url == "http://echo.lan:7860"


async def test_with_a_public_url_clients_are_sent_there_whatever_host_they_name():
    server = Server(url="https://echo.example.com/")
    await server.post({}, host="evil.example")
    assert server.asked[0].base_url == "https://echo.example.com"


@pytest.mark.parametrize("url", ["echo.example.com", "ftp://x", "https://", "https://x/?a=b"])
def test_a_public_url_that_is_none_is_a_mistake(url: str):
    with pytest.raises(ValidationError, match="looks like https"):
        StartSettings(url=url)
