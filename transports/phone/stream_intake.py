"""What becomes of each message of a media stream: heard, dropped, or the end of the call (pure)."""

from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye, IntakeSettings
from transports.limits import Allowance, RealTime, Strikes
from transports.phone import heard
from transports.phone.heard import Heard
from transports.phone.stream import (
    HZ,
    Complaint,
    Decode,
    Dtmf,
    Mark,
    Media,
    Remark,
    Start,
    Stop,
)
from transports.wire import BadMessageError

LATE_CHUNKS = 50
"""A second. What is numbered further back is not late: the carrier has begun to count anew."""


class StreamIntake:
    """Judges one stream's messages after its `start`, in order. `now` is monotonic, in seconds."""

    def __init__(
        self, decode: Decode, stream_id: str, settings: IntakeSettings, fill_secs: float
    ) -> None:
        self._decode = decode
        self._stream_id = stream_id
        self._fill_secs = fill_secs
        self._strikes = Strikes(settings.bad_messages, settings.bad_window_secs)
        self._real_time = RealTime(
            rate=settings.audio_rate,
            burst_secs=settings.audio_burst_secs,
            dropped_secs=settings.audio_dropped_secs,
        )
        self._messages = Allowance(settings.messages_per_sec, settings.messages_burst)
        self._next_chunk: int | None = None
        self._early: Media | None = None
        self.bad = 0
        self.foreign = 0
        self.repeated_starts = 0
        self.late = 0
        self.filled_secs = 0.0
        self.resyncs = 0
        self.dropped_audio_secs = 0.0
        self.dropped_messages = 0
        self.complaints = 0

    @property
    def counts(self) -> dict[str, float]:
        """What was not as it should be, by name; empty for a stream without fault."""
        counted = {
            "malformed": self.bad,
            "foreign": self.foreign,
            "repeated_starts": self.repeated_starts,
            "late": self.late,
            "filled_secs": round(self.filled_secs, 2),
            "resyncs": self.resyncs,
            "dropped_audio_secs": round(self.dropped_audio_secs, 2),
            "dropped_messages": self.dropped_messages,
            "complaints": self.complaints,
        }
        return {name: count for name, count in counted.items() if count}

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        """What to pass on, None for nothing, or that it is over. Audio comes with what is missing
        before it filled in with silence."""
        try:
            message = self._decode(data)
        except BadMessageError:
            self.bad += 1
            return self._strike(now)
        match message:
            case Remark():
                return self._unless_too_many(None, now)
            case Start():
                self.repeated_starts += 1
                return self._strike(now)
            case _ if message.stream_id != self._stream_id:
                self.foreign += 1
                return self._strike(now)
            case Media():
                return self._audio(message, now)
            case Mark():
                return heard.Mark(message.name)
            case Dtmf():
                return self._unless_too_many(heard.Key(message.digit), now)
            case Complaint():
                self.complaints += 1
                return self._unless_too_many(None, now)
            case Stop():
                return heard.Stop()

    def _strike(self, now: float) -> Goodbye | None:
        return Goodbye(1008, "too many malformed messages") if self._strikes.out(now) else None

    def _unless_too_many(self, key: heard.Key | None, now: float) -> heard.Key | None:
        if self._messages.take(1, now):
            return key
        self.dropped_messages += 1
        return None

    def _audio(self, media: Media, now: float) -> InputAudioRawFrame | Goodbye | None:
        match self._real_time.judge(media.secs, now):
            case "drop":
                self.dropped_audio_secs += media.secs
                self._next_chunk = media.chunk + 1  # dropped by us, and so not missing
                return None
            case "close":
                return Goodbye(1008, "audio faster than real time")
            case "take":
                return self._in_order(media)

    def _in_order(self, media: Media) -> InputAudioRawFrame | None:
        """Who has lost a piece waits for the next one: it may be that, overtaken on the way."""
        early, self._early = self._early, None
        if early is None and media.chunk - 1 == self._next_chunk:
            self._early = media
            return None
        pieces = sorted((piece for piece in (early, media) if piece), key=lambda each: each.chunk)
        pcm = b"".join(self._filled(piece) for piece in pieces)
        return InputAudioRawFrame(pcm, HZ, 1) if pcm else None

    def _filled(self, media: Media) -> bytes:
        """With silence in place of what was lost before it; nothing if it is too late."""
        missing = self._missing(media)
        if missing is None:
            self.late += 1
            return b""
        return bytes(missing) + media.pcm

    def _missing(self, media: Media) -> int | None:
        """Bytes of silence in place of what was lost before this; None if it is too late."""
        due = media.chunk if self._next_chunk is None else self._next_chunk
        gap = media.chunk - due
        if -LATE_CHUNKS <= gap < 0:
            return None
        self._next_chunk = media.chunk + 1
        if gap == 0:
            return 0
        if gap < 0 or gap * media.secs > self._fill_secs:
            self.resyncs += 1
            return 0
        self.filled_secs += gap * media.secs
        return gap * len(media.pcm)
