"""A carrier's ways in on a free port, and what is behind them: what the tests of phones share."""

import asyncio

import aiohttp
import numpy as np
from fastapi import APIRouter, FastAPI

from tests.wire.ways_in import Calls, Door, Parrot
from transports.tickets import Tickets, TicketSettings

PUBLIC_URL = "https://echo.example"


def tone(hz: int, secs: float = 1.0) -> bytes:
    """440 Hz, mono s16, louder than anything else on the line."""
    return (
        (8_000 * np.sin(np.arange(int(secs * hz)) * 2 * np.pi * 440 / hz)).astype("<i2").tobytes()
    )


class PhoneServer:
    """Takes calls by the routes that it is given, and says back what it hears."""

    def __init__(self, places: int = 100) -> None:
        self.door = Door(places)
        self.calls = Calls()
        self.tickets = Tickets(TicketSettings())
        self.app = FastAPI()

    def mount(self, router: APIRouter) -> None:
        self.app.include_router(router)

    @property
    def taken(self) -> int:
        """Places promised or in use."""
        return len(self.door.expected) + len(self.door.inside)

    @property
    def parrots(self) -> list[Parrot]:
        """One for each call that has begun."""
        return [each for each in self.calls.between if isinstance(each, Parrot)]

    def heard_secs(self) -> float:
        """How much the first call's has heard."""
        heard = [frame for parrot in self.parrots[:1] for frame in parrot.heard]
        return sum(len(frame.audio) / 2 / frame.sample_rate for frame in heard)


async def closed(socket: aiohttp.ClientWebSocketResponse, within_secs: float = 5.0) -> int:
    """Reads until the server closes; the code it gave."""
    async with asyncio.timeout(within_secs):
        async for _ in socket:
            pass
    assert socket.close_code is not None
    return socket.close_code
