"""What one turn cost: two clocks from the end of the caller's speech, and the stages between."""

from dataclasses import asdict, dataclass
from typing import Literal

from bot.telemetry.usage import Usage

Kind = Literal["plain", "tool", "text", "greeting", "unprompted"]
"""How a turn came about: spoken, spoken and answered with tools, typed, on connecting, or by Echo's
own accord (an idle prompt)."""

Origin = Literal["speech", "turn_over", "text", "connected", "request"]
"""What happened at 0 ms. `turn_over` stands in for `speech` when no VAD saw the speech end."""

Outcome = Literal["ok", "error", "timeout", "cancelled"]
"""How a tool call ended. A result that carries the key `error` is one, like a tool that raised."""


@dataclass(frozen=True, slots=True)
class Inference:
    """One run of the language model.

    A run that only calls tools yields no text: its first token is then the call.
    """

    asked_ms: float
    first_token_ms: float | None = None
    called_tools: bool = False


@dataclass(frozen=True, slots=True)
class ToolSpan:
    """One tool call, by name only. Without an end or an outcome it outlived the turn."""

    name: str
    start_ms: float
    end_ms: float | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """A provider failed, or was late enough that another was asked as well.

    cause: in a word or two, as `Cause` of `bot/providers/health.py`. successor: who went on; the
    same name for another try, "" for nobody. after_ms: how long it had been waited for, where that
    is known. at_ms: an offset like all others, None outside a turn.
    """

    role: str
    provider: str
    cause: str
    successor: str
    at_ms: float | None = None
    after_ms: float | None = None


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """One turn; every `_ms` but `yield_ms` is an offset from `measured_from`, None if it never was.

    A stage may lie before 0: a transcript can be final before the last sample of speech was.

    turn: 0 is the greeting; every other turn counts on from 1.
    kind, measured_from: see `Kind` and `Origin`.
    interrupted: the caller (or a typed message) cut the turn off before it was over.
    guesses: how often the model was asked before the turn was over, with what it might be.
    guesses_wasted: how many of those questions were withdrawn: requests paid for nothing.
    resumed: how often the caller went on after a pause that looked like the end of the speech.
    vad_stop_ms: the VAD called it silence (its `stop_secs` after the last sample of speech).
    transcript_ms: the last final transcript before the model was first asked.
    turn_over_ms: the turn was declared over; the silence until then is the endpointing.
    inferences: the model's runs in order; a tool turn has two or more.
    tools: the tool calls in order of their start.
    text_ms, tts_audio_ms: the answer's first text given to the TTS, the TTS's first audio of it.
    filler_ms, filler_end_ms: the first filler became audible, the last one ended.
    first_sound_ms: Echo became audible with whatever: the first clock.
    answer_ms: the answer became audible: the second clock. A filler is no answer, nor is what the
        model says before it calls a tool, unless nothing follows it ("Goodbye" before `end_call`).
    yield_ms: from the first sound of an interrupting caller to Echo's silence.
    usages: what each provider was given and gave meanwhile, and how soon it answered.
    cost_usd: of that; None where a model has no price.
    incidents: providers that failed meanwhile, in order.
    """

    turn: int
    kind: Kind
    measured_from: Origin
    interrupted: bool = False
    resumed: int = 0
    guesses: int = 0
    guesses_wasted: int = 0
    vad_stop_ms: float | None = None
    transcript_ms: float | None = None
    turn_over_ms: float | None = None
    inferences: tuple[Inference, ...] = ()
    tools: tuple[ToolSpan, ...] = ()
    text_ms: float | None = None
    tts_audio_ms: float | None = None
    filler_ms: float | None = None
    filler_end_ms: float | None = None
    first_sound_ms: float | None = None
    answer_ms: float | None = None
    yield_ms: float | None = None
    usages: tuple[Usage, ...] = ()
    cost_usd: float | None = None
    incidents: tuple[Incident, ...] = ()

    @property
    def tool_ms(self) -> float:
        """How long at least one tool was running: calls side by side count once."""
        total = 0.0
        until = float("-inf")
        for tool in self.tools:
            if tool.end_ms is not None and tool.end_ms > until:
                total += tool.end_ms - max(tool.start_ms, until)
                until = tool.end_ms
        return round(total, 1)

    def to_dict(self) -> dict[str, object]:
        """Return the fields by name, ready for JSON."""
        return asdict(self)
