"""A silence is told before it counts, and may be called the end of speech."""

from pipecat.audio.vad.vad_analyzer import VADParams, VADState
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.silence import (
    AttentiveVAD,
    CallSilenceFrame,
    SilenceFrame,
    SilenceTeller,
    SoundFrame,
    VoiceFrame,
)

RATE, WINDOW = 16_000, 320
VOICE = InputAudioRawFrame(b"\x01\x00" * WINDOW, RATE, 1)
QUIET = InputAudioRawFrame(bytes(2 * WINDOW), RATE, 1)
TOLD = (VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame, SilenceFrame, VoiceFrame)


class Windows(AttentiveVAD):
    """Windows of 20 ms that are voice unless they are zeros: two of voice start, five stop."""

    def __init__(self) -> None:
        super().__init__(params=VADParams(start_secs=0.04, stop_secs=0.1, min_volume=0))

    def num_frames_required(self) -> int:
        return WINDOW

    def voice_confidence(self, buffer: bytes) -> float:
        return float(any(buffer))

    @property
    def silent_secs(self) -> float:
        stopping = self._vad_state is VADState.STOPPING
        return self._vad_stopping_count * WINDOW / RATE if stopping else 0.0

    @property
    def sounding(self) -> bool:
        return self._vad_state is VADState.STARTING

    def call_silence(self) -> None:
        self._vad_state, self._vad_stopping_count = VADState.QUIET, 0


async def told(*frames: Frame) -> list[Frame]:
    """What goes downstream, but for the audio."""
    down, _ = await run_test(SilenceTeller(vad_analyzer=Windows()), frames_to_send=[*frames])
    return [frame for frame in down if isinstance(frame, TOLD)]


async def test_a_silence_is_told_window_by_window_until_it_counts():
    frames = await told(VOICE, VOICE, *[QUIET] * 7)
    secs = [round(frame.secs, 2) for frame in frames if isinstance(frame, SilenceFrame)]
    assert secs == [0.02, 0.04, 0.06, 0.08]
    assert isinstance(frames[-1], VADUserStoppedSpeakingFrame)
    assert frames[-1].stop_secs == 0.1


async def test_a_voice_that_comes_back_is_told_with_the_pause_it_made():
    frames = await told(VOICE, VOICE, QUIET, QUIET, VOICE)
    assert [type(frame) for frame in frames[1:]] == [SilenceFrame, SilenceFrame, VoiceFrame]
    assert isinstance(frames[-1], VoiceFrame)
    assert frames[-1].secs == 0.04


async def test_silence_before_anybody_spoke_is_not_told():
    assert await told(*[QUIET] * 9) == []


async def sounds(*frames: Frame) -> list[Frame]:
    down, _ = await run_test(SilenceTeller(vad_analyzer=Windows()), frames_to_send=[*frames])
    return [frame for frame in down if isinstance(frame, SoundFrame | TOLD[0])]


async def test_a_sound_is_told_at_its_first_window_and_then_counts():
    first, second = await sounds(QUIET, VOICE, VOICE, VOICE)
    assert isinstance(first, SoundFrame)
    assert first.sounding
    assert isinstance(second, VADUserStartedSpeakingFrame)


async def test_a_sound_that_becomes_no_voice_is_taken_back():
    frames = await sounds(QUIET, VOICE, QUIET, QUIET)
    assert [frame.sounding for frame in frames if isinstance(frame, SoundFrame)] == [True, False]


class Caller(SilenceTeller):
    """Calls the silence itself, as somebody downstream would, with the frame's own way."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if frame is CALL_NOW:
            await super().process_frame(CallSilenceFrame(), FrameDirection.UPSTREAM)


CALL_NOW = InputAudioRawFrame(b"", RATE, 1)


async def called(*frames: Frame) -> list[Frame]:
    down, _ = await run_test(Caller(vad_analyzer=Windows()), frames_to_send=[*frames])
    return [frame for frame in down if isinstance(frame, TOLD)]


async def test_a_silence_that_is_called_ends_speech_and_is_as_long_as_it_was():
    frames = await called(VOICE, VOICE, QUIET, QUIET, CALL_NOW, *[QUIET] * 6)
    stops = [frame for frame in frames if isinstance(frame, VADUserStoppedSpeakingFrame)]
    assert [stop.stop_secs for stop in stops] == [0.04]
    assert frames[-1] is stops[0], "it is over: no more of this silence is told"


async def test_a_voice_that_was_quicker_is_not_stopped():
    frames = await called(VOICE, VOICE, QUIET, VOICE, CALL_NOW, VOICE)
    assert not [frame for frame in frames if isinstance(frame, VADUserStoppedSpeakingFrame)]
