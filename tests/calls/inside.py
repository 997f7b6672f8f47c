"""The server on the test's own event loop, so that what it holds on to can be counted."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psutil
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

import server
from bot.config import Settings
from bot.house import House, open_house
from bot.pool import Pool
from bot.tools.database import StoreSettings
from evals import wire
from transports.edge.settings import EdgeSettings

ALL_FROM_HERE = EdgeSettings(
    starts_per_min=60_000, starts_burst=10_000, waiting_each=1_000, reserved_each=1_000
)
"""All callers of a test come from one address, and often."""

POOLS = ("asyncio_", "brain", "smart-turn", "voice", "whisper")
"""Threads that serve all calls: they are started when they are first needed, and stay."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds on to."""

    tasks: int
    threads: int
    files: int

    @classmethod
    def now(cls) -> "Held":
        gc.collect()
        threads = [each.name for each in threading.enumerate()]
        return cls(
            tasks=len(asyncio.all_tasks()),
            threads=sum(not name.startswith(POOLS) for name in threads),
            files=psutil.Process().num_fds(),
        )

    def within(self, other: "Held") -> bool:
        return (
            self.tasks <= other.tasks
            and self.threads <= other.threads
            and self.files <= other.files
        )


@dataclass(frozen=True, slots=True)
class Inside:
    """A server that takes calls, and what is in it."""

    port: int
    house: House
    pool: Pool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def status(self) -> dict:
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/status") as answer:
            return await answer.json()

    async def ticket(self) -> dict:
        """What `/start` answers to somebody who wants to come by WebSocket."""
        body = {"transport": "websocket"}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.url}/start", json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def dial(self) -> ClientConnection:
        """A client that has come in and has said nothing yet."""
        answer = await self.ticket()
        return await connect(f"{answer['wsUrl']}?token={answer['token']}", ping_interval=None)

    async def is_empty(self) -> bool:
        status = await self.status()
        return status["calls"] == 0 and status["free"] == self.house.settings.max_calls

    async def lets_go(self, before: Held, within_secs: float = 10.0) -> None:
        """Waits until all places are free and no more is held than before."""
        try:
            await until(lambda: self._has_let_go(before), within_secs)
        except TimeoutError:
            names = sorted(task.get_name() for task in asyncio.all_tasks())
            raise AssertionError(
                f"{await self.status()}; {Held.now()}, before {before}; {names}"
            ) from None

    async def _has_let_go(self, before: Held) -> bool:
        return await self.is_empty() and Held.now().within(before)


Change = Callable[[House], House]


@asynccontextmanager
async def inside(
    change: Change = lambda house: house, ping_secs: float = 5, **settings: object
) -> AsyncIterator[Inside]:
    """The whole server on a free port, with local engines and a database of its own.

    `change` may put something else in the house before it opens; `ping_secs` is how often a client
    is asked whether it is still there, and how long it has to answer.
    """
    with TemporaryDirectory(prefix="echo-inside-") as folder:
        chosen = Settings(
            _env_file=None,
            **{
                "stt": "local",
                "llm": "local",
                "tts": "local",
                "edge": ALL_FROM_HERE,
                "database": StoreSettings(url=f"sqlite:///{Path(folder, 'echo.db')}"),
            }
            | settings,
        )
        try:
            async with open_house(chosen, progress=lambda _: None) as house:
                changed = change(house)
                app, pool = server.create_app(changed)
                async with _serving(app, pool, ping_secs, chosen.edge) as port:
                    yield Inside(port, changed, pool)
        finally:
            gc.unfreeze()  # the house took it out of sight: 150 MB more with each, of all tests


@asynccontextmanager
async def _serving(
    app: FastAPI, pool: Pool, ping_secs: float, edge: EdgeSettings
) -> AsyncIterator[int]:
    listener = server.listen("127.0.0.1", 0)
    config = server.uvicorn_config(app, edge)
    config.ws_ping_interval = config.ws_ping_timeout = ping_secs
    serving = server.Server(config, pool, drain_secs=0)
    serving.capture_signals = nullcontext  # Ctrl+C is for whoever runs the tests
    task = asyncio.create_task(serving.serve(sockets=[listener]))
    while not serving.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        await pool.drain(0)
        serving.should_exit = True
        await task


async def until(condition: Callable[[], Awaitable[bool]], within_secs: float = 20.0) -> None:
    """Waits for what must come true; TimeoutError if it does not."""
    async with asyncio.timeout(within_secs):
        while not await condition():  # noqa: ASYNC110  asked over HTTP
            await asyncio.sleep(0.05)


async def practised(echo: Inside) -> bool:
    """Whether the voice knows its phrases: what it is asked next is of the call."""
    repertoire = echo.house.engines.repertoire
    return repertoire.known == len(repertoire.phrases)


async def ready(client: ClientConnection) -> None:
    """Say what every client of Pipecat says first."""
    await client.send(wire.client_ready("1"))


async def hears(client: ClientConnection, sounds: int = 1) -> None:
    """Waits for so many pieces of Echo's voice."""
    async with asyncio.timeout(10):
        while sounds:
            sounds -= isinstance(wire.decode(await client.recv()), wire.Sound)


async def ending(client: ClientConnection, within_secs: float = 10.0) -> tuple[int, str]:
    """Reads until the server hangs up; the code and reason it gives, 1006 if none."""
    async with asyncio.timeout(within_secs):
        try:
            while True:
                await client.recv()
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")
