"""What becomes of each message a client sends: heard, dropped, or the end of the call (pure)."""

from dataclasses import dataclass

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame
from pydantic import BaseModel, ConfigDict

from transports.limits import Allowance, RealTime, Strikes
from transports.wire import BadMessageError, Heard, decode

MIN_HZ, MAX_HZ = 8_000, 48_000


class IntakeSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    bad_messages: int = 20
    """Malformed messages within `bad_window_secs` after which the client is hung up on. A bug in
    a client may spoil one message; twenty are a client that speaks something else."""
    bad_window_secs: float = 10.0
    audio_rate: float = 1.25
    """Seconds of audio taken per second: a little more than real time, so that a client whose
    clock runs fast, or whose network held something back, catches up."""
    audio_burst_secs: float = 2.0
    """Audio that may arrive at once after a stall; older speech is useless to a conversation."""
    audio_dropped_secs: float = 30.0
    """Dropped audio after which the client is hung up on."""
    messages_per_sec: float = 10.0
    """RTVI messages taken per second; a person typing sends far fewer."""
    messages_burst: float = 50.0


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Close the connection with this WebSocket close code (RFC 6455, 7.4.1) and reason."""

    code: int
    reason: str


class Intake:
    """Judges one client's messages, in order. `now` is a monotonic time in seconds."""

    def __init__(self, settings: IntakeSettings) -> None:
        self._strikes = Strikes(settings.bad_messages, settings.bad_window_secs)
        self._real_time = RealTime(
            rate=settings.audio_rate,
            burst_secs=settings.audio_burst_secs,
            dropped_secs=settings.audio_dropped_secs,
        )
        self._messages = Allowance(settings.messages_per_sec, settings.messages_burst)
        self._audio_format: tuple[int, int] | None = None
        self.greeted = False
        """Whether the client has ever said anything that makes sense."""
        self.bad = 0
        self.dropped_audio_secs = 0.0
        self.dropped_messages = 0

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        """What to pass on (audio is mono), None for nothing, or that it is over."""
        try:
            heard = decode(data)
        except BadMessageError:
            return self._bad(now)
        self.greeted = True
        if isinstance(heard, InputAudioRawFrame):
            return self._audio(heard, now)
        if heard is None or self._messages.take(1, now):
            return heard
        self.dropped_messages += 1
        return None

    def _bad(self, now: float) -> Goodbye | None:
        self.bad += 1
        return Goodbye(1008, "too many malformed messages") if self._strikes.out(now) else None

    def _audio(self, frame: InputAudioRawFrame, now: float) -> InputAudioRawFrame | Goodbye | None:
        audio_format = (frame.sample_rate, frame.num_channels)
        if not (MIN_HZ <= frame.sample_rate <= MAX_HZ and frame.num_channels in (1, 2)):
            return Goodbye(
                1003,
                f"audio must be s16, {MIN_HZ} to {MAX_HZ} Hz, 1 or 2 channels; "
                f"got {frame.sample_rate} Hz, {frame.num_channels} channels",
            )
        self._audio_format = self._audio_format or audio_format
        if audio_format != self._audio_format:
            return self._bad(now)
        audio_secs = len(frame.audio) / 2 / frame.num_channels / frame.sample_rate
        match self._real_time.judge(audio_secs, now):
            case "take":
                return _mono(frame)
            case "drop":
                self.dropped_audio_secs += audio_secs
                return None
            case "close":
                return Goodbye(1008, "audio faster than real time")


def _mono(frame: InputAudioRawFrame) -> InputAudioRawFrame:
    if frame.num_channels == 1:
        return frame
    pairs = np.frombuffer(frame.audio, dtype="<i2").reshape(-1, 2).astype(np.int32)
    mono = (pairs.sum(axis=1) // 2).astype("<i2").tobytes()
    return InputAudioRawFrame(audio=mono, sample_rate=frame.sample_rate, num_channels=1)
