"""A speaker that is written down, and a voice to speak into the microphone with."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np

from evals.ear import Samples
from evals.mouth import RATE
from evals.voice import local_voice
from tests.wire.pulse import RAW, Pulse

HZ = 24_000

PAUSE_SECS = 0.3
"""Silence around what is said: a sound card that was just opened swallows a first consonant."""


class Recording:
    """What has come out of the speaker so far."""

    def __init__(self) -> None:
        self._pcm = bytearray()

    async def keep(self, reader: asyncio.StreamReader) -> None:
        while piece := await reader.read(4096):
            self._pcm += piece

    @property
    def secs(self) -> float:
        return len(self._pcm) / 2 / HZ

    def samples(self, from_secs: float = 0.0) -> Samples:
        """Mono at `HZ`, from then on."""
        whole = bytes(self._pcm[: len(self._pcm) // 2 * 2])
        return np.frombuffer(whole, np.int16)[round(from_secs * HZ) :]

    def is_silent_since(self, secs: float) -> bool:
        """Whether nothing could be heard for the last `secs`; false before there are as many."""
        last = self.samples()[-round(secs * HZ) :].astype(int)
        return len(last) >= round(secs * HZ) and np.abs(last).max(initial=0) < 200


@asynccontextmanager
async def recording(card: Pulse) -> AsyncGenerator[Recording]:
    """Record what the speaker plays for as long as the block lasts."""
    command = ("parec", "--device=ear.monitor", f"--rate={HZ}", "--latency-msec=20", *RAW)
    recorder = await asyncio.create_subprocess_exec(*command, env=card.env, stdout=PIPE)
    assert recorder.stdout
    tape = Recording()
    keeping = asyncio.create_task(tape.keep(recorder.stdout))
    try:
        yield tape
    finally:
        recorder.terminate()
        await recorder.wait()
        await keeping


async def plug_in(card: Pulse, *names: str) -> None:
    """Give programs a microphone of each name, the first by default; all hear what `card` plays.

    Chromium takes a sink's monitor, which `card` offers by itself, for no microphone.
    """
    for name in names:
        properties = f"source_properties=device.description={name}"
        source = f"module-remap-source master=mic.monitor source_name={name} {properties}"
        await _control(card, "load-module", *source.split())
    await _control(card, "set-default-source", names[0])


async def unplug(card: Pulse) -> None:
    """Take every microphone away."""
    await _control(card, "unload-module", "module-remap-source")


async def listing(card: Pulse, what: str) -> list[str]:
    """A line for each of PulseAudio's `sources`, `source-outputs` (who records) and so on."""
    return (await _control(card, "list", "short", what)).splitlines()


async def _control(card: Pulse, *words: str) -> str:
    pactl = await asyncio.create_subprocess_exec("pactl", *words, env=card.env, stdout=PIPE)
    told, _ = await pactl.communicate()
    assert pactl.returncode == 0
    return told.decode()


async def say(card: Pulse, words: str) -> None:
    """Say it into the microphone with the local voice; returns when it has been said."""
    samples = np.pad(await asyncio.to_thread(local_voice, words), round(PAUSE_SECS * RATE))
    command = ("pacat", "--device=mic", f"--rate={RATE}", *RAW)
    player = await asyncio.create_subprocess_exec(*command, env=card.env, stdin=PIPE)
    await player.communicate(samples.tobytes())
