"""Echo in a room with a loudspeaker: what it says comes back, and it does not interrupt itself."""

import asyncio

import numpy as np
import pytest
import soxr
from websockets.asyncio.client import ClientConnection

from evals import wire
from evals.ear import Samples
from tests.calls.inside import inside, ready
from tests.wire.dictation import spoken

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE, FRAME = 16_000, 320
LOUD = 10 ** (-12 / 20)
GREETING = "Hello, this is Echo. I can look up orders, and tell you about the weather in any city."


class Loudspeaker:
    """Plays what comes in time, and gives back what the microphone beside it hears."""

    def __init__(self) -> None:
        self._queue = np.zeros(0, np.int16)
        self._room = np.zeros(round(0.1 * RATE), np.int16)
        self.played_secs = 0.0
        self.interrupted = 0

    async def listen(self, client: ClientConnection) -> None:
        async for payload in client:
            match wire.decode(payload):
                case wire.Sound(samples, rate):
                    sound = soxr.resample(samples, rate, RATE).astype(np.int16)
                    self._queue = np.concatenate([self._queue, sound])
                case wire.Cleared():
                    self.interrupted += 1
                    self._queue = self._queue[:0]
                case _:
                    pass

    def microphone(self) -> Samples:
        playing, self._queue = self._queue[:FRAME], self._queue[FRAME:]
        self.played_secs += len(playing) / RATE
        heard = np.pad(playing, (0, FRAME - len(playing)))
        self._room = np.concatenate([self._room, heard])
        now, self._room = self._room[:FRAME], self._room[FRAME:]
        return (now * LOUD).astype(np.int16)


async def speak(client: ClientConnection, room: Loudspeaker, secs: float, said: Samples) -> None:
    """The microphone for so long: the loudspeaker, and what the caller says into it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(round(secs * RATE / FRAME)):
        words = said[number * FRAME : (number + 1) * FRAME].astype(int)
        heard = room.microphone() + np.pad(words, (0, FRAME - len(words)))
        samples = np.clip(heard, -32768, 32767).astype(np.int16)
        await client.send(wire.audio_frame(samples, RATE))
        await asyncio.sleep(began + (number + 1) * FRAME / RATE - loop.time())


async def test_echo_hears_itself_out_and_is_interrupted_by_a_caller():
    room = Loudspeaker()
    async with inside(greeting=GREETING) as echo:
        client = await echo.dial()
        listening = asyncio.create_task(room.listen(client))
        await ready(client)
        async with asyncio.timeout(15):
            while room.played_secs < 2.0:
                await speak(client, room, 0.5, np.zeros(0, np.int16))
        assert room.interrupted == 0, "its echo is no interruption"
        await speak(client, room, 1.5, spoken("Where is my order?"))
        assert room.interrupted >= 1, "the caller is one"
        await client.close()
        await listening
