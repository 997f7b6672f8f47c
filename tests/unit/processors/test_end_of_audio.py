"""The caller's audio ends where nobody listens any more."""

from pipecat.frames.frames import InputAudioRawFrame, TextFrame
from pipecat.tests.utils import run_test

from processors.end_of_audio import EndOfAudio


async def test_words_pass_and_the_callers_audio_does_not():
    sent = [InputAudioRawFrame(bytes(640), 16_000, 1), TextFrame("hello")]
    down, _ = await run_test(EndOfAudio(), frames_to_send=sent)
    assert [type(frame) for frame in down] == [TextFrame]
