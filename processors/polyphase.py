"""Sound at another rate, each piece of it at once (pure: numpy alone).

libsoxr filters in blocks: a stream of 8 kHz comes out of it at 16 kHz in pieces of 108 ms, one of
16 kHz at 8 kHz 59 ms late. A filter of 4 ms is enough for a voice.
"""

import math

import numpy as np

_ZERO_CROSSINGS = 16
"""Of the windowed sinc, to either side: 2 ms at 8 kHz, which is all that it delays."""
_KAISER_BETA = 8.0
"""What is above the lower rate's half lies 80 dB down (Kaiser's window, J. F. Kaiser, 1974)."""
_MOST_STEPS = 6


def polyphase(in_rate: int, out_rate: int) -> "Polyphase | None":
    """For one stream between rates with a simple ratio, such as 8, 24 or 48 to 16 kHz; or None."""
    shared = math.gcd(in_rate, out_rate)
    up, down = out_rate // shared, in_rate // shared
    return Polyphase(up, down) if max(up, down) <= _MOST_STEPS else None


class Polyphase:
    """A stream at `up / down` times its rate: as many samples come out as went in, so many times.

    The low-pass is linear in phase and delays by `_ZERO_CROSSINGS` samples of the lower rate.
    """

    def __init__(self, up: int, down: int) -> None:
        self._up, self._down = up, down
        reach = _ZERO_CROSSINGS * max(up, down)
        times = np.arange(-reach, reach + 1) / max(up, down)
        taps = np.sinc(times) * np.kaiser(len(times), _KAISER_BETA)
        self._taps = (taps / taps.sum() * up).astype(np.float32)
        self._tail = np.zeros(len(taps) - 1, np.float32)
        self._skip = 0

    def resample(self, audio: bytes) -> bytes:
        """16-bit mono samples, both ways."""
        samples = np.frombuffer(audio, "<i2")
        spread = np.zeros(len(samples) * self._up, np.float32)
        spread[:: self._up] = samples
        sound = np.concatenate((self._tail, spread))
        self._tail = sound[len(spread) :]
        filtered = np.convolve(sound, self._taps, "valid") if len(spread) else spread
        kept = filtered[self._skip :: self._down]
        self._skip = (self._skip - len(filtered)) % self._down
        return np.clip(np.rint(kept), -32768, 32767).astype("<i2").tobytes()
