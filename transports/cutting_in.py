"""Words for a caller in danger, in the middle of others that no interruption cuts (pure)."""

from collections.abc import Iterator

AT_ONCE_SECS = 0.5
"""If what they were to cut into has not gone on within that, there is nothing to cut into."""


class CuttingIn:
    """Keeps the words until the next piece of what is being said is due."""

    def __init__(self) -> None:
        self._audio = b""
        self._until_secs = 0.0

    def say(self, audio: bytes, now_secs: float) -> None:
        """16-bit mono, at the rate at which it is to be sent."""
        self._audio, self._until_secs = audio, now_secs + AT_ONCE_SECS

    def due(self, now_secs: float, size: int) -> Iterator[bytes]:
        """What is to be sent before the next piece, in pieces of so many bytes; it is kept no
        longer."""
        audio, self._audio = self._audio, b""
        if now_secs <= self._until_secs:
            for at in range(0, len(audio), size):
                yield audio[at : at + size]
