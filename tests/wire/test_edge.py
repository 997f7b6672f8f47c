"""What stands before every way in, over real sockets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.wire.ways_in import Calls, Door, serving, until
from transports import start, websocket
from transports.edge.guard import guard
from transports.edge.settings import EdgeSettings
from transports.start import StartSettings
from transports.tickets import Tickets, TicketSettings
from transports.websocket import WebsocketSettings

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"


class Offer(BaseModel):
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    url: str
    door: Door
    calls: Calls
    http: aiohttp.ClientSession

    async def start(self, **headers: str) -> tuple[int, dict, Mapping[str, str]]:
        body = {"transport": "websocket"}
        async with self.http.post(f"{self.url}/start", json=body, headers=headers) as answer:
            return answer.status, await answer.json(), answer.headers


@asynccontextmanager
async def edge(public_url: str = "", listens_at: str = "", **settings) -> AsyncIterator[Edge]:
    door, calls, tickets = Door(), Calls(), Tickets(TicketSettings())
    chosen = EdgeSettings(**settings)
    app = FastAPI(max_body_size=chosen.max_body_bytes)
    ways = {"websocket": websocket.way(tickets)}
    app.include_router(start.routes(StartSettings(), ways, door))
    app.include_router(websocket.routes(WebsocketSettings(), tickets, door, calls.launch))

    @app.post("/sessions/{session_id}/api/offer")
    async def offer(session_id: str, offered: Offer) -> str:
        return session_id + offered.sdp

    guard(app, chosen, public_url, listens_at)
    proxies = list(chosen.proxies)
    async with (
        serving(app, proxy_headers=bool(proxies), forwarded_allow_ips=proxies) as port,
        aiohttp.ClientSession() as http,
    ):
        yield Edge(f"http://127.0.0.1:{port}", door, calls, http)


# Whose page it is


async def test_a_page_of_another_origin_is_refused_and_takes_no_place():
    async with edge() as here:
        status, answer, _ = await here.start(Origin=STRANGER)
        assert (status, answer["detail"].split(";")[0]) == (403, "This page may not call Echo")
        assert not here.door.expected


async def test_our_own_page_and_whoever_is_no_browser_may_call():
    async with edge() as here:
        assert (await here.start(Origin=here.url))[0] == 200
        assert (await here.start())[0] == 200


async def test_a_stranger_cannot_use_a_ticket_nor_spend_it():
    async with edge() as here:
        _, answer, _ = await here.start()
        url = f"{answer['wsUrl']}?token={answer['token']}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin=STRANGER)
        assert refused.value.response.status_code == 403
        async with connect(url, origin=here.url):
            await until(lambda: bool(here.calls.connections))


async def test_a_page_that_has_its_name_lead_to_this_machine_may_not_call_it():
    """DNS rebinding: its browser takes the page and Echo for one."""
    async with edge(listens_at="localhost") as here:
        _, port = here.url.removeprefix("http://").split(":")
        theirs = f"evil.example:{port}"
        status, _, _ = await here.start(Origin=f"http://{theirs}", Host=theirs)
        assert status == 403
        assert (await here.start(Origin=here.url))[0] == 200


async def test_a_page_that_is_allowed_by_name_may_call_and_read_the_answer():
    async with edge(allowed_origins=(FRIEND,)) as here:
        status, answer, headers = await here.start(Origin=FRIEND)
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, FRIEND)
        async with connect(f"{answer['wsUrl']}?token={answer['token']}", origin=FRIEND):
            await until(lambda: bool(here.calls.connections))
        assert "Access-Control-Allow-Origin" not in (await here.start(Origin=STRANGER))[2]


async def test_a_browser_that_asks_first_is_told_who_may():
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    async with edge(allowed_origins=(FRIEND,)) as here:
        for origin, status in ((FRIEND, 200), (STRANGER, 400)):
            headers = {"Origin": origin} | asks
            async with here.http.options(f"{here.url}/start", headers=headers) as answer:
                assert answer.status == status


async def test_without_allowed_origins_no_other_page_is_told_anything():
    async with edge() as here:
        assert "Access-Control-Allow-Origin" not in (await here.start(Origin=here.url))[2]


# Where it says it is


@pytest.mark.parametrize("proxies", [(), ("127.0.0.1",)])
async def test_a_forwarded_host_is_never_believed_not_even_a_proxys(proxies: tuple[str, ...]):
    claims = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    async with edge(proxies=proxies) as here:
        _, answer, headers = await here.start(**claims)
        assert answer["wsUrl"] == f"ws{here.url.removeprefix('http')}/ws-client"
        assert "evil" not in str(headers)


# How often


async def test_who_asks_too_often_is_told_in_words_when_to_come_again():
    async with edge(starts_per_min=6, starts_burst=2) as here:
        assert [(await here.start())[0] for _ in range(2)] == [200, 200]
        status, answer, headers = await here.start()
        assert (status, headers["Retry-After"]) == (429, "10")
        words = "Too many calls were asked for from here. Try again in 10 seconds."
        assert answer["detail"] == words
        assert len(here.door.expected) == 2


async def test_no_other_way_to_write_the_path_asks_more_often():
    async with edge(starts_per_min=6, starts_burst=1) as here:
        assert (await here.start())[0] == 200
        for path in ("/start", "/start%0A", "/%73tart", "/start?x", "/start/"):
            async with here.http.post(here.url + path, json={"transport": "websocket"}) as answer:
                assert answer.status == 429, path
        assert len(here.door.expected) == 1


async def test_an_address_that_somebody_claims_is_not_believed():
    async with edge(starts_per_min=6, starts_burst=1) as here:
        await here.start(**{"X-Forwarded-For": "192.0.2.1"})
        status, _, _ = await here.start(**{"X-Forwarded-For": "192.0.2.2"})
        assert status == 429


async def test_our_own_proxy_is_believed_and_its_callers_do_not_pay_for_each_other():
    async with edge(starts_per_min=6, starts_burst=1, proxies=("127.0.0.1",)) as here:
        told = [f"192.0.2.{i % 2}" for i in range(3)]
        statuses = [(await here.start(**{"X-Forwarded-For": who}))[0] for who in told]
        assert statuses == [200, 200, 429]


# How much


async def test_a_body_that_is_too_large_is_refused_wherever_it_is_sent():
    async def pieces() -> AsyncIterator[bytes]:  # of a length that is not announced
        for _ in range(20):
            yield b" " * 10_000

    async with edge() as here:
        for path in ("/start", "/sessions/x/api/offer"):
            for data in (b" " * 200_000, pieces()):
                async with here.http.post(here.url + path, data=data) as answer:
                    assert answer.status == 413


# What is no request


@pytest.mark.parametrize(
    "sdp", ["[" * 400 + "]" * 400, "NaN", "[1e999]", r'["\ud800"]', '{"sdp": "a secret"}']
)
async def test_what_was_sent_amiss_is_not_sent_back(sdp: str):
    async with edge() as here:
        url, headers = f"{here.url}/sessions/x/api/offer", {"Content-Type": "application/json"}
        async with here.http.post(url, data=f'{{"sdp": {sdp}}}', headers=headers) as answer:
            assert answer.status == 422
            (told,) = (await answer.json())["detail"]
    assert told == {
        "type": "string_type",
        "loc": ["body", "sdp"],
        "msg": "Input should be a valid string",
    }


# What browsers are told


async def test_every_answer_carries_the_headers_those_of_errors_too():
    async with edge(public_url="https://echo.example.com") as here:
        for path, status in (("/nowhere", 404), ("/start", 405)):
            async with here.http.get(here.url + path) as answer:
                assert answer.status == status
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert (await here.start(Origin=STRANGER))[2]["Referrer-Policy"] == "no-referrer"
