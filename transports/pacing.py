"""When the next piece of audio may be sent (pure: no clock, no I/O)."""


class Pacer:
    """Sends audio as fast as it is heard, keeping the listener `lead_secs` ahead.

    The lead goes out at once when the bot starts to speak; after that every piece is due at an
    absolute time, so that a stall of ours is made up for before the listener's buffer runs dry.
    Only when the listener has heard everything does the schedule start anew.
    """

    def __init__(self, lead_secs: float) -> None:
        self._lead_secs = lead_secs
        self._heard_at = float("-inf")

    def sent(self, audio_secs: float, now: float) -> float:
        """Note what has just been sent; returns how many seconds to wait before the next."""
        self._heard_at = max(self._heard_at, now) + audio_secs
        return max(0.0, self._heard_at - now - self._lead_secs)

    def flush(self) -> None:
        """The listener has dropped what it had not played yet."""
        self._heard_at = float("-inf")

    def unheard_secs(self, now: float) -> float:
        """How much of what has been sent is still to be heard."""
        return max(0.0, self._heard_at - now)
