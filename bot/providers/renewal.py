"""When a session that the provider cuts off at some age is exchanged for a fresh one."""

from dataclasses import dataclass, field
from typing import Literal

from bot.providers.settings import RealtimeSettings

Activity = Literal["caller", "bot", "response"]


@dataclass(slots=True)
class Renewal:
    """Decides, without a clock: it is told what happens and answers when a renewal is due.

    In the first quiet moment after `renew_after_secs`: nobody speaks, no response is made, no tool
    runs, and so it has been for `quiet_secs`. At `renew_by_secs` at the latest, whatever goes on;
    at once when the connection was lost. Times are seconds on any one clock.
    """

    settings: RealtimeSettings
    _opened_at: float | None = None
    _quiet_since: float = 0.0
    _busy: set[str] = field(default_factory=set[str])
    _lost_at: float | None = None

    @property
    def due_secs(self) -> float | None:
        """When to renew, as far as it can be told; None while there is no session."""
        if self._lost_at is not None:
            return self._lost_at
        if self._opened_at is None:
            return None
        latest = self._opened_at + self.settings.renew_by_secs
        if self._busy:
            return latest
        earliest = self._opened_at + self.settings.renew_after_secs
        return min(latest, max(earliest, self._quiet_since + self.settings.quiet_secs))

    @property
    def quiet(self) -> bool:
        """Nobody would notice a pause of the provider's."""
        return not self._busy

    @property
    def lost(self) -> bool:
        """The connection is gone and no fresh session has been opened."""
        return self._lost_at is not None

    def opened(self, now_secs: float) -> None:
        """A session begins; what the one before was doing is over."""
        self._opened_at = now_secs
        self._lost_at = None
        self._quiet_since = now_secs
        self._busy.discard("response")

    def drops(self, now_secs: float) -> None:
        """The connection is gone."""
        if self._lost_at is None:
            self._lost_at = now_secs

    def begins(self, what: Activity) -> None:
        """Somebody speaks, or a response is being made."""
        self._busy.add(what)

    def ends(self, what: Activity, now_secs: float) -> None:
        self._busy.discard(what)
        self._quiet_since = now_secs

    def tool_begins(self, call_id: str) -> None:
        self._busy.add(f"tool {call_id}")

    def tool_ends(self, call_id: str, now_secs: float) -> None:
        self._busy.discard(f"tool {call_id}")
        self._quiet_since = now_secs
