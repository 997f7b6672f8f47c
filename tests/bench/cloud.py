"""`python -m tests.bench.cloud`: Echo beside others on the same emulated providers.

Writes docs/cloud.json, docs/cloud.md and docs/cloud.svg after each thing it has measured; some
50 minutes in all. Told to measure a part alone, it keeps what the file has of the others. LiveKit
Agents takes part where `make peers` put it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from evals.report import ms
from evals.script import Step
from tests.bench import figures
from tests.bench.callers import Lines, one_caller, place_crowd
from tests.bench.conversation import INTERRUPTIONS, TOOLS, turns
from tests.bench.figures import Spread
from tests.bench.house import BenchError
from tests.bench.machine import Machine, machine
from tests.bench.systems import System, cloud, running, systems
from tests.bench.turns.plots import scatter

STAGES_MS = {"budget": 480, "field": 971}
"""What the stages alone take, at the median, one after the other."""
VOICE_MS = {"budget": 130, "field": 188}
"""Of that, the voice's: from its first text to its first sound."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many callers at once on a profile; `turns` are Echo's, `others` everybody else's."""

    profile: str
    calls: int
    turns: int
    others: int

    def count(self, system: str) -> int:
        return self.turns if system == "Echo" else self.others

    def script(self, system: str, lines: Lines) -> Sequence[Step]:
        """One caller interrupts now and then; many at once do not."""
        count = self.count(system)
        if self.calls == 1:
            return one_caller(count, lines)
        return [lines.play(text) for text in turns(count)]


PARTS = (
    Part("budget", 1, 50, 20),
    Part("budget", 8, 6, 4),
    Part("budget", 16, 4, 4),
    Part("budget", 24, 4, 4),
    Part("budget", 32, 3, 3),
    Part("field", 1, 20, 20),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One system with so many callers at once.

    `tool_turns`: of the first sounds, those of turns that asked for a tool's work. `barge_in`: from
    the caller's first sample over an answer to the last audible one of that.
    """

    profile: str
    system: str
    calls: int
    first_sound: Spread
    tool_turns: Spread
    barge_in: Spread
    lost: int
    underruns: int
    cores: float
    mb_a_call: float
    callers_late_ms: float

    @property
    def what(self) -> tuple[str, int, str]:
        return self.profile, self.calls, self.system


def measure(part: Part, system: System, lines: Lines) -> Measured:
    """Every caller says the same sentences, in real time.

    Raises `BenchError` when the system does not start or a call does not come about.
    """
    script = part.script(system.name, lines)
    tools = {lines.play(text).wav.stem for text in TOOLS}
    with running(system) as server:
        rss_mb, cpu_secs, began = server.rss_mb, server.cpu_secs, time.monotonic()
        rss = [rss_mb]
        placed = place_crowd(
            server.url, script, part.calls, lines, meanwhile=lambda: rss.append(server.rss_mb)
        )
        secs = time.monotonic() - began
        used = (server.cpu_secs - cpu_secs) / secs
    spoken = list(figures.spoken_turns(placed))
    return Measured(
        profile=part.profile,
        system=system.name,
        calls=part.calls,
        first_sound=figures.first_sound(spoken),
        tool_turns=figures.first_sound(turn for turn in spoken if turn["said"]["text"] in tools),
        barge_in=figures.barge_in(placed),
        lost=figures.unanswered(spoken),
        underruns=len(figures.underruns(placed)),
        cores=round(used, 2),
        mb_a_call=round((max(rss) - rss_mb) / part.calls, 1),
        callers_late_ms=figures.callers_late(placed),
    )


def page(results: Sequence[Measured], on: Machine) -> str:
    """The results as a page of Markdown; ratios are to Echo with as many callers."""
    parts = [
        "# Beside others, on the same emulated providers",
        "",
        "Written by `make bench-cloud`. From the caller's last audible sample to the first audible "
        "sample of the answer, in ms. Deepgram, OpenAI and Cartesia are emulated on this machine; "
        "callers, emulators and the system under test share its cores. All systems with as many "
        "callers were measured one after the other, each with its own defaults. Tool turns are "
        "those that ask for a tool's work. Barge-in is from the caller's first sample over an "
        "answer to the last audible one of that.",
        "",
    ]
    for profile in STAGES_MS:
        some = [each for each in results if each.profile == profile]
        if some:
            parts += [
                f'## The "{profile}" delays, whose stages alone take {STAGES_MS[profile]} ms',
                "",
                *_table(some),
                "",
            ]
    return "\n".join(
        [
            *parts,
            "![p95 against the number of callers](cloud.svg)",
            "",
            f"{on.processor}, {on.cores} cores, {on.memory_gb} GB; Python {on.python}.",
            "",
            "The callers share a process, which comes first: beside emulators and callers the "
            "system gets what is left of the cores.",
            "",
            'The emulated model opens every answer with "Sure,", as the persona of Echo asks of a '
            "model, and is the same for all. In the cascade, Echo says that much from memory, and "
            "it is the first audible sample; an answer that opens otherwise is heard later, by the "
            f"first sound of the voice itself ({VOICE_MS['budget']} ms). Where the model is late "
            "by a second, the first sound is the phrase that bridges it.",
            "",
        ]
    )


def _table(results: Sequence[Measured]) -> Iterator[str]:
    echo = {each.calls: each.first_sound.p50 for each in results if each.system == "Echo"}
    yield (
        "| callers | system | p50 | p95 | to Echo's p50 | tool turns p50 | p95 | barge-in p50 "
        "| p95 | turns lost | underruns | cores | MB a call | callers late, ms |"
    )
    yield "|" + 14 * "---|"
    for each in results:
        heard, tools, over = each.first_sound, each.tool_turns, each.barge_in
        yield (
            f"| {each.calls} | {each.system} | {ms(heard.p50)} | {ms(heard.p95)} "
            f"| {ratio(heard.p50, echo.get(each.calls))} | {ms(tools.p50)} | {ms(tools.p95)} "
            f"| {ms(over.p50)} | {ms(over.p95)} | {each.lost} of {each.lost + heard.count} "
            f"| {each.underruns} | {each.cores:.2f} | {each.mb_a_call:.0f} "
            f"| {each.callers_late_ms:.0f} |"
        )


def plot(results: Sequence[Measured]) -> str:
    """p95 against the number of callers, "budget" profile, as SVG."""
    budget = [each for each in results if each.profile == "budget"]
    names = dict.fromkeys(each.system for each in budget if "realtime" not in each.system)
    rows = {
        name: [
            (each.calls, each.first_sound.p95)
            for each in budget
            if each.system == name and each.first_sound.p95 is not None
        ]
        for name in names
    }
    most = max((each.calls for each in budget), default=1)
    return scatter(
        "First sound, p95, against callers at once", ("callers", most), ("ms", 3000), rows
    )


def ratio(value: float | None, to: float | None) -> str:
    return "-" if value is None or to is None else f"{value / to:.2f}"


def main() -> int:
    """0 when something could be measured, 2 when not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cloud", description=__doc__)
    parser.add_argument("--profile", choices=list(STAGES_MS), help="measure on this one alone")
    parser.add_argument("--calls", type=int, nargs="+", help="with as many callers at once alone")
    parser.add_argument("--only", help="measure the system of this name alone")
    parser.add_argument("--out", type=Path, default=Path("docs/cloud.json"))
    given = parser.parse_args()
    parts = [
        part
        for part in PARTS
        if given.profile in (None, part.profile) and part.calls in (given.calls or [part.calls])
    ]
    is_part = given.only is not None or parts != list(PARTS)
    results = {each.what: each for each in (_kept(given.out) if is_part else ())}
    on, measured = machine(), 0
    with tempfile.TemporaryDirectory() as folder:
        for each in _measured(parts, given.only, Lines(Path(folder))):
            measured += 1
            results[each.what] = each
            print(each, flush=True)
            _write([*results.values()], on, given.out)
    return 0 if measured else 2


def _kept(out: Path) -> Sequence[Measured]:
    """What was measured before."""
    if not out.exists():
        return ()
    told = json.loads(out.read_text(encoding="utf-8"))
    return TypeAdapter(list[Measured]).validate_python(told["results"])


def _measured(parts: Sequence[Part], only: str | None, lines: Lines) -> Iterator[Measured]:
    for part in parts:
        heard = (*turns(max(part.turns, part.others)), *INTERRUPTIONS)
        with cloud(part.profile, heard) as env:
            for system in systems(env, part.calls):
                if only not in (None, system.name):
                    continue
                try:
                    yield measure(part, system, lines)
                except BenchError as error:
                    print(f"{system.name}, {part.calls} calls: {error}", file=sys.stderr)


def _write(results: Sequence[Measured], on: Machine, out: Path) -> None:
    told = {"machine": asdict(on), "results": [*map(asdict, results)]}
    out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    out.with_suffix(".md").write_text(page(results, on), encoding="utf-8")
    out.with_suffix(".svg").write_text(plot(results), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
