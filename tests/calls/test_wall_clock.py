"""The time of day is set anew under live calls: by an hour, forwards and backwards."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import numpy as np
import pytest
from loguru import logger

import server
from tests.calls.inside import inside, until
from tests.calls.phone import PhoneCall, line, telephone, telephoning
from tests.emulators.twilio_caller import NEXT, Stream
from transports.tickets import Tickets

if TYPE_CHECKING:
    from loguru import Message

HOUR = 3600.0
GREETING = " ".join(["Welcome to Acme, where everything is in order and always was."] * 4)
WELCOME = "everything is in order and always"
LONGEST_GAP_MS = 500
"""Generous: the machine may be busy with other tests. A clock that was believed costs an hour."""


@dataclass
class WallClock:
    """`time.time`, which somebody has set."""

    ahead_secs: float = 0.0

    def __post_init__(self) -> None:
        self._real = time.time

    def __call__(self) -> float:
        return self._real() + self.ahead_secs


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    clock = WallClock()
    monkeypatch.setattr(time, "time", clock)
    monkeypatch.setattr(server, "Tickets", partial(Tickets, clock=clock))
    return clock


async def test_a_clock_that_jumps_by_an_hour_is_not_heard(wall: WallClock):
    """Fault 36: nobody is timed out, and nothing took less than no time. A ticket that has become
    too old, or is not of this time yet, is refused, and the carrier asks for the next one."""
    sessions: list[dict] = []

    def keep(message: "Message") -> None:
        sessions.append(message.record["extra"])

    sink = logger.add(keep, filter=lambda record: record["message"] == "session")
    async with inside(greeting=GREETING, **telephone()) as echo:
        async with telephoning(echo.url) as call, telephoning(echo.url) as beside:
            await asyncio.gather(call.hears(0.0), beside.hears(0.0))
            for wall.ahead_secs in (HOUR, 0.0, -HOUR):
                await asyncio.sleep(1.5)
            calls = (call, beside)
            assert not any(each.stream.closed.is_set() for each in calls)
            assert all(waits_ms(each) < LONGEST_GAP_MS for each in calls)
        for jump in (HOUR, -HOUR):
            wall.ahead_secs = 0.0
            await comes_in_at_the_second_try(echo.url, wall, jump)
        await until(echo.is_empty)
    logger.remove(sink)
    assert WELCOME in await call.words()
    assert WELCOME in await beside.words()
    assert len(sessions) == 4
    for session in sessions:
        assert 0 < session["duration_secs"] < 60
        assert 0 < session["greeting_ms"] < 10_000


def waits_ms(call: PhoneCall) -> float:
    """The longest time between two pieces of Echo's voice."""
    return 1000 * float(np.max(np.diff([at for at, _ in call.stream.arrived])))


async def comes_in_at_the_second_try(url: str, wall: WallClock, jump: float) -> None:
    async with line(url) as twilio:
        first = await twilio.ask()
        wall.ahead_secs += jump
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await twilio.open(first.stream_url)
        assert refused.value.status == 403
        again = await twilio.ask(NEXT)
        stream = Stream(await twilio.open(again.stream_url), twilio, again.parameters)
        await stream.begin()
        running = asyncio.create_task(stream.run())
        await PhoneCall(stream).hears(0.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stream.hang_up()
