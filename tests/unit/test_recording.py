"""What a recording leaves in a folder, and what a full disk does to it."""

import wave
from pathlib import Path

import numpy as np
import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
)
from pipecat.observers.base_observer import FramePushed
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.recording import Recorder

HZ = 8_000
SECOND = np.full(HZ, 1_000, "<i2").tobytes()


class Told:
    """A recorder, and the three whom it watches."""

    def __init__(self, folder: Path) -> None:
        self.is_secret = False
        self.recorder = Recorder(folder, "call", HZ, lambda: self.is_secret)
        self.ears, self.words, self.mouth = (IdentityFilter() for _ in range(3))
        self.recorder.watch(self.ears, self.words, self.mouth)

    async def push(self, source: FrameProcessor, frame: Frame) -> None:
        down = FrameDirection.DOWNSTREAM
        await self.recorder.on_push_frame(FramePushed(source, source, frame, down, 0))

    async def second(self, words: str = "") -> None:
        await self.push(self.ears, InputAudioRawFrame(SECOND, HZ, 1))
        await self.push(self.mouth, OutputAudioRawFrame(SECOND, HZ, 1))
        if words:
            await self.push(self.words, TranscriptionFrame(words, "", ""))


async def test_nothing_is_there_before_a_yes_nor_after_a_no(tmp_path: Path):
    told = Told(tmp_path / "new")
    await told.second("my secret")
    told.recorder.refuse()
    await told.second("my secret")
    await told.recorder.close()
    assert not (tmp_path / "new").exists()
    assert told.recorder.outcome == "refused"
    assert not told.recorder.may_keep


async def test_from_the_yes_on_both_sides_are_kept(tmp_path: Path):
    told = Told(tmp_path / "new")
    await told.second("my secret")
    await told.recorder.begin()
    for _ in range(3):
        await told.second("hello")
    await told.recorder.close()
    with wave.open(str(tmp_path / "new" / "call.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, HZ)
        assert sound.getnframes() == 3 * HZ
    words = (tmp_path / "new" / "call.txt").read_text()
    assert "Caller: hello" in words
    assert "secret" not in words


async def test_what_is_said_during_a_pause_is_not_kept(tmp_path: Path):
    told = Told(tmp_path)
    await told.recorder.begin()
    await told.second("hello")
    told.is_secret = True
    await told.second("four two four two")
    told.is_secret = False
    await told.second("thanks")
    await told.recorder.close()
    with wave.open(str(tmp_path / "call.wav")) as sound:
        left = np.frombuffer(sound.readframes(3 * HZ), "<i2")[::2]
    assert left[:HZ].any()
    assert not left[HZ : 2 * HZ].any()
    assert left[2 * HZ :].any()
    assert "four" not in (tmp_path / "call.txt").read_text()


async def test_the_end_of_what_echo_says_at_another_rate_is_not_the_beginning_of_what_it_says_next(
    tmp_path: Path,
):
    told = Told(tmp_path)
    await told.recorder.begin()
    rate = 3 * HZ
    second = np.full(rate, 1_000, "<i2").tobytes()
    for _ in range(2):
        await told.push(told.mouth, OutputAudioRawFrame(second, rate, 1))
        await told.push(told.mouth, BotStoppedSpeakingFrame())
        await told.push(told.ears, InputAudioRawFrame(SECOND * 2, HZ, 1))
    await told.recorder.close()
    with wave.open(str(tmp_path / "call.wav")) as sound:
        right = np.frombuffer(sound.readframes(4 * HZ), "<i2")[1::2]
    loud = (np.abs(right) > 500).reshape(4, HZ).mean(axis=1)
    assert loud.round(2).tolist() == [1, 0, 1, 0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
@pytest.mark.parametrize("file", ["call.wav", "call.txt"])
async def test_a_full_disk_is_flagged_and_harms_nothing_else(tmp_path: Path, file: str):
    (tmp_path / file).symlink_to("/dev/full")
    told = Told(tmp_path)
    await told.recorder.begin()
    for _ in range(3):
        await told.second("hello")
    await told.recorder.close()
    assert told.recorder.outcome == "failed"
