"""What each stage of a turn may take, and which one to blame."""

from dataclasses import dataclass
from typing import Literal

from bot.telemetry.latency import Inference, TurnLatency

Stage = Literal[
    "endpointing",  # the silence before the turn is called over
    "stt",  # the final transcript, from the end of speech
    "llm",  # the first token, each time the model is asked
    "text",  # tokens until the TTS may start: a clause, not a sentence
    "tts",  # its first audio
    "transport",  # from there, or from the end of a filler before it, to the caller
    "barge_in",  # the caller's first sound to Echo's silence
    "greeting",  # first sound after connecting
    "first_sound",  # the clocks: what the stages sum up to
    "answer",
]


@dataclass(frozen=True, slots=True)
class Budget:
    """What half of the turns keep to, and what all but one in twenty do."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Overspent:
    """A stage of a turn that took `over_ms` more than the p95 of its budget."""

    stage: Stage
    spent_ms: float
    over_ms: float


PLAIN: dict[Stage, Budget] = {
    "endpointing": Budget(200, 400),
    "stt": Budget(150, 350),
    "llm": Budget(250, 700),
    "text": Budget(50, 120),
    "tts": Budget(130, 250),
    "transport": Budget(50, 80),
    "barge_in": Budget(150, 300),
    "first_sound": Budget(500, 800),
    "answer": Budget(500, 800),
}
"""A turn without tools."""

TOOL: dict[Stage, Budget] = {
    **PLAIN,
    "first_sound": Budget(800, 800),  # a filler
    "answer": Budget(600, 600),  # after the time that the tools took
}

GREETING: dict[Stage, Budget] = {**PLAIN, "greeting": Budget(400, 400)}

CLOCKS: frozenset[Stage] = frozenset({"greeting", "first_sound", "answer"})


def budget(turn: TurnLatency) -> dict[Stage, Budget]:
    """Return the column of the table that a turn is held to."""
    if turn.kind == "greeting":
        return GREETING
    return TOOL if turn.tools else PLAIN


def spent(turn: TurnLatency) -> dict[Stage, float]:
    """Return the ms that each stage took, without those that did not happen."""
    greeting = turn.kind == "greeting"
    stages: dict[Stage, float | None] = {
        "endpointing": turn.turn_over_ms,
        "stt": turn.transcript_ms,
        "llm": max((_until_token(each) or 0.0 for each in turn.inferences), default=None),
        "text": _between(_answers_token_ms(turn), turn.text_ms),
        "tts": _between(turn.text_ms, turn.tts_audio_ms),
        "transport": _between(_could_play_ms(turn), turn.answer_ms),
        "barge_in": turn.yield_ms,
        "greeting": turn.first_sound_ms if greeting else None,
        "first_sound": None if greeting else turn.first_sound_ms,
        "answer": None if greeting else _between(turn.tool_ms, turn.answer_ms),
    }
    return {stage: ms for stage, ms in stages.items() if ms is not None}


def judge(turn: TurnLatency) -> Overspent | None:
    """Return the stage that overspent most, a clock only if no stage is to blame; None if none did.

    The order of blame is by ms over the p95 of the turn's budget.
    """
    allowed = budget(turn)
    over = [
        Overspent(stage, ms, round(ms - allowed[stage].p95_ms, 1))
        for stage, ms in spent(turn).items()
        if ms > allowed[stage].p95_ms
    ]
    stages = [each for each in over if each.stage not in CLOCKS]
    return max(stages or over, key=lambda each: each.over_ms, default=None)


def _until_token(inference: Inference) -> float | None:
    return _between(inference.asked_ms, inference.first_token_ms)


def _answers_token_ms(turn: TurnLatency) -> float | None:
    """The first token of the last inference that was under way when the answer's text was."""
    tokens = [each.first_token_ms for each in turn.inferences if each.first_token_ms is not None]
    if turn.text_ms is None:
        return None
    return max((ms for ms in tokens if ms <= turn.text_ms), default=None)


def _could_play_ms(turn: TurnLatency) -> float | None:
    """When the answer's audio was there and no filler was before it."""
    if turn.tts_audio_ms is None or turn.answer_ms is None or turn.filler_end_ms is None:
        return turn.tts_audio_ms
    waited = turn.filler_end_ms <= turn.answer_ms
    return max(turn.tts_audio_ms, turn.filler_end_ms) if waited else turn.tts_audio_ms


def _between(start_ms: float | None, end_ms: float | None) -> float | None:
    return None if start_ms is None or end_ms is None else round(end_ms - start_ms, 1)
