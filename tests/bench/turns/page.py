"""The report on turns: Markdown, figures and plots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import numpy as np

from tests.bench import early, filler, vad
from tests.bench.turns.by_ear import Heard
from tests.bench.turns.curve import Point
from tests.bench.turns.panel import GOALS, RATES, YIELDING, Case, Rate, rates, silent_ms
from tests.bench.turns.parts import Measured
from tests.bench.turns.plots import scatter

TABLES = {"Fillers": filler.both, "What is taken for a caller": vad.both}
"""Title -> by seed and one in how many, the Markdown and the figures. A table of another bench is
added here."""
_NOT_MEASURED = "Not measured in this run."
_EARLY = """\
Whole calls in real time on the emulated cloud, with the "budget" delays (150 ms to the final text,
200 to the model's first token, 130 to the voice's first sound): from the caller's last audible
sample to the first of the answer. Wanted: p50 <= 350 ms, p95 <= 530 ms at <= 1.35 requests a turn.
*Early* (`TURN_ASK_EARLY`, the default): with nova-3 on words that have stood still, with Flux on
its `EagerEndOfTurn` at 0.4 (`DEEPGRAM_FLUX_EAGER_EOT_THRESHOLD`)."""
_PANEL = """\
Sounds of a caller while Echo speaks, made by a seeded script: five voices, 20 and 10 dB above the
noise, half of them by telephone; what Echo was saying is part of each. Judged in audio time by the
marks of the real VAD and the words of the local Whisper. *R_Y*: real turns (interruptions,
corrections, questions, stops, answers) for which Echo is silent within 2.0 s and stays so. *S_BC*,
*S_VT*, *S_ND*: backchannels, tics and side speech after which the floor is not given up and Echo
speaks again within 1.0 s of their end. *Silent after*: from the first sound of a turn, as many as
R_Y counts, to the decision to be silent; the way to the ear is in "By ear", below. **Echo
pauses at every sound** and judges meanwhile: a
strict listener, for whom any pause is a yield, is counted apart as *never paused* (for more than
0.2 s). The words of the half held out are others than those of the other half. Coughs, doors and
bells are synthetic."""


def page(made: Measured, missed: Sequence[str]) -> str:
    """All that was measured."""
    goals = "met" if not missed else "**not met**: " + "; ".join(missed)
    parts = [
        "# Turns",
        "Written by `make bench-turns`.",
        f"Goals, on what is held out: {goals}.",
        "## The panel",
    ]
    parts += [*_panels(made.panels)] if made.panels else [_NOT_MEASURED]
    parts += ["## Cut-offs against delay", "Held out, as in [endpointing.md](endpointing.md)."]
    curve = [_points(made.points), "![Cut-offs against delay](turns-endpointing.svg)"]
    parts += curve if made.points else [_NOT_MEASURED]
    parts += ["## By ear, in real time", _heard(made.heard) if made.heard else _NOT_MEASURED]
    parts += ["## Answering early", _EARLY]
    parts += [early.table(made.early) if made.early else _NOT_MEASURED]
    for title in TABLES:
        markdown, _ = made.tables.get(title, (_NOT_MEASURED, None))
        parts += [f"## {title}", markdown]
    return "\n\n".join(parts) + "\n"


def _panels(panels: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    yield _PANEL
    for title, held_out in (("Held out", True), ("The others", False)):
        yield from (f"### {title}", _panel(panels, held_out=held_out))
    yield from ("![R_Y and S_BC](turns-panel.svg)", "### Label by label, held out")
    yield _labels(panels)


def figures(made: Measured) -> dict[str, object]:
    """The same for a program."""
    split = {
        part: {
            who: {name: asdict(rate) for name, rate in rates(_part(cases, held_out)).items()}
            for who, cases in made.panels.items()
        }
        for part, held_out in (("held out", True), ("others", False))
    }
    return {
        "panel": split,
        "endpointing": [asdict(each) for each in made.points],
        "by ear": [asdict(each) for each in made.heard],
        "answering early": [asdict(each) for each in made.early],
        **{title: numbers for title, (_, numbers) in made.tables.items()},
    }


def plots(panels: Mapping[str, Sequence[Case]], points: Sequence[Point]) -> dict[str, str]:
    """File name -> SVG."""
    shares = {who: rates(_part(cases, held_out=True)) for who, cases in panels.items()}
    both = {who: [(of["R_Y"].share, of["S_BC"].share)] for who, of in shares.items()}
    cut = {
        who: [(each.mean_ms, 100 * each.cut) for each in points if each.who == who]
        for who in dict.fromkeys(each.who for each in points)
    }
    return {
        "turns-panel.svg": scatter(
            "Yields to turns, ignores backchannels", ("R_Y", 1), ("S_BC", 1), both
        ),
        "turns-endpointing.svg": scatter(
            "Cut off, against the mean delay", ("mean delay, ms", 1600), ("cut off, %", 60), cut
        ),
    }


def _part(cases: Sequence[Case], held_out: bool) -> list[Case]:
    return [case for case in cases if case.event.held_out == held_out]


def _panel(panels: Mapping[str, Sequence[Case]], *, held_out: bool) -> str:
    names = " | ".join(f"{name} >= {GOALS[name]}" if name in GOALS else name for name in RATES)
    rows = [
        f"| | {names} | wrong resumes | silent after, p50 / p95 | never paused | pause p50 / p95 |",
        "|---" * (len(RATES) + 5) + "|",
    ]
    for who, every in panels.items():
        cases = _part(every, held_out)
        others = [case for case in cases if case.event.label not in YIELDING]
        strict = Rate(sum(c.right and c.paused_secs <= 0.2 for c in others), len(others))
        pauses = [case.paused_secs for case in others if case.paused_secs]
        p50, p95 = np.percentile(pauses, [50, 95]) if pauses else (0.0, 0.0)
        shares = " | ".join(map(str, rates(cases).values()))
        wrong = sum(case.wrongly_resumed for case in cases)
        silent = " / ".join(f"{each:.0f}" for each in silent_ms(cases)) + " ms"
        pause = f"{p50:.2f} / {p95:.2f} s"
        rows.append(f"| {who} | {shares} | {wrong} | {silent} | {strict} | {pause} |")
    return "\n".join(rows)


def _labels(panels: Mapping[str, Sequence[Case]]) -> str:
    rows = ["| | " + " | ".join(panels) + " |", "|---" * (len(panels) + 1) + "|"]
    for label in dict.fromkeys(label for labels in RATES.values() for label in labels):
        of = [
            [case.right for case in _part(cases, True) if case.event.label == label]
            for cases in panels.values()
        ]
        rows.append(f"| {label} | " + " | ".join(str(Rate(sum(a), len(a))) for a in of) + " |")
    return "\n".join(rows)


def _points(points: Sequence[Point]) -> str:
    rows = ["| | | turns | cut off | mean ms | p50 | p95 |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| {each.who} | {each.setting}{' (default)' if each.is_default else ''} | {each.turns} "
        f"| {each.cut_off} ({each.cut:.1%}) | {each.mean_ms:.0f} | {each.p50_ms:.0f} "
        f"| {each.p95_ms:.0f} |"
        for each in points
    ]
    return "\n".join(rows)


def _heard(heard: Sequence[Heard]) -> str:
    rows = ["| the caller says | a turn | silent after | Echo yielded |", "|---|---|---|---|"]
    for each in heard:
        silent = "never" if each.silent_ms is None else f"{each.silent_ms:.0f} ms"
        yes = ("no", "yes")
        rows.append(f"| {each.said} | {yes[each.is_turn]} | {silent} | {yes[each.yielded]} |")
    late = [each.silent_ms for each in heard if each.silent_ms is not None and each.is_turn]
    p50, p95 = np.percentile(late or [float("nan")], [50, 95])
    wrong = sum(each.is_turn and not each.yielded for each in heard)
    rows += ["", f"{len(heard)} whole calls on this machine's clock; from barge-in to silence "]
    rows[-1] += f"p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(late)} turns; wrong resumes {wrong}."
    return "\n".join(rows)
