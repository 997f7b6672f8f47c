"""What becomes of each message of a Vonage call: heard, dropped, or the end of the call (pure)."""

from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye, IntakeSettings
from transports.limits import Allowance, RealTime, Strikes
from transports.phone.heard import Heard, Key, Mark
from transports.vonage.wire import HZ, MOST_BYTES, Connected, decode
from transports.wire import BadMessageError


class Intake:
    """Judges one call's messages after its first, in order."""

    def __init__(self, settings: IntakeSettings) -> None:
        self._strikes = Strikes(settings.bad_messages, settings.bad_window_secs)
        self._real_time = RealTime(
            rate=settings.audio_rate,
            burst_secs=settings.audio_burst_secs,
            dropped_secs=settings.audio_dropped_secs,
        )
        self._messages = Allowance(settings.messages_per_sec, settings.messages_burst)
        self._bad = 0
        self._dropped_audio_secs = 0.0
        self._dropped_messages = 0

    @property
    def counts(self) -> dict[str, float]:
        """What was not as it should be, by name; empty for a call without fault."""
        counted = {
            "malformed": self._bad,
            "dropped_audio_secs": round(self._dropped_audio_secs, 2),
            "dropped_messages": self._dropped_messages,
        }
        return {name: count for name, count in counted.items() if count}

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        """What to pass on, None for nothing, or that it is over. `now` is monotonic, in seconds."""
        if isinstance(data, bytes):
            return self._audio(data, now)
        try:
            told = decode(data)
        except BadMessageError:
            return self._strike(now)
        match told:
            case Mark():
                return told
            case Connected():  # a second one, on the same socket
                return self._strike(now)
            case Key() if self._messages.take(1, now):
                return told
            case Key():
                self._dropped_messages += 1
                return None
            case "cleared":
                return None

    def _strike(self, now: float) -> Goodbye | None:
        self._bad += 1
        return Goodbye(1008, "too many malformed messages") if self._strikes.out(now) else None

    def _audio(self, pcm: bytes, now: float) -> InputAudioRawFrame | Goodbye | None:
        if not pcm or len(pcm) % 2 or len(pcm) > MOST_BYTES:
            return self._strike(now)
        secs = len(pcm) / 2 / HZ
        match self._real_time.judge(secs, now):
            case "take":
                return InputAudioRawFrame(pcm, HZ, 1)
            case "drop":
                self._dropped_audio_secs += secs
                return None
            case "close":
                return Goodbye(1008, "audio faster than real time")
