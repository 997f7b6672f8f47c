"""A thousand at the door at once: those there is room for are let in, and nobody inside notices."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiohttp
import numpy as np
import psutil
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from evals import wire
from tests.calls.gaps import LEAD_MS, Gaps, Hearing
from tests.calls.inside import ready, until
from tests.calls.running import running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = TypeVar("T")

PLACES, MANY, WAITING_EACH = 4, 1_000, 30
GREETING = " ".join(["Welcome to Acme, where everything is in order and always was."] * 8)
"""Half a minute, which no flood outlasts."""
SETTINGS = {
    "MAX_CALLS": str(PLACES),
    "EDGE_WAITING_EACH": str(WAITING_EACH),
    "EDGE_REQUEST_SECS": "1",
    "GREETING": GREETING,
}
AT_ONCE, REFUSED_MS = WAITING_EACH // 2, 250
"""So many ask at the same time, and so soon each is told that there is no place."""
CALM_MS, CALM_PIECES = 100, 100
"""Four seconds in which the machine let a voice be heard."""
HEARD_MS = 500
"""A hole in a voice that is of the flood."""
QUIET_PIECES = 50
"""Two seconds in which nobody is at the door are what a flood is compared with."""
TRIES = 3
"""So often a thousand come, and as many who do no harm, until it is no worse than with those."""


class Ear:
    """A caller who listens, and keeps when each piece of Echo's voice came."""

    def __init__(self, client: ClientConnection, echo: "Echo") -> None:
        self.client = client
        self.hearing = Hearing([])
        self._echo = echo
        self._worked_ms: list[float] = []
        """What the server's loop had worked by when each piece came."""
        self.listening = asyncio.create_task(self.listen())

    @property
    def pieces(self) -> int:
        return self.hearing.pieces

    async def listen(self) -> None:
        with self.hearing.listening():
            while True:
                heard = wire.decode(await self.client.recv())
                if isinstance(heard, wire.Sound):
                    secs = len(heard.samples) / heard.rate
                    self.hearing.arrived.append((asyncio.get_running_loop().time(), secs))
                    self._worked_ms.append(self._echo.loop_ms)

    def most_work_ms(self, since: int) -> float:
        """How much the server's loop has worked from one piece to the next, at most."""
        return float(np.diff(self._worked_ms[since:]).max())

    async def quiet(self) -> Gaps:
        """How Echo's voice comes while nothing else happens."""
        since = self.pieces
        await until(lambda: _heard_more(self, since + QUIET_PIECES))
        return self.hearing.gaps(since)


@dataclass(frozen=True, slots=True)
class Echo:
    url: str
    process: psutil.Process

    @property
    def loop_ms(self) -> float:
        """How long its event loop has worked: what the machine gives to others is no part of it."""
        spent = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/schedstat").read_text()
        return int(spent.split()[0]) / 1e6

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def status(self) -> dict:
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/status") as answer:
            return await answer.json()

    async def start(self, http: aiohttp.ClientSession) -> tuple[int, dict]:
        body = {"transport": "websocket"}
        async with http.post(f"{self.url}/start", json=body) as answer:
            return answer.status, await answer.json()

    async def is_empty(self) -> bool:
        status = await self.status()
        return status["calls"] == 0 and status["free"] == PLACES

    async def holds_at_most(self, files: int) -> bool:
        return self.process.num_fds() <= files + 2  # of the one who asks


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Echo]:
    running = running_server(**SETTINGS)
    server = await asyncio.to_thread(running.__enter__)
    try:
        echo = Echo(server.url, psutil.Process(server.process.pid))
        async with a_call(echo) as ear:  # what is made once, and learnt beside the first calls
            await until(lambda: _is_calm(ear), within_secs=25)
        yield echo
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@asynccontextmanager
async def emptied(echo: Echo) -> AsyncIterator[None]:
    """Afterwards nothing is left open."""
    await until(echo.is_empty)
    files = echo.process.num_fds()
    yield
    await until(echo.is_empty)
    await until(lambda: echo.holds_at_most(files))


async def undisturbed(echo: Echo, flood: Callable[[], Awaitable[None]]) -> None:
    """A call in which Echo speaks all the while of the flood, and is heard.

    A piece of its voice waits for no more work of the loop than Echo is ahead of the ear: whatever
    else the machine is busy with, nobody would hear it by itself. What is heard, on a machine that
    makes gaps too, now and then, is compared: a flood that gets through takes the voice away for
    seconds, every time.
    """
    async with a_call(echo) as ear:
        before, during = await ear.quiet(), Gaps(0.0, 0.0)
        for _ in range(TRIES):
            since = ear.pieces
            await flood()
            await until(partial(_heard_more, ear, since + 5))  # it may be over within few pieces
            assert not ear.listening.done()
            assert ear.most_work_ms(since) < LEAD_MS
            during = ear.hearing.gaps(since)
            if during.hole < before.hole + HEARD_MS:
                return
            before = before.or_worse(await harmless(echo, ear))
        raise AssertionError(f"{during}, before {before}")


@asynccontextmanager
async def a_call(echo: Echo) -> AsyncIterator[Ear]:
    """A call in which Echo is speaking."""
    async with aiohttp.ClientSession() as http:
        status, told = await echo.start(http)
    assert status == 200, told
    async with connect(f"{told['wsUrl']}?token={told['token']}") as client:
        ear = Ear(client, echo)
        await ready(client)
        try:
            await until(lambda: _spoke(ear))
            yield ear
        finally:
            ear.listening.cancel()


async def harmless(echo: Echo, ear: Ear) -> Gaps:
    """How Echo's voice comes while a thousand ask for what costs the least."""
    since = ear.pieces
    await health_p99_ms(echo)
    await until(lambda: _heard_more(ear, since + 5))
    return ear.hearing.gaps(since)


async def health_p99_ms(echo: Echo) -> float:
    """How long a thousand wait who ask for that, of all but one in a hundred."""
    waits = Waits()

    async def ask(_: int) -> None:
        with waits.one():
            async with http.get(f"{echo.url}/healthz") as answer:
                assert answer.status == 200

    async with aiohttp.ClientSession() as http:
        await a_thousand(ask, at_once=AT_ONCE)
    return waits.p99_ms


async def is_soon(refused_ms: float, echo: Echo) -> bool:
    """Whether it is not much later than the least that can be asked is answered."""
    least_ms = 0.0
    for _ in range(TRIES):
        if refused_ms < least_ms + REFUSED_MS:
            return True
        least_ms = max(least_ms, await health_p99_ms(echo))
    return refused_ms < least_ms + REFUSED_MS


class Waits:
    """How long each has waited for an answer."""

    def __init__(self) -> None:
        self._ms: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._ms.append((time.monotonic() - began) * 1000)

    @property
    def p99_ms(self) -> float:
        return float(np.percentile(self._ms, 99))


async def _heard_more(ear: Ear, than: int) -> bool:
    return ear.pieces > than


async def _is_calm(ear: Ear) -> bool:
    waits = ear.hearing.waits_ms(max(0, ear.pieces - CALM_PIECES))
    return ear.pieces > CALM_PIECES and max(waits) < CALM_MS


async def _spoke(ear: Ear) -> bool:
    return ear.pieces > 3


async def a_thousand(each: Callable[[int], Awaitable[T]], at_once: int) -> list[T]:
    """What each of the thousand was told, so many of them at a time."""
    outside = asyncio.Semaphore(at_once)

    async def one(number: int) -> T:
        async with outside, asyncio.timeout(10):
            return await each(number)

    return await asyncio.gather(*(one(number) for number in range(MANY)))


async def test_a_thousand_who_connect_and_say_nothing_are_sent_away_beside_a_call(echo: Echo):
    async def silent(_: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", echo.port)
        said = b""
        with suppress(ConnectionResetError):
            said = await reader.readline()
        writer.transport.abort()
        return said.strip()

    async def flood() -> None:
        said = Counter(await a_thousand(silent, at_once=WAITING_EACH * 3))
        late = said[b"HTTP/1.1 408 Request Timeout"]
        assert late + said[b"HTTP/1.1 503 Service Unavailable"] == MANY
        assert WAITING_EACH <= late <= 2 * WAITING_EACH

    async with emptied(echo):
        await undisturbed(echo, flood)


async def test_a_thousand_who_ask_for_calls_get_the_places_there_are(echo: Echo):
    """Who is refused waits for those who are refused before, which is little work of the loop; and
    not much longer than for the least that can be asked, whatever else the machine is busy with."""
    waits, statuses, worked_ms = Waits(), Counter[int](), list[float]()
    granted: list[dict] = []

    async def ask(http: aiohttp.ClientSession, _: int) -> int:
        with waits.one():
            status, told = await echo.start(http)
        granted.extend([told] if status == 200 else [])
        return status

    async def flood() -> None:
        began_ms = echo.loop_ms
        async with aiohttp.ClientSession() as http:
            statuses.update(await a_thousand(partial(ask, http), at_once=AT_ONCE))
        worked_ms.append(echo.loop_ms - began_ms)

    async with emptied(echo):
        await undisturbed(echo, flood)
        assert statuses == {200: PLACES - 1, 503: statuses.total() - PLACES + 1}
        assert AT_ONCE * min(worked_ms) / MANY < REFUSED_MS / 10
        assert await is_soon(waits.p99_ms, echo)
        for told in granted:  # no place is lost
            async with connect(f"{told['wsUrl']}?token={told['token']}") as client:
                await ready(client)


async def test_a_thousand_forged_tickets_open_nothing(echo: Echo):
    async def forge(number: int) -> int:
        url = f"ws://127.0.0.1:{echo.port}/ws-client?token=0123abcd.forged.{number}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        return refused.value.response.status_code

    async def flood() -> None:
        assert Counter(await a_thousand(forge, at_once=AT_ONCE)) == {403: MANY}
        assert (await echo.status())["calls"] == 1

    async with emptied(echo):
        await undisturbed(echo, flood)


@pytest.mark.parametrize("message", [bytes(2**20), "x" * 2**24], ids=["1 MiB", "16 MiB"])
async def test_a_message_far_too_large_is_never_held(echo: Echo, message: bytes | str):
    await until(echo.is_empty)
    async with a_call(echo) as ear:
        before_mb = _memory_mb(echo)
        with suppress(ConnectionClosed):
            await ear.client.send(message)
        with pytest.raises(ConnectionClosed) as ended:
            await ear.listening
        assert ended.value.rcvd is None or ended.value.rcvd.code == 1009
        assert _memory_mb(echo) - before_mb < 8
    await until(echo.is_empty)


def _memory_mb(echo: Echo) -> float:
    return echo.process.memory_info().rss / 1e6
