"""This machine's microphone and speaker: real PortAudio on a PulseAudio that plays into nothing."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.wire.pulse import MISSING, Pulse, pulse

pytestmark = pytest.mark.skipif(MISSING, reason="PulseAudio is not installed")


@pytest.fixture
async def card(tmp_path: Path) -> AsyncIterator[Pulse]:
    async with pulse(tmp_path) as card:
        yield card


class Call:
    def __init__(self, process: Process) -> None:
        self._process = process

    async def said(self) -> dict:
        assert self._process.stdout
        async with asyncio.timeout(20):
            return json.loads(await self._process.stdout.readline())

    def speak(self) -> None:
        assert self._process.stdin
        self._process.stdin.write(b"speak\n")

    async def hang_up(self) -> dict:
        assert self._process.stdin
        self._process.stdin.close()
        report = await self.said()
        assert await self._process.wait() == 0
        return report


@asynccontextmanager
async def call(card: Pulse, mode: str) -> AsyncIterator[Call]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "tests.wire.local_call", mode),
        env=card.env,
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        on = Call(process)
        assert await on.said() == {"on": True}
        yield on
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def sweep(secs: float, hz: int) -> np.ndarray:
    """From 300 to 3,000 Hz, rising evenly."""
    t = np.arange(int(secs * hz)) / hz
    return 12_000 * np.sin(2 * np.pi * (300 * t + 1_350 * t**2 / secs))


def pitches(pcm: bytes, hz: int = 24_000) -> list[int]:
    """The strongest frequency of each tenth of a second that sound fills, in Hz."""
    blocks = np.frombuffer(pcm, "<i2").astype(float)
    blocks = blocks[: len(blocks) // (hz // 10) * (hz // 10)].reshape(-1, hz // 10)
    loud = [block for block in blocks if np.median(np.abs(block)) > 3_000]
    return [
        int(np.abs(np.fft.rfft(block * np.hanning(len(block)))).argmax()) * 10 for block in loud
    ]


def loud(pcm: bytes) -> np.ndarray:
    """Which pieces of 10 ms are."""
    blocks = np.abs(np.frombuffer(pcm, "<i2")[: len(pcm) // 480 * 240].reshape(-1, 240).astype(int))
    return np.flatnonzero(blocks.max(axis=1) > 3_000)


def loud_secs(pcm: bytes) -> float:
    return loud(pcm).size / 100


def spread_secs(pcm: bytes) -> float:
    """From the first sound to the last."""
    first, *_, last = loud(pcm)
    return (last + 1 - first) / 100


async def test_what_is_said_to_the_microphone_comes_out_of_the_speaker(card: Pulse):
    async with call(card, "parrot") as on, card.recording(3.0, 24_000) as recording:
        await card.play(sweep(1.0, 16_000).astype("<i2").tobytes(), 16_000)
        heard = pitches(await recording)
        assert heard == sorted(heard)
        assert len(heard) >= 9
        assert heard[0] < 700
        assert heard[-1] > 2_500
        await on.hang_up()


async def test_an_interruption_silences_the_speaker(card: Pulse):
    async with call(card, "interrupted") as on, card.recording(3.0, 24_000) as recording:
        on.speak()
        assert 0.2 < loud_secs(await recording) < 1.5  # of two seconds
        await on.hang_up()


async def test_words_for_who_is_in_danger_cut_into_others(card: Pulse):
    """Half a second of silence, in the middle of two seconds of sound."""
    async with call(card, "cut-into") as on, card.recording(5.0, 24_000) as recording:
        on.speak()
        heard = await recording
        assert loud_secs(heard) > 1.7
        assert 2.3 < spread_secs(heard) < 3.0
        await on.hang_up()


async def test_the_last_word_is_heard_before_the_call_ends(card: Pulse):
    async with call(card, "speech") as on, card.recording(8.0, 24_000) as recording:
        on.speak()
        await on.hang_up()
        assert loud_secs(await recording) > 1.7  # of two seconds


async def test_beside_a_loudspeaker_the_microphone_rests_while_echo_speaks(card: Pulse):
    async with call(card, "loudspeaker") as on:
        on.speak()
        await asyncio.sleep(0.3)
        await card.play(sweep(1.0, 16_000).astype("<i2").tobytes(), 16_000)
        report = await on.hang_up()
        assert report["heard_secs"] > 0.5
        assert report["loudest"] == 0


async def test_a_sound_card_that_goes_away_ends_the_call(card: Pulse):
    async with call(card, "parrot") as on:
        card.daemon.kill()
        assert await on.said() == {"lost": True}
        assert await on.said() == {"lost": True}  # the microphone, and the speaker
        await on.hang_up()


async def test_a_device_that_is_not_there_is_answered_with_those_that_are(card: Pulse):
    program = (
        "from transports.local import LocalSettings, LocalTransport\n"
        "from transports.portaudio import DeviceError\n"
        "try: LocalTransport(LocalSettings(speaker='gramophone'))\n"
        "except DeviceError as error: print(error)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-c", program),
        env=card.env,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    answer, _ = await process.communicate()
    assert answer.decode().startswith("No single speaker matches 'gramophone'; choose one of 0 (")
