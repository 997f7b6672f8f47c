"""A telephone receiver, in real time: 20 ms spoken and 20 ms in the ear, every 20 ms.

What carriers share of the audio of a call that they bring: each says in its own words what the
receiver sends, and obeys in its own what it is told.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import aiohttp
import numpy as np

SOON_SECS = 0.7
"""Silence for longer than this is no gap within what is said, but the end of it."""
LOUD = 200

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class CarrierError(Exception):
    """The server did what the carrier would not put up with."""


class Receiver:
    """One call's, over its socket, and what its caller hears."""

    hz: int
    frame: int
    """Bytes of 20 ms."""
    silence: bytes
    """A byte of it."""
    returns_cleared: bool = True
    """Whether marks that were cleared come back."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, echoes: bool = True) -> None:
        self.socket = socket
        self.echoes = echoes
        """False: marks never come back."""
        self.heard = bytearray()
        """As encoded, from the call's start: 20 ms each 20 ms, silence where nothing was played."""
        self.spoken = bytearray()
        """As `heard`: what the caller sent."""
        self.clears = 0
        self.cleared_bytes = 0
        self.marks: list[str] = []
        self.echoed: list[str] = []
        self.arrived: list[tuple[float, int]] = []
        """When each piece came, by the loop's clock, and its length in bytes."""
        self.cleared_at: list[float] = []
        self.played_at_clear: list[int] = []
        """Bytes of what was sent that had been heard, at each `clear`."""
        self.late_secs: list[float] = []
        """How long after it was due each 20 ms came, from `began_secs` by the loop's clock."""
        self.began_secs = 0.0
        self.dry: list[tuple[float, float]] = []
        """Where sound stopped for want of anything to play and soon went on: from when, how long,
        in seconds of `heard`."""
        self.closed = asyncio.Event()
        self.refused: CarrierError | None = None
        """What the carrier did not put up with, at which it hung up."""
        self._dry_since: int | None = None
        self._to_say = deque[bytes]()
        self._to_hear = deque[bytes | str]()

    async def obey(self, message: aiohttp.WSMessage) -> None:
        """Do what the server says. Raises CarrierError for what this carrier does not take."""
        raise NotImplementedError

    async def send_audio(self, audio: bytes) -> None:
        raise NotImplementedError

    async def send_mark(self, name: str) -> None:
        """What was sent before the mark has been played, or was cleared."""
        raise NotImplementedError

    def encoded(self, pcm: bytes) -> bytes:
        """Mono s16 as it is on this wire."""
        return pcm

    def decoded(self, audio: bytes) -> bytes:
        """The reverse."""
        return audio

    def say(self, pcm: bytes) -> None:
        """Speak, mono s16 at this wire's rate, after what is being said."""
        audio = self.encoded(pcm)
        for at in range(0, len(audio), self.frame):
            self._to_say.append(audio[at : at + self.frame].ljust(self.frame, self.silence))

    @property
    def talking(self) -> bool:
        return bool(self._to_say)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Self]:
        """In use; hangs up at the end. Raises CarrierError if the server gave reason to."""
        running = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self.hang_up()
        if self.refused:
            raise self.refused

    async def hang_up(self) -> None:
        """The caller puts down the receiver."""
        await self.socket.close()

    async def run(self) -> None:
        """Until the server closes."""
        listening = asyncio.create_task(self._listen())
        try:
            await self._tick()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = self.began_secs = loop.time()
        while not self.closed.is_set():
            self.late_secs.append(loop.time() - due)
            await self._hear()
            said = self._to_say.popleft() if self._to_say else self.silence * self.frame
            self.spoken += said
            try:
                await self.send_audio(said)
            except (ConnectionError, aiohttp.ClientError):
                await self.closed.wait()  # what came before that, and why it ended, is still read
                return
            due += 0.02
            await asyncio.sleep(due - loop.time())

    async def _hear(self) -> None:
        played = b""
        while self._to_hear and len(played) < self.frame:
            head = self._to_hear.popleft()
            if isinstance(head, str):
                await self._echo(head)
                continue
            room = self.frame - len(played)
            played += head[:room]
            if rest := head[room:]:
                self._to_hear.appendleft(rest)
        self._note_dry(len(played))
        self.heard += played.ljust(self.frame, self.silence)
        while self._to_hear and isinstance(self._to_hear[0], str):
            await self._echo(str(self._to_hear.popleft()))

    def _note_dry(self, played: int) -> None:
        at, a_second = len(self.heard), 50 * self.frame
        if played and self._dry_since is not None:
            if 0 < at - self._dry_since < SOON_SECS * a_second:
                self.dry.append((self._dry_since / a_second, (at - self._dry_since) / a_second))
            self._dry_since = None
        if self._dry_since is None and played < self.frame:
            self._dry_since = at + played if played or self.heard else None

    async def _echo(self, name: str) -> None:
        if self.echoes:
            self.echoed.append(name)
            await self.send_mark(name)

    async def _listen(self) -> None:
        try:
            async for message in self.socket:
                await self.obey(message)
        except CarrierError as error:
            self.refused = error
            await self.socket.close()
        self.closed.set()

    def play(self, audio: bytes) -> None:
        """After what waits to be heard."""
        self.arrived.append((asyncio.get_running_loop().time(), len(audio)))
        self._to_hear.extend(audio[at : at + self.frame] for at in range(0, len(audio), self.frame))

    def mark(self, name: str) -> None:
        """Behind what waits to be heard."""
        self.marks.append(name)
        self._to_hear.append(name)

    async def clear(self) -> None:
        """Drop what waits to be heard."""
        self.clears += 1
        self.cleared_at.append(asyncio.get_running_loop().time())
        dropped, self._to_hear = self._to_hear, deque()
        unheard = sum(len(part) for part in dropped if isinstance(part, bytes))
        self.cleared_bytes += unheard
        self.played_at_clear.append(sum(size for _, size in self.arrived) - self.cleared_bytes)
        for part in dropped:
            if isinstance(part, str) and self.returns_cleared:
                await self._echo(part)

    def _samples(self, audio: bytes) -> Samples:
        return np.frombuffer(self.decoded(audio), dtype="<i2")

    @property
    def ear(self) -> Samples:
        """What the caller has heard so far, mono."""
        return self._samples(bytes(self.heard))

    @property
    def mouth(self) -> Samples:
        """What the caller has said so far, silence too, mono."""
        return self._samples(bytes(self.spoken))

    def silent_secs(self) -> float:
        """How long nothing has been heard, and no sound waits to be."""
        waits = b"".join(part for part in self._to_hear if isinstance(part, bytes))
        if _loud(self._samples(waits)).size:
            return 0.0
        ear = self.ear
        loud = _loud(ear)
        return (ear.size - (int(loud[-1]) + 1 if loud.size else 0)) / self.hz

    def has_heard(self) -> bool:
        return bool(_loud(self.ear).size)

    async def until_silent(self, secs: float, within_secs: float = 30.0) -> None:
        """Waits for something to be heard, and then for so much silence."""
        async with asyncio.timeout(within_secs):
            while not (self.has_heard() and self.silent_secs() >= secs):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


def _loud(samples: Samples) -> np.ndarray:
    return np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
