"""What a whole call came to, at hang-up: counts and percentiles, no words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from bot.telemetry.latency import Incident, Outcome, TurnLatency
from bot.telemetry.prices import Prices
from bot.telemetry.usage import Usage, UsageTally

SessionOutcome = Literal[
    "caller_hung_up", "agent_ended", "error", "idle", "loop", "provider_outage"
]


@dataclass(frozen=True, slots=True)
class VoiceSessionMetrics:
    """One call. Percentiles leave out the greeting and what Echo said of its own accord.

    turns: turns that the caller took, spoken or typed.
    guesses, guesses_wasted: how often the model was asked ahead of the end of a turn, and how often
        for nothing. guesses_wasted_share: the latter per turn; None without turns.
    interruptions: turns of any kind that were cut off.
    tool_calls: how often each tool ended in which `Outcome`, by name.
    errors: errors reported in the pipeline, by Pipecat's `ErrorCategory`.
    greeting_ms: from connecting to the first sound.
    first_sound_*_ms, answer_*_ms: the clocks of `TurnLatency`; None if no turn had one.
    usages: what each provider was given and gave. cost_usd: of that; None where a model has no
        price.
    incidents: providers that failed, in order.
    loop_lag_p99_ms: how late the event loop was, None if nobody sampled it.
    recording: off, not asked, refused, kept or failed.
    """

    session_id: str
    transport: str
    outcome: SessionOutcome
    duration_secs: float
    turns: int
    interruptions: int
    tool_calls: Mapping[str, Mapping[Outcome, int]]
    errors: Mapping[str, int]
    greeting_ms: float | None
    first_sound_p50_ms: float | None
    first_sound_p95_ms: float | None
    answer_p50_ms: float | None
    answer_p95_ms: float | None
    usages: tuple[Usage, ...]
    cost_usd: float | None
    incidents: tuple[Incident, ...]
    loop_lag_p99_ms: float | None
    recording: str = "off"
    guesses: int = 0
    guesses_wasted: int = 0
    guesses_wasted_share: float | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the fields by name, ready for JSON."""
        return asdict(self)


class SessionTally:
    """Counts while a call lasts; `metrics` gives the sum."""

    def __init__(self, session_id: str, transport: str) -> None:
        self._session_id = session_id
        self._transport = transport
        self._turns = 0
        self._interruptions = 0
        self._guesses = self._guesses_wasted = 0
        self._tools: dict[str, Counter[Outcome]] = {}
        self._errors: Counter[str] = Counter()
        self._incidents: list[Incident] = []
        self.usage = UsageTally()
        self._greeting_ms: float | None = None
        self._first_sounds_ms: list[float] = []
        self._answers_ms: list[float] = []

    def add_turn(self, turn: TurnLatency) -> None:
        self._interruptions += turn.interrupted
        if turn.kind == "greeting":
            self._greeting_ms = turn.first_sound_ms
        if turn.kind in ("greeting", "unprompted"):
            return
        self._turns += 1
        self._guesses += turn.guesses
        self._guesses_wasted += turn.guesses_wasted
        if turn.first_sound_ms is not None:
            self._first_sounds_ms.append(turn.first_sound_ms)
        if turn.answer_ms is not None:
            self._answers_ms.append(turn.answer_ms)

    def add_tool_call(self, name: str, outcome: Outcome) -> None:
        self._tools.setdefault(name, Counter())[outcome] += 1

    def add_error(self, category: str) -> None:
        self._errors[category] += 1

    def add_incident(self, incident: Incident) -> None:
        self._incidents.append(incident)

    def metrics(
        self,
        prices: Prices,
        *,
        outcome: SessionOutcome,
        duration_secs: float,
        loop_lag_p99_ms: float | None = None,
    ) -> VoiceSessionMetrics:
        return VoiceSessionMetrics(
            session_id=self._session_id,
            transport=self._transport,
            outcome=outcome,
            duration_secs=round(duration_secs, 3),
            turns=self._turns,
            interruptions=self._interruptions,
            tool_calls={name: dict(outcomes) for name, outcomes in self._tools.items()},
            errors=dict(self._errors),
            greeting_ms=self._greeting_ms,
            first_sound_p50_ms=percentile(self._first_sounds_ms, 50),
            first_sound_p95_ms=percentile(self._first_sounds_ms, 95),
            answer_p50_ms=percentile(self._answers_ms, 50),
            answer_p95_ms=percentile(self._answers_ms, 95),
            usages=self.usage.usages,
            cost_usd=prices.cost_usd(self.usage.usages),
            incidents=tuple(self._incidents),
            loop_lag_p99_ms=loop_lag_p99_ms,
            guesses=self._guesses,
            guesses_wasted=self._guesses_wasted,
            guesses_wasted_share=share(self._guesses_wasted, self._turns),
        )


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`; None where there is no whole."""
    return round(part / whole, 3) if whole else None


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile, a value that occurred; None without values."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(rank, 1) - 1]
