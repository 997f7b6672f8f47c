"""How much a client may send before it is turned away (pure: no clock, no I/O)."""

from collections import deque
from typing import Literal

Verdict = Literal["take", "drop", "close"]


class Allowance:
    """A token bucket: `per_sec` on average, and `burst` at once."""

    def __init__(self, per_sec: float, burst: float) -> None:
        self._per_sec = per_sec
        self._burst = burst
        self._left = burst
        self._at = 0.0

    def take(self, amount: float, now: float) -> bool:
        """Whether `amount` is still within the allowance; what is refused costs nothing."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_sec)
        self._at = now
        if amount > self._left:
            return False
        self._left -= amount
        return True

    def wait_secs(self, amount: float, now: float) -> float:
        """How long until `amount` is within the allowance, if nothing else is taken."""
        left = self._left + (now - self._at) * self._per_sec
        return max(0.0, (amount - left) / self._per_sec)


class RealTime:
    """Speech arrives as fast as it is spoken.

    A network that stalled may deliver what it held back, up to `burst_secs` of it; what is beyond
    that is old news to a conversation and is dropped. A client that keeps at it until
    `dropped_secs` have been dropped is no caller.
    """

    def __init__(self, *, rate: float, burst_secs: float, dropped_secs: float) -> None:
        self._heard = Allowance(rate, burst_secs)
        self._dropped = Allowance(0.1, dropped_secs)

    def judge(self, audio_secs: float, now: float) -> Verdict:
        if self._heard.take(audio_secs, now):
            return "take"
        return "drop" if self._dropped.take(audio_secs, now) else "close"


class Strikes:
    """So many within so long, and you are out."""

    def __init__(self, limit: int, window_secs: float) -> None:
        self._window_secs = window_secs
        self._times = deque[float](maxlen=limit)

    def out(self, now: float) -> bool:
        """Note one more; True when it is the last one that was tolerable."""
        self._times.append(now)
        full = len(self._times) == self._times.maxlen
        return full and now - self._times[0] <= self._window_secs
