"""What is no caller starts no turn: the real VAD in a pipeline, hearing 20 s of it."""

import numpy as np
import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.tests.utils import run_test

from bot.turns import Ears, TurnSettings
from evals.ear import Samples
from processors.silence import SilenceTeller
from tests.bench.lines import dice_of
from tests.bench.noises import Sound, at_level, babble, dtmf, fax, hold_music, keyboard, street
from tests.wire.dictation import RATE, chunks, quiet, spoken

SECS = 20
ORDER = "Where is my order?"


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


def pcm(sound: Sound) -> Samples:
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


async def turns(ears: Ears, samples: Samples) -> tuple[int, int]:
    """How often the caller was thought to begin, and to be done."""
    vad = SilenceTeller(vad_analyzer=ears.vad(TurnSettings()))
    frames = [InputAudioRawFrame(chunk, RATE, 1) for chunk in chunks(samples)]
    down, _ = await run_test(vad, frames_to_send=frames)
    starts = [frame for frame in down if isinstance(frame, VADUserStartedSpeakingFrame)]
    stops = [frame for frame in down if isinstance(frame, VADUserStoppedSpeakingFrame)]
    return len(starts), len(stops)


@pytest.mark.parametrize("noise", [hold_music, fax, dtmf, keyboard, street])
async def test_what_has_no_voice_starts_no_turn(ears, noise):
    made = at_level(noise(SECS, dice_of(1, noise.__name__)), -25)
    assert await turns(ears, pcm(made)) == (0, 0)


async def test_silence_starts_no_turn(ears):
    assert await turns(ears, quiet(SECS)) == (0, 0)


async def test_a_room_full_of_voices_starts_no_turn(ears):
    assert await turns(ears, pcm(at_level(babble(SECS, dice_of(1)), -40))) == (0, 0)


async def test_a_caller_in_a_room_full_of_voices_begins_once_and_is_done(ears):
    room = pcm(at_level(babble(8, dice_of(1)), -40))
    said = spoken(ORDER)
    room[3 * RATE : 3 * RATE + len(said)] += said
    assert await turns(ears, room) == (1, 1)


async def test_a_caller_who_clips_begins_once_and_is_done(ears):
    loud = np.clip(spoken(ORDER).astype(int) * 20, -32768, 32767).astype(np.int16)
    assert await turns(ears, np.concatenate([quiet(1), loud, quiet(1)])) == (1, 1)


async def test_a_caller_who_is_20_db_softer_than_before_is_still_heard(ears):
    said = spoken(ORDER)
    line_ = [quiet(1), said, quiet(1), (said / 10).astype(np.int16), quiet(1)]
    assert await turns(ears, np.concatenate(line_)) == (2, 2)
