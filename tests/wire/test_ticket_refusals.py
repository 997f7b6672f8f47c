"""Every ticket that is no good is refused before its socket is accepted, and nobody learns why."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.client import connect

from tests.wire.ways_in import Calls, Door, serving, until
from transports import websocket
from transports.connection import Guest
from transports.tickets import Tickets, TicketSettings, key_id
from transports.websocket import WebsocketSettings

OLD, NEW, THEIRS = (f"the {which} key of these tests" for which in ("old", "new", "others'"))


@dataclass
class Clock:
    at: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.at


class Server:
    def __init__(self, *keys: str) -> None:
        self.door, self.calls, self.clock, self.app = Door(), Calls(), Clock(), FastAPI()
        self.tickets = office(self.clock, *keys)
        self.app.include_router(
            websocket.routes(WebsocketSettings(), self.tickets, self.door, self.calls.launch)
        )

    def promise(self, session_id: str) -> str:
        self.door.reserve(Guest(session_id, "websocket"))
        return self.tickets.issue(session_id)


def office(clock: Clock, *keys: str) -> Tickets:
    return Tickets(TicketSettings(keys=tuple(SecretStr(key) for key in keys)), clock)


def expired(server: Server) -> str:
    ticket = server.promise("s-1")
    server.clock.at += 61
    return ticket


def forged(server: Server) -> str:
    server.promise("s-1")
    _, _, signed = office(server.clock, THEIRS).issue("s-1").partition(".")
    return f"{key_id(NEW)}.{signed}"


def replayed(server: Server) -> str:
    ticket = server.promise("s-1")
    server.tickets.redeem(ticket)
    return ticket


def of_another_session(server: Server) -> str:
    server.promise("s-1")
    return server.tickets.issue("a session that another server expects")


def of_another_key(server: Server) -> str:
    server.promise("s-1")
    return office(server.clock, THEIRS).issue("s-1")


def of_a_key_of_ours_by_the_name_of_the_other(server: Server) -> str:
    _, _, signed = server.promise("s-1").partition(".")
    return f"{key_id(OLD)}.{signed}"


def missing(_: Server) -> str:
    return ""


BAD = (
    *(expired, forged, replayed, of_another_session, of_another_key),
    *(of_a_key_of_ours_by_the_name_of_the_other, missing),
)


async def answer(port: int, ticket: str) -> bytes:
    """All that comes back over the wire, but for the time of day."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [
        f"GET /ws-client?token={ticket} HTTP/1.1",
        *("Host: localhost", "Upgrade: websocket", "Connection: Upgrade"),
        *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(15):
        said = await reader.read()
    writer.close()
    return b"\n".join(line for line in said.splitlines() if not line.lower().startswith(b"date:"))


@pytest.mark.parametrize("ticket", BAD)
async def test_a_bad_ticket_is_refused_before_accept_in_the_same_words(
    ticket: Callable[[Server], str],
):
    server = Server(NEW, OLD)
    async with serving(server.app) as port:
        refused = await answer(port, ticket(server))
        assert refused.startswith(b"HTTP/1.1 403 Forbidden")
        assert refused == await answer(port, "nothing.like.a.ticket")
    assert server.calls.connections == []
    assert not server.door.inside


async def test_keys_rotate_under_a_call_and_under_tickets_that_are_out():
    before = Server(OLD)
    out = before.promise("s-1")
    after = Server(NEW, OLD)
    after.door.reserve(Guest("s-1", "websocket"))
    async with serving(after.app) as port:
        url = f"ws://127.0.0.1:{port}/ws-client?token="
        async with connect(url + out) as old, connect(url + after.promise("s-2")) as new:
            await until(lambda: len(after.calls.connections) == 2)
            for client in (old, new):
                await asyncio.wait_for(await client.ping(), 15)
        after.tickets.redeem(out)
        assert after.promise("s-3").startswith(key_id(NEW))
    withdrawn = office(after.clock, NEW)
    assert withdrawn.redeem(before.promise("s-4")) is None
