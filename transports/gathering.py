"""Which of the caller's audio goes on at once, and which is worth waiting for more (pure)."""

import numpy as np

_AUDIBLE_POWER = (32768 * 10 ** (-50 / 20)) ** 2
_LASTING_SECS = 1.0


class Gathering:
    """Sound goes on as it comes: callers wait from its end. Silence goes on in longer pieces.

    Each piece costs the same on its way through a call, whatever its length.

    silence_secs: the pieces of silence. lasting_secs: those of one that has lasted a second, as
    while Echo speaks: nobody waits for it, and the sound that ends it takes it along.
    """

    def __init__(self, silence_secs: float, lasting_secs: float) -> None:
        self._silence_secs = silence_secs
        self._lasting_secs = lasting_secs
        self._gathered = b""
        self._silent_samples = 0

    def add(self, audio: bytes, hz: int) -> bytes:
        """16-bit mono at `hz`; what is to go on, b"" for nothing yet."""
        self._gathered += audio
        if len(self._gathered) < self._least(audio, hz):
            return b""
        piece, self._gathered = self._gathered, b""
        return piece

    def _least(self, audio: bytes, hz: int) -> int:
        """Bytes that are enough to go on, with the latest of them."""
        if audible(audio):
            self._silent_samples = 0
            return 0
        self._silent_samples += len(audio) // 2
        lasting = self._silent_samples > hz * _LASTING_SECS
        return 2 * int(hz * (self._lasting_secs if lasting else self._silence_secs))


def audible(audio: bytes) -> bool:
    """Whether 16-bit samples reach -50 dBFS (RMS): under a voice, above a quiet room."""
    samples = np.frombuffer(audio, "<i2").astype(np.float32)
    return float(np.dot(samples, samples)) >= _AUDIBLE_POWER * max(len(samples), 1)
