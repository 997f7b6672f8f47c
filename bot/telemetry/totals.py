"""What all calls of this process came to, since it started."""

from collections import Counter

from bot.telemetry.session_metrics import VoiceSessionMetrics


class Totals:
    """Adds up calls that have ended; a few numbers, however many there were."""

    def __init__(self) -> None:
        self._ended = 0
        self._cost_usd = 0.0
        self._unpriced = 0
        self._incidents: Counter[str] = Counter()

    def add(self, call: VoiceSessionMetrics) -> None:
        self._ended += 1
        self._cost_usd += call.cost_usd or 0.0
        self._unpriced += call.cost_usd is None and bool(call.usages)
        self._incidents.update(f"{each.role} {each.provider}" for each in call.incidents)

    def to_dict(self) -> dict[str, object]:
        """Ready for JSON.

        `cost_usd` is of the calls that have a cost; of `unpriced` calls it is not known.
        `incidents`: how often each provider failed or was late, by role and name.
        """
        return {
            "calls": self._ended,
            "cost_usd": round(self._cost_usd, 6),
            "unpriced": self._unpriced,
            "incidents": dict(self._incidents),
        }
