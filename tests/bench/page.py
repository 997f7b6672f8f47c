"""The bench as a page of Markdown."""

from tests.bench import figures, goals
from tests.bench.bench import Bench, Phase
from tests.bench.figures import Spread

_TRUSTED_LATE_MS = 10.0  # half a frame: beyond, a caller's own lateness shows as gaps


def page(bench: Bench) -> str:
    return "\n\n".join(
        [
            "# Measured at the caller's ear",
            "Written by `make bench`. From the caller's last audible sample to Echo's first, as "
            "heard without a jitter buffer. The callers run on the same machine as the server.",
            goals.table(bench.results),
            *doubts(bench),
            f"## One call\n\n{_phase(bench.alone)}",
            f"## {len(bench.many.calls)} calls at once\n\n{_phase(bench.many)}",
            f"## Where the time goes\n\n{_stages(bench)}",
            f"## The machine\n\n{_machine(bench)}",
        ]
    )


def doubts(bench: Bench) -> list[str]:
    """Why the figures should not be trusted, if so: a machine too busy to measure on."""
    late_ms = figures.callers_late([*bench.alone.calls, *bench.many.calls])
    if late_ms <= _TRUSTED_LATE_MS:
        return []
    return [
        f"**The machine was busy with other things**: the callers themselves were {late_ms:.0f} ms "
        "late (p99), which adds to every figure. Measure again when it is quiet."
    ]


def _phase(phase: Phase) -> str:
    turns = list(figures.spoken_turns(phase.calls))
    tools = figures.tool_turns(turns)
    plain = [turn for turn in turns if not turn["tools"]]
    rows = [
        _row("first sound, plain turns", figures.first_sound(plain)),
        _row("first sound, tool turns", figures.first_sound(tools)),
        _row("answer, plain turns", figures.answer(plain)),
        _row("answer, tool turns", figures.answer(tools)),
        _row("greeting", figures.greeting(phase.calls)),
        _row("barge-in", figures.barge_in(phase.calls)),
    ]
    gaps = figures.underruns(phase.calls)
    return "\n".join(
        [
            "| ms | count | p50 | p95 | max |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"Without an answer: {figures.unanswered(turns)}; answered too early: "
            f"{figures.cut_off(turns)}; underruns: {len(gaps)}"
            f"{f' (longest {max(gaps):.0f} ms)' if gaps else ''}. The server used "
            f"{phase.cores:.2f} cores and {phase.rss_mb:.0f} MB, the callers "
            f"{phase.callers_cores:.2f} cores; their own frames were late by "
            f"{figures.callers_late(phase.calls):.1f} ms at most (p99).",
        ]
    )


def _row(name: str, of: Spread) -> str:
    return f"| {name} | {of.count} | {_ms(of.p50)} | {_ms(of.p95)} | {_ms(of.max)} |"


def _stages(bench: Bench) -> str:
    turns = list(figures.spoken_turns(bench.alone.calls))
    tools = figures.stages(figures.tool_turns(turns))
    plain = figures.stages([turn for turn in turns if not turn["tools"]])
    rows = [
        f"| {_moment(name)} | {_ms(plain[name])} | {_ms(tools[name])} |" for name in figures.STAGES
    ]
    return "\n".join(
        [
            "Medians of the one call by the server's own clock, ms after the end of the speech.",
            "",
            "| moment | plain turns | tool turns |",
            "|---|---|---|",
            *rows,
        ]
    )


def _machine(bench: Bench) -> str:
    on, before, after = bench.machine, bench.before, bench.after
    return (
        f"{on.processor}, {on.cores} cores, {on.memory_gb} GB; {on.system}; Python {on.python}. "
        f"The server was ready after {bench.ready_secs} s.\n\n"
        "To compare with another machine, and to see whether this one was quiet: a fixed loop of "
        f"Python took {before.loop_ms_p50} ms before and {after.loop_ms_p50} ms after (p50; p99 "
        f"{before.loop_ms_p99} and {after.loop_ms_p99}); a sentence of the local voice "
        f"{before.sentence_ms_p50} ms and {after.sentence_ms_p50} ms. Load before: {before.load}; "
        f"stolen by other guests of the host: {bench.steal_percent} %."
    )


def _moment(name: str) -> str:
    return name.removesuffix("_ms").replace("_", " ")


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
