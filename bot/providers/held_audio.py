"""The caller's last seconds, while nobody is there to hear them (pure)."""

from collections import deque
from dataclasses import dataclass, field

from pipecat.frames.frames import InputAudioRawFrame


@dataclass(slots=True)
class HeldAudio:
    """First in, first out. What is older than `longest_secs` of audio is dropped."""

    longest_secs: float
    _frames: deque[InputAudioRawFrame] = field(default_factory=deque[InputAudioRawFrame])
    _secs: float = 0.0

    @property
    def oldest(self) -> InputAudioRawFrame | None:
        """None if nothing is held."""
        return self._frames[0] if self._frames else None

    def hold(self, frame: InputAudioRawFrame) -> None:
        self._frames.append(frame)
        self._secs += _secs(frame)
        while self._secs > self.longest_secs:
            self.drop_oldest()

    def drop_oldest(self) -> None:
        self._secs -= _secs(self._frames.popleft())


def _secs(frame: InputAudioRawFrame) -> float:
    return frame.num_frames / frame.sample_rate
