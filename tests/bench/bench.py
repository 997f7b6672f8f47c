"""Calls a server and measures at the callers' ears: one call alone, then many at once."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from evals.script import Step
from tests.bench import conversation, figures, goals
from tests.bench.callers import Lines, one_caller, place_calls
from tests.bench.figures import Summary
from tests.bench.goals import Result
from tests.bench.house import House, house
from tests.bench.machine import Machine, Quiet, machine, quiet

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Phase:
    """Some calls, and what they cost the server.

    `cores` and `callers_cores`: processor time per second of the phase, of the server and of the
    callers. `loop_lag_p99_ms`: since the server started.
    """

    calls: list[Summary]
    secs: float
    cores: float
    callers_cores: float
    rss_before_mb: float
    rss_mb: float
    loop_lag_p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Bench:
    machine: Machine
    before: Quiet
    after: Quiet
    steal_percent: float
    ready_secs: float
    alone: Phase
    many: Phase
    results: list[Result]


def measure(turns: int, calls: int, turns_each: int, progress: Progress) -> Bench:
    """Runs it all; some six minutes for 30 turns and 8 calls.

    Raises `BenchError` when the server does not start or a call does not come about.
    """
    times = psutil.cpu_times()._asdict()
    with tempfile.TemporaryDirectory() as folder:
        lines = Lines(Path(folder))
        progress("Synthesising what the callers will say")
        alone_script = one_caller(turns, lines)
        many_scripts = [_one_of_many(turns_each, number, lines) for number in range(calls)]
        progress("Timing this machine")
        before = quiet()
        progress("Starting the server")
        with house(max_calls=calls + 1) as server:
            progress(f"Ready in {server.ready_secs:.1f} s. One call, {len(alone_script)} turns")
            alone = _phase(server, [alone_script], lines)
            progress(f"{calls} calls at once, {turns_each} turns each")
            many = _phase(server, many_scripts, lines)
            ready_secs = server.ready_secs
        after = quiet()
    return Bench(
        machine=machine(),
        before=before,
        after=after,
        steal_percent=_steal_percent(times),
        ready_secs=round(ready_secs, 1),
        alone=alone,
        many=many,
        results=judged(alone, many, conversation.tools_wanted(turns)),
    )


def judged(alone: Phase, many: Phase, tools_wanted: int) -> list[Result]:
    """Every goal with its figure."""
    turns = list(figures.spoken_turns(alone.calls))
    crowd = list(figures.spoken_turns(many.calls))
    first_sound = figures.first_sound(turns)
    return [
        Result(goals.FIRST_SOUND_P50, first_sound.p50),
        Result(goals.FIRST_SOUND_P95, first_sound.p95),
        Result(goals.GREETING, figures.greeting(alone.calls).p50),
        Result(goals.TOOL_FIRST_SOUND_P95, figures.first_sound(figures.tool_turns(turns)).p95),
        Result(goals.BARGE_IN_P95, figures.barge_in(alone.calls).p95),
        Result(goals.UNANSWERED, figures.unanswered(turns)),
        Result(goals.UNUSED, figures.unused(turns, tools_wanted)),
        Result(goals.LOOP_LAG_P99, alone.loop_lag_p99_ms),
        Result(goals.MANY_P95, figures.first_sound(crowd).p95),
        Result(goals.MANY_UNDERRUNS, len(figures.underruns(many.calls))),
        Result(goals.RSS, alone.rss_mb),
        Result(goals.RSS_A_CALL, (many.rss_mb - many.rss_before_mb) / len(many.calls)),
    ]


def summary(bench: Bench) -> dict[str, object]:
    """The bench as JSON: results, the figures behind them, and what each call was like."""
    return {
        "results": [asdict(each) | {"met": each.met} for each in bench.results],
        "machine": asdict(bench.machine),
        "noise": {
            "before": asdict(bench.before),
            "after": asdict(bench.after),
            "steal_percent": bench.steal_percent,
        },
        "ready_secs": bench.ready_secs,
        "alone": _described(bench.alone),
        "many": _described(bench.many),
    }


def _described(phase: Phase) -> dict[str, object]:
    turns = list(figures.spoken_turns(phase.calls))
    tools = figures.tool_turns(turns)
    plain = [turn for turn in turns if not turn["tools"]]
    return {
        "calls": len(phase.calls),
        "turns": len(turns),
        "tool_turns": len(tools),
        "secs": phase.secs,
        "first_sound": asdict(figures.first_sound(turns)),
        "first_sound_plain": asdict(figures.first_sound(plain)),
        "first_sound_tools": asdict(figures.first_sound(tools)),
        "answer": asdict(figures.answer(turns)),
        "greeting": asdict(figures.greeting(phase.calls)),
        "barge_in": asdict(figures.barge_in(phase.calls)),
        "unanswered": figures.unanswered(turns),
        "cut_off": figures.cut_off(turns),
        "underruns_ms": figures.underruns(phase.calls),
        "stages_plain": figures.stages(plain),
        "stages_tools": figures.stages(tools),
        "cores": phase.cores,
        "callers_cores": phase.callers_cores,
        "rss_before_mb": phase.rss_before_mb,
        "rss_mb": phase.rss_mb,
        "loop_lag_p99_ms": phase.loop_lag_p99_ms,
        "callers_late_ms_p99": figures.callers_late(phase.calls),
        "each_turn": [_turn(turn) for call in phase.calls for turn in call["turns"]],
    }


def _turn(turn: figures.TurnSummary) -> dict[str, object]:
    figures_kept = ("first_sound_ms", "answer_ms", "barge_in_ms", "heard_as", "reply")
    kept: dict[str, object] = {name: turn[name] for name in figures_kept}
    return kept | {"kind": turn["said"]["kind"], "tools": [tool["name"] for tool in turn["tools"]]}


def _phase(server: House, scripts: Sequence[Sequence[Step]], lines: Lines) -> Phase:
    rss_before, cpu_before, began = server.rss_mb, server.cpu_secs, time.monotonic()
    callers_before = _finished_children_secs()
    rss = [rss_before]
    calls = place_calls(server.url, scripts, lines, meanwhile=lambda: rss.append(server.rss_mb))
    secs = time.monotonic() - began
    lag = server.status().get("loop_lag_p99_ms")
    return Phase(
        calls=list(calls),
        secs=round(secs, 1),
        cores=round((server.cpu_secs - cpu_before) / secs, 3),
        callers_cores=round((_finished_children_secs() - callers_before) / secs, 3),
        rss_before_mb=round(rss_before, 1),
        rss_mb=round(max(rss), 1),
        loop_lag_p99_ms=float(lag) if isinstance(lag, int | float) else None,
    )


def _finished_children_secs() -> float:
    """Processor time of the callers that have hung up; the server is a child that still runs."""
    times = psutil.Process().cpu_times()
    return times.children_user + times.children_system


def _one_of_many(turns: int, number: int, lines: Lines) -> list[Step]:
    return [lines.play(text) for text in conversation.turns(turns, start=2 * number)]


def _steal_percent(before: Mapping[str, float]) -> float:
    """The share of processor time that other guests of the same host took."""
    now = psutil.cpu_times()._asdict()
    total = sum(now.values()) - sum(before.values())
    return round(100 * (now.get("steal", 0) - before.get("steal", 0)) / total, 1) if total else 0.0
