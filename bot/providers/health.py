"""Which providers can be asked: what one call finds out spares all others (pure: no clock, no I/O).

A circuit breaker for each provider of a role: closed (asked), open (passed over for a while),
half open (its rest is over: a probe may try, or a call that has nobody else), dead (its key is
refused: never again).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.providers.role import Role

Cause = Literal[
    "credentials", "quota", "rate limit", "unavailable", "late", "hedged", "stalled", "silent"
]
"""What callers felt: refused for good, refused for now, an error, no first word or sound in time,
late enough to ask another as well, nothing more in the middle, success without content."""
State = Literal["closed", "open", "half open", "dead"]

REFUSALS: frozenset[Cause] = frozenset({"credentials", "quota", "rate limit"})
"""The provider has said itself that asking again is useless."""


class HealthPolicy(BaseModel):
    """When a provider is passed over, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failures: int = Field(default=2, ge=1)
    """In a row, of any calls: one slow answer is chance."""
    rest_secs: float = Field(default=10.0, gt=0)
    """The first rest; each that follows without a success between is twice as long."""
    longest_rest_secs: float = Field(default=300.0, gt=0)
    """A provider that is back is noticed within this."""


@dataclass(slots=True)
class _Record:
    failures: int = 0
    rests: int = 0
    resting_until: float | None = None
    dead: bool = False


class Health:
    """Of every provider, by role and name. Times are seconds on any one clock."""

    def __init__(self, policy: HealthPolicy) -> None:
        self._policy = policy
        self._records: dict[tuple[Role, str], _Record] = {}

    def failed(
        self, role: Role, name: str, cause: Cause, now_secs: float, retry_after_secs: float = 0.0
    ) -> None:
        """Somebody asked and did not get in time what a caller needs."""
        record = self._of(role, name)
        record.failures += 1
        if cause == "credentials":
            record.dead = True
        elif cause in REFUSALS or record.rests or record.failures >= self._policy.failures:
            self._rest(record, now_secs, retry_after_secs)

    def served(self, role: Role, name: str) -> None:
        """It gave what was asked for: whatever was held against it is forgotten."""
        self._records.pop((role, name), None)

    def state(self, role: Role, name: str, now_secs: float) -> State:
        record = self._of(role, name)
        if record.dead:
            return "dead"
        if record.resting_until is None:
            return "closed"
        return "open" if now_secs < record.resting_until else "half open"

    def usable(self, role: Role, names: Sequence[str], now_secs: float) -> list[str]:
        """Whom to ask, in order. When nobody is well, whose rest is over; when all rest, those that
        are not dead: better than silence."""
        states = {name: self.state(role, name, now_secs) for name in names}
        tiers: tuple[State, ...] = ("closed", "half open", "open")
        in_tiers = ([name for name in names if states[name] == tier] for tier in tiers)
        return next((tier for tier in in_tiers if tier), [])

    def to_probe(self, now_secs: float) -> list[tuple[Role, str]]:
        """Those whose rest is over: asked in the background, so that no caller has to be first."""
        return [key for key in self._records if self.state(*key, now_secs) == "half open"]

    def _of(self, role: Role, name: str) -> _Record:
        return self._records.setdefault((role, name), _Record())

    def _rest(self, record: _Record, now_secs: float, retry_after_secs: float) -> None:
        if record.resting_until is not None and now_secs < record.resting_until:
            return  # calls that were under way when it was found out
        secs = min(self._policy.rest_secs * 2**record.rests, self._policy.longest_rest_secs)
        record.rests += 1
        record.resting_until = now_secs + max(secs, retry_after_secs)
