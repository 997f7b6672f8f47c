"""Words for a caller in danger, in the middle of others that no interruption cuts."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipecat.frames.frames import OutputAudioRawFrame
from pipecat.transports.base_output import BaseOutputTransport

AT_ONCE_SECS = 0.5
"""If what they were to cut into has not gone on within that, there is nothing to cut into."""


@dataclass(frozen=True, slots=True)
class CuttingIn:
    """Words that were to be said then, before the next piece of what is being said (pure)."""

    audio: bytes
    since_secs: float

    def due(self, now_secs: float, size: int) -> Iterator[bytes]:
        """In pieces of so many bytes, the last of which ends in silence."""
        if now_secs <= self.since_secs + AT_ONCE_SECS:
            for at in range(0, len(self.audio), size):
                yield self.audio[at : at + size].ljust(size, b"\0")


class SaysOver(BaseOutputTransport):
    """Before a transport's own output: what is said there can be cut into, whatever guards it."""

    _over: CuttingIn | None = None

    def say_over(self, audio: bytes) -> None:
        """Say it before what is being said goes on; 16-bit mono at `sample_rate`."""
        self._over = CuttingIn(audio, self.get_event_loop().time())

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        over, self._over = self._over, None
        if over:
            for piece in over.due(self.get_event_loop().time(), len(frame.audio)):
                words = OutputAudioRawFrame(piece, frame.sample_rate, frame.num_channels)
                words.interruptible = False
                await super().write_audio_frame(words)
        return await super().write_audio_frame(frame)
