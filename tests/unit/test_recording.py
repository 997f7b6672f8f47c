"""What a recording leaves in a folder, and what a full disk does to it."""

import os
import wave
from pathlib import Path

import numpy as np
import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
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


def loud(folder: Path) -> list[bool]:
    """Of each second, whether the caller is to be heard."""
    with wave.open(str(folder / "call.wav")) as sound:
        left = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")[::2]
    return (left.reshape(-1, HZ) != 0).any(axis=1).tolist()


async def test_what_came_before_the_yes_and_is_told_of_after_it_is_not_kept(tmp_path: Path):
    told = Told(tmp_path)
    before = InputAudioRawFrame(SECOND, HZ, 1), TranscriptionFrame("my secret", "", "")
    await told.recorder.begin()
    for source, frame in zip((told.ears, told.words), before, strict=True):
        await told.push(source, frame)
    await told.second("hello")
    await told.recorder.close()
    assert loud(tmp_path) == [True]
    assert "secret" not in (tmp_path / "call.txt").read_text()


async def test_from_the_moment_the_yes_is_taken_back_nothing_is_kept_until_it_is_given_again(
    tmp_path: Path,
):
    told = Told(tmp_path)
    await told.recorder.begin()
    await told.second("hello")
    told.recorder.refuse()
    assert not told.recorder.may_keep
    await told.second("my secret")
    await told.recorder.begin()
    assert told.recorder.may_keep
    await told.second("thanks")
    await told.recorder.close()
    assert loud(tmp_path) == [True, False, True]
    words = (tmp_path / "call.txt").read_text()
    assert "secret" not in words
    assert "thanks" in words
    assert told.recorder.outcome == "kept"


async def test_a_yes_after_a_no_is_one(tmp_path: Path):
    told = Told(tmp_path)
    told.recorder.refuse()
    await told.second("my secret")
    await told.recorder.begin()
    await told.second("hello")
    await told.recorder.close()
    assert told.recorder.outcome == "kept"
    assert loud(tmp_path) == [True]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (["my card is", "[card ending 1111]", "thanks"], [True, True, False, False, True]),
        (["My card is 4111", "[number]", "[card ending 1111]"], [True, *[False] * 4]),
        (["My PIN is [number withheld].", "okay"], [True, False, False, True]),
    ],
)
async def test_the_sound_of_a_number_that_nobody_is_to_know_is_left_out(
    tmp_path: Path, said: list[str], heard: list[bool]
):
    """And up to a second before it: a transcript is written after the words."""
    told = Told(tmp_path)
    await told.recorder.begin()
    for words in ("hello there", "I want to pay", *said):
        await told.second(words)
    await told.recorder.close()
    assert loud(tmp_path) == heard


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (InterimTranscriptionFrame, "my card is [number]"),
        (TranscriptionFrame, "My card is 4111 1111"),
    ],
)
async def test_who_hangs_up_in_the_middle_of_a_number_has_left_none(
    tmp_path: Path, written: type[TranscriptionFrame], text: str
):
    told = Told(tmp_path)
    await told.recorder.begin()
    await told.second("hello there")
    await told.second("I want to pay")
    await told.second()
    await told.push(told.words, written(text, "", ""))
    await told.recorder.close()
    assert loud(tmp_path) == [True, False, False]
    assert "4111 1111" not in (tmp_path / "call.txt").read_text()


async def test_only_the_owner_can_read_a_recording(tmp_path: Path):
    told, folder = Told(tmp_path / "new"), tmp_path / "new"
    before = os.umask(0)
    try:
        await told.recorder.begin()
        await told.second("hello")
        await told.recorder.close()
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}
