"""What every emulated provider has: how late it is, what goes wrong, and what it was sent.

An emulator is strict: it refuses what the real provider refuses, in the provider's own words.
"""

import asyncio
import math
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

# How late it is


@dataclass(frozen=True, slots=True)
class Delay:
    """A log-normal delay in seconds, given by its median and its 95th percentile."""

    median_secs: float
    p95_secs: float

    def drawn(self, rng: random.Random) -> float:
        if not self.median_secs:
            return 0.0
        sigma = math.log(self.p95_secs / self.median_secs) / 1.6449
        return self.median_secs * math.exp(rng.gauss(0, sigma))


@dataclass(frozen=True, slots=True)
class Profile:
    """Per stage: speech's end to its final text, request to first token, text to first audio."""

    stt_final: Delay
    llm_first_token: Delay
    tts_first_audio: Delay
    token_secs: float = 0.02


INSTANT = Profile(Delay(0, 0), Delay(0, 0), Delay(0, 0), token_secs=0)
BUDGET = Profile(Delay(0.150, 0.150), Delay(0.200, 0.200), Delay(0.130, 0.130))
"""A restaurant's budget of 800 ms, which it met at 530."""
FIELD = Profile(Delay(0.247, 0.298), Delay(0.536, 1.771), Delay(0.188, 0.300))
"""Deepgram nova-3, gpt-4.1 and Cartesia Sonic as measured by others in 2026; no 95th percentile of
Cartesia's was published."""
PROFILES: Mapping[str, Profile] = {"instant": INSTANT, "budget": BUDGET, "field": FIELD}


# What goes wrong, on one connection or in one request


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answers the request or the handshake with this status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """The provider's own name for the reason, where a status has several."""


@dataclass(frozen=True, slots=True)
class Late:
    """The first thing of use comes this much later."""

    secs: float


@dataclass(frozen=True, slots=True)
class Stall:
    """Sends nothing more after so many chunks, and stays open."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Drop:
    """Is gone after so many chunks, without a goodbye."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Send:
    """Sends this after so many chunks, whatever it is, and goes on."""

    message: str | bytes
    after: int = 0


@dataclass(frozen=True, slots=True)
class Empty:
    """Says that all went well, and gives nothing."""


Fault = Refuse | Late | Stall | Drop | Send | Empty


@dataclass(frozen=True, slots=True)
class Entry:
    """Something an emulator was sent: on which connection, when on the loop's clock, what."""

    connection: int
    at_secs: float
    kind: str
    body: Any


@dataclass
class Provider:
    """The common part of an emulator; `url` is set while it serves.

    faults: for the connections to come, one each, None for one that goes well. What counts as a
    chunk is the emulator's to say.
    """

    profile: Profile = INSTANT
    key: str = "a-key"
    seed: int = 1
    faults: deque[Fault | None] = field(default_factory=deque)
    journal: list[Entry] = field(default_factory=list)
    url: str = ""
    connections: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._noted = asyncio.Event()

    def app(self) -> web.Application:
        raise NotImplementedError

    def will(self, *faults: Fault | None) -> None:
        """Script the next connections."""
        self.faults.extend(faults)

    def connect(self) -> tuple[int, Fault | None]:
        """A new connection's number, and what goes wrong on it."""
        self.connections += 1
        return self.connections, self.faults.popleft() if self.faults else None

    def note(self, connection: int, kind: str, body: Any) -> None:
        now = asyncio.get_running_loop().time()
        self.journal.append(Entry(connection, now, kind, body))
        self._noted.set()

    def noted(self, kind: str) -> list[Any]:
        """The bodies of all entries of a kind, in order."""
        return [entry.body for entry in self.journal if entry.kind == kind]

    async def until_noted(self, kind: str, within_secs: float = 15.0) -> Any:
        """The body of the first entry of a kind, as soon as there is one."""
        async with asyncio.timeout(within_secs):
            while not self.noted(kind):
                self._noted.clear()
                await self._noted.wait()
        return self.noted(kind)[0]

    async def first(self, delay: Delay, fault: Fault | None) -> None:
        """Wait as long as the first thing of use takes."""
        late_secs = fault.secs if isinstance(fault, Late) else 0.0
        await asyncio.sleep(delay.drawn(self.rng) + late_secs)


async def befall(
    fault: Fault | None,
    chunk: int,
    request: web.Request,
    send: Callable[[str | bytes], Any],
) -> None:
    """What the fault does before chunk number `chunk` (from 0) goes out.

    Raises ConnectionResetError when the connection is dropped.
    """
    match fault:
        case Stall(after) if chunk >= after:
            await asyncio.Event().wait()
        case Drop(after) if chunk >= after:
            if request.transport:
                request.transport.abort()
            raise ConnectionResetError("scripted")
        case Send(message, after) if chunk == after:
            await send(message)
        case _:
            pass


@asynccontextmanager
async def serving(*providers: Provider) -> AsyncIterator[None]:
    """Each of them on a free port of this machine."""
    servers = [TestServer(provider.app()) for provider in providers]
    try:
        for provider, server in zip(providers, servers, strict=True):
            # A handler that stalls as scripted would hold up the end of the test.
            await server.start_server(shutdown_timeout=0.1)
            provider.url = str(server.make_url("")).rstrip("/")
        yield
    finally:
        for server in servers:
            await server.close()


def only(body: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raises ValueError for a field that the provider does not know."""
    if unknown := set(body) - set(known):
        raise ValueError(f"unknown field '{sorted(unknown)[0]}'")
