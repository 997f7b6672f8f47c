"""A call cut into turns, each measured where it counts: at the caller's ear."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from evals.conversation import Conversation, Latency, Line, Speaker, ToolCall
from evals.ear import Span
from evals.playout import Gap
from evals.wire import Json

TurnKind = Literal["greeting", "say", "interrupt", "type"]

_ANSWER = "answer_ms"
_FIRST_SOUND = "first_sound_ms"


@dataclass(frozen=True, slots=True)
class Said:
    """What the caller did, and when it could be heard: first to last audible sample sent.

    A greeting is what follows the beginning of the connection; typed text has a span of no length.
    """

    kind: TurnKind
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. Figures are None when there is nothing to measure: no reply, no interruption.

    `first_sound_ms`: end of the caller's last audible sample to Echo's first; below zero when Echo
    set in before the caller had finished. `answer_ms`: the same to the answer itself, which is
    later than the first sound when a filler came before it. `barge_in_ms`: the caller's first
    audible sample to Echo's last, when the caller spoke over Echo.
    """

    said: Said
    heard_as: str
    reply: str
    first_sound_ms: float | None
    answer_ms: float | None
    barge_in_ms: float | None
    gaps: tuple[Gap, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    latency: Json = field(default_factory=dict[str, JsonValue])


def turns(
    said: Sequence[Said],
    echo: Sequence[Span],
    gaps: Sequence[Gap],
    conversation: Conversation,
) -> tuple[Turn, ...]:
    """One `Turn` for each thing said; what happened until the next one belongs to it.

    `echo` is where Echo could be heard, pauses up to `playout.PAUSE_SECS` included.
    """
    ends = [*(following.span.start_secs for following in said[1:]), float("inf")]
    starts = [float("-inf"), *ends[:-1]]
    windows = [Span(start, end) for start, end in zip(starts, ends, strict=True)]
    latencies = _latencies(windows, conversation.latencies)
    return tuple(
        _turn(this, window, echo, gaps, conversation, latency)
        for this, window, latency in zip(said, windows, latencies, strict=True)
    )


def _latencies(windows: Sequence[Span], records: Sequence[Latency]) -> list[Json]:
    """The server's record of each turn, empty where there is none.

    A record is sent when its turn is over. That of an interrupted turn therefore comes after the
    caller has begun to interrupt, in the next turn's window.
    """
    found: list[Json] = [{} for _ in windows]
    for record in records:
        at = next(i for i, window in enumerate(windows) if window.covers(record.at_secs))
        if at > 0 and record.turn.get("interrupted") and not found[at - 1]:
            at -= 1
        found[at] = record.turn
    return found


def _turn(
    said: Said,
    window: Span,
    echo: Sequence[Span],
    gaps: Sequence[Gap],
    conversation: Conversation,
    latency: Json,
) -> Turn:
    tools = tuple(tool for tool in conversation.tools if window.covers(tool.started_secs))
    onsets = [
        span.start_secs
        for span in echo
        if said.span.start_secs < span.start_secs and window.covers(span.start_secs)
    ]
    first_sound_ms = _ms(onsets[0] - said.span.end_secs) if onsets else None
    return Turn(
        said=said,
        heard_as=_words("caller", conversation.lines, window),
        reply=_words("echo", conversation.lines, window),
        first_sound_ms=first_sound_ms,
        answer_ms=_answer_ms(first_sound_ms, said, onsets, tools, latency),
        barge_in_ms=_barge_in_ms(said, echo),
        gaps=tuple(gap for gap in gaps if window.covers(gap.at_secs)),
        tools=tools,
        latency=latency,
    )


def _answer_ms(
    first_sound_ms: float | None,
    said: Said,
    onsets: Sequence[float],
    tools: Sequence[ToolCall],
    latency: Json,
) -> float | None:
    """The first sound plus the time between the server's two clocks, when it reports them.

    Without its report, and after a tool: the first sound that sets in after the tool's result.
    """
    first, answer = latency.get(_FIRST_SOUND), latency.get(_ANSWER)
    if first_sound_ms is None:
        return None
    if isinstance(first, int | float) and isinstance(answer, int | float):
        return round(first_sound_ms + answer - first, 1)
    results = [tool.ended_secs for tool in tools if tool.ended_secs is not None]
    if not results:
        return first_sound_ms
    after = [onset for onset in onsets if onset >= results[-1]]
    return _ms(after[0] - said.span.end_secs) if after else first_sound_ms


def _barge_in_ms(said: Said, echo: Sequence[Span]) -> float | None:
    over = next((span for span in echo if span.covers(said.span.start_secs)), None)
    if over is None or said.kind in ("greeting", "type"):
        return None
    return _ms(over.end_secs - said.span.start_secs)


def _words(speaker: Speaker, lines: Sequence[Line], window: Span) -> str:
    said = [line for line in lines if line.speaker == speaker and window.covers(line.at_secs)]
    return " ".join(line.text for line in said)


def _ms(secs: float) -> float:
    return round(1000 * secs, 1)
