"""Two voices on one time line: what was said by either when, as stereo (pure: no clock, no I/O)."""

import numpy as np

LAG_SECS = 0.5
"""Echo's audio may come so much later than the caller's of the same moment."""


class TwoTracks:
    """The caller left, Echo right; the caller's audio, which never stops, is the clock.

    What came in the last `held_secs` is kept back, and may still be silenced.
    """

    def __init__(self, hz: int, held_secs: float = LAG_SECS) -> None:
        self._hz = hz
        self._held = 2 * round(held_secs * hz)
        self._taken = 0
        self._caller = bytearray()
        self._echo = bytearray()
        self.muted = False
        """While set, both are silent: the time goes by, and nothing is kept of what is said."""

    def caller(self, pcm: bytes) -> None:
        """More of the caller, 16-bit mono."""
        self._caller += bytes(len(pcm)) if self.muted else pcm

    def echo(self, pcm: bytes) -> None:
        """More of Echo: behind what it said before, or now if it had fallen silent."""
        self._pad(len(self._caller))
        self._echo += bytes(len(pcm)) if self.muted else pcm

    def echo_ended(self, rest: bytes) -> None:
        """The last of what Echo was saying: right behind the rest of it, however late it comes."""
        self._echo += bytes(len(rest)) if self.muted else rest

    def silence(self, from_secs: float) -> None:
        """Keeps nothing of what the caller has said since then, as far as it has not been taken."""
        start = max(0, 2 * round(from_secs * self._hz) - self._taken)
        self._caller[start:] = bytes(max(0, len(self._caller) - start))

    def take(self, all_of_it: bool = False) -> bytes:
        """What is complete, interleaved; it is kept no longer."""
        until = len(self._caller)
        if not all_of_it:
            until = max(0, until - self._held)
        self._pad(until)
        left = np.frombuffer(bytes(self._caller[:until]), "<i2")
        right = np.frombuffer(bytes(self._echo[:until]), "<i2")
        del self._caller[:until], self._echo[:until]
        self._taken += until
        return np.column_stack((left, right)).tobytes()

    def _pad(self, until: int) -> None:
        self._echo += bytes(max(0, until - len(self._echo)))
