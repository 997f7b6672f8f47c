"""`python -m tests.bench.cloud`: Echo beside others on the same emulated providers, in one run.

Writes docs/cloud.json and docs/cloud.md. LiveKit Agents takes part where `make peers` put it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.report import ms
from tests.bench import figures
from tests.bench.callers import Lines, place_crowd
from tests.bench.conversation import turns
from tests.bench.figures import Spread
from tests.bench.house import BenchError
from tests.bench.machine import Machine, machine
from tests.bench.systems import System, cloud, running, systems

STAGES_MS = {"budget": 480, "field": 971}
"""What the stages alone take, at the median, one after the other."""
VOICE_MS = {"budget": 130, "field": 188}
"""Of that, the voice's: from its first text to its first sound."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One system with so many callers at once."""

    system: str
    calls: int
    first_sound: Spread
    lost: int
    underruns: int
    cores: float
    mb_a_call: float
    callers_late_ms: float


def measure(system: System, calls: int, said: Sequence[str], lines: Lines) -> Measured:
    """Every caller says the same sentences, in real time.

    Raises `BenchError` when the system does not start or a call does not come about.
    """
    script = [lines.play(text) for text in said]
    with running(system) as server:
        rss_mb, cpu_secs, began = server.rss_mb, server.cpu_secs, time.monotonic()
        rss = [rss_mb]
        placed = place_crowd(
            server.url, script, calls, lines, meanwhile=lambda: rss.append(server.rss_mb)
        )
        secs = time.monotonic() - began
        used = (server.cpu_secs - cpu_secs) / secs
    spoken = list(figures.spoken_turns(placed))
    return Measured(
        system.name,
        calls,
        figures.first_sound(spoken),
        figures.unanswered(spoken),
        len(figures.underruns(placed)),
        round(used, 2),
        round((max(rss) - rss_mb) / calls, 1),
        figures.callers_late(placed),
    )


def page(profile: str, results: Sequence[Measured], on: Machine) -> str:
    """The results as a page of Markdown; ratios are to Echo with as many callers."""
    echo = {each.calls: each.first_sound.p50 for each in results if each.system == "Echo"}
    rows = [
        f"| {each.calls} | {each.system} | {ms(each.first_sound.p50)} | "
        f"{ms(each.first_sound.p95)} | {ratio(each.first_sound.p50, echo.get(each.calls))} | "
        f"{each.lost} of {each.lost + each.first_sound.count} | {each.underruns} | "
        f"{each.cores:.2f} | {each.mb_a_call:.0f} | {each.callers_late_ms:.0f} |"
        for each in results
    ]
    return "\n".join(
        [
            "# Beside others, on the same emulated providers",
            "",
            "Written by `make bench-cloud`. From the caller's last audible sample to the first "
            "audible sample of the answer. Deepgram, OpenAI and Cartesia are emulated on this "
            f'machine with the "{profile}" delays, whose stages alone take '
            f"{STAGES_MS[profile]} ms; callers, emulators and the system under test share its "
            "cores. Each system has its own defaults.",
            "",
            "| callers | system | p50 ms | p95 ms | to Echo's p50 | turns lost | underruns | cores "
            "| MB a call | callers late, ms |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"{on.processor}, {on.cores} cores, {on.memory_gb} GB; Python {on.python}.",
            "",
            "The callers share a process, which comes first: beside emulators and callers the "
            "system gets what is left of the cores.",
            "",
            'The emulated model opens every answer with "Sure,", as the persona of Echo asks of a '
            "model, and is the same for all. In the cascade, Echo says that much from memory, and "
            "it is the first audible sample; an answer that opens otherwise is heard later, by the "
            f"first sound of the voice itself ({VOICE_MS[profile]} ms).",
            "",
        ]
    )


def ratio(value: float | None, to: float | None) -> str:
    return "-" if value is None or to is None else f"{value / to:.2f}"


def main() -> int:
    """0 when something could be measured, 2 when not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cloud", description=__doc__)
    parser.add_argument("--profile", choices=list(STAGES_MS), default="budget")
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 8, 16, 24])
    parser.add_argument("--turns", type=int, nargs="+", default=[50, 6, 4, 4])
    parser.add_argument("--only", help="measure the system of this name alone")
    parser.add_argument("--out", type=Path, default=Path("docs/cloud.json"))
    given = parser.parse_args()
    results: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        lines = Lines(Path(folder))
        for calls, count in zip(given.calls, given.turns, strict=False):
            said = turns(count)
            with cloud(given.profile, said) as env:
                for system in systems(env, calls):
                    if given.only not in (None, system.name):
                        continue
                    try:
                        results.append(measure(system, calls, said, lines))
                        print(results[-1], flush=True)
                    except BenchError as error:
                        print(f"{system.name}, {calls} calls: {error}", file=sys.stderr)
    if not results:
        return 2
    on = machine()
    told = {"profile": given.profile, "machine": asdict(on), "results": [*map(asdict, results)]}
    given.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    given.out.with_suffix(".md").write_text(page(given.profile, results, on), encoding="utf-8")
    print(f"Written: {given.out}, {given.out.with_suffix('.md')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
