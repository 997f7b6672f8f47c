import pytest
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.tests.utils import run_test

from processors.whole_chunks import WholeChunks

RATE_HZ = 8_000
CHUNK_BYTES = RATE_HZ * 40 // 1000 * 2
LOUD = (1000).to_bytes(2, "little")


def audio(number_of_bytes: int) -> TTSAudioRawFrame:
    return TTSAudioRawFrame(LOUD * (number_of_bytes // 2), RATE_HZ, 1, context_id="answer")


async def passed(*frames: Frame) -> list[TTSAudioRawFrame]:
    down, _ = await run_test(WholeChunks(), frames_to_send=frames)
    return [frame for frame in down if isinstance(frame, TTSAudioRawFrame)]


@pytest.mark.parametrize("size", [2, 100, 640, 642, 1500])
async def test_speech_passes_in_whole_chunks_and_its_rest_when_it_stops(size: int):
    started, stopped = TTSStartedFrame(context_id="answer"), TTSStoppedFrame(context_id="answer")
    *whole, rest = await passed(started, *(audio(size) for _ in range(9)), stopped)
    assert all(len(frame.audio) % CHUNK_BYTES == 0 for frame in whole)
    assert sum(len(frame.audio) for frame in [*whole, rest]) == 9 * size
    assert {frame.context_id for frame in [*whole, rest]} == {"answer"}


async def test_an_end_that_nobody_hears_is_not_filled_up_to_a_chunk():
    decay = TTSAudioRawFrame(bytes(CHUNK_BYTES + 100), RATE_HZ, 1)
    [whole] = await passed(decay, TTSStoppedFrame())
    assert len(whole.audio) == CHUNK_BYTES


async def test_an_interruption_drops_what_is_held():
    assert await passed(audio(100), InterruptionFrame(), TTSStoppedFrame()) == []


async def test_an_utterance_that_was_not_stopped_does_not_run_into_the_next():
    first, second = await passed(audio(100), TTSStartedFrame(), audio(CHUNK_BYTES))
    assert (len(first.audio), len(second.audio)) == (100, CHUNK_BYTES)
