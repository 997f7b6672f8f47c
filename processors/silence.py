"""The first sign of silence, told before it counts as the end of speech, and its end called early.

A VAD says "stop" after 0.2 s without a voice: too early for a caller who thinks, too late for one
who waits. Here it tells of every silence at once, so that others can find out meanwhile whether
the turn is over; who is sure of it calls the silence, and the VAD says "stop" then.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    SystemFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection


@dataclass
class SilenceFrame(SystemFrame):
    """Downstream: a caller who was speaking has been silent for `secs` of audio, so far."""

    secs: float


@dataclass
class VoiceFrame(SystemFrame):
    """Downstream: the caller goes on; the silence was `secs` long and ended nothing."""

    secs: float


@dataclass
class SoundFrame(SystemFrame):
    """Downstream: the caller makes a sound that may become speech; or it did not."""

    sounding: bool


@dataclass
class CallSilenceFrame(SystemFrame):
    """Upstream: the turn is over; let the present silence be the end of speech."""


class AttentiveVAD(VADAnalyzer, ABC):
    """A VAD that tells of a silence before it counts."""

    @property
    @abstractmethod
    def silent_secs(self) -> float:
        """For how long a caller who spoke has been silent, until that counts as the end; else 0."""

    @property
    def sounding(self) -> bool:
        """Whether there is a voice that has not lasted long enough to count."""
        return False

    @abstractmethod
    def call_silence(self) -> None:
        """Takes the silence so far for the end of speech."""


class SilenceTeller(VADProcessor):
    """Pipecat's VAD stage, which also pushes `SilenceFrame` and heeds `CallSilenceFrame`.

    `VADUserStoppedSpeakingFrame.stop_secs` is the silence there really was.
    """

    def __init__(self, *, vad_analyzer: AttentiveVAD, speech_activity_period: float = 0.2) -> None:
        super().__init__(
            vad_analyzer=vad_analyzer,
            speech_activity_period=speech_activity_period,
            enable_direct_mode=True,
        )
        self._analyzer = vad_analyzer
        self._silent_secs = 0.0
        self._sounding = self._vad_speaking = False
        self._called_secs: float | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        match frame:
            case CallSilenceFrame():
                await self._call()
            case InputAudioRawFrame():
                await super().process_frame(frame, direction)
                await self._tell()
                await self._tell_sound()
            case _:
                await super().process_frame(frame, direction)

    async def broadcast_frame(self, frame_cls: type[Frame], **kwargs: object) -> None:
        """As pipecat's; how long the silence was is told as it was."""
        if frame_cls is VADUserStartedSpeakingFrame:
            self._vad_speaking = True
        if frame_cls is VADUserStoppedSpeakingFrame:
            self._vad_speaking = False
            self._silent_secs = 0.0
            if self._called_secs is not None:
                kwargs["stop_secs"] = self._called_secs
        await super().broadcast_frame(frame_cls, **kwargs)

    async def _tell(self) -> None:
        """Once for each window of silence, and once when a voice ends it."""
        before, self._silent_secs = self._silent_secs, self._analyzer.silent_secs
        if self._silent_secs > before:
            await self.push_frame(SilenceFrame(self._silent_secs))
        elif before and not self._silent_secs:
            await self.push_frame(VoiceFrame(before))

    async def _tell_sound(self) -> None:
        """At its first window, and when it has become nothing; speech is told of by itself."""
        before, self._sounding = self._sounding, self._analyzer.sounding
        if self._sounding > before:
            await self.push_frame(SoundFrame(sounding=True))
        elif before > self._sounding and not self._vad_speaking:
            await self.push_frame(SoundFrame(sounding=False))

    async def _call(self) -> None:
        """Nothing happens if a voice has ended the silence meanwhile."""
        self._called_secs = self._analyzer.silent_secs
        if self._called_secs:
            self._analyzer.call_silence()
            # The controller looks at the state when audio comes: none is the least.
            await self._vad_controller.process_frame(
                InputAudioRawFrame(b"", self._analyzer.sample_rate, 1)
            )
        self._called_secs = None
