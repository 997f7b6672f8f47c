"""`make bench-turns`: who talks over callers, who falls for an "uh-huh"; writes docs/turns.md.

All but the calls by ear and answering early is in audio time, and the same for a seed. Everything
is written after every part: what was measured is there even if a later one fails.
"""

import argparse
import asyncio
import json
import math
import sys
import time
from pathlib import Path

from loguru import logger

from bot.turns import Ears
from tests.bench import early
from tests.bench.turns import curve, panel
from tests.bench.turns.by_ear import by_ear
from tests.bench.turns.events import events
from tests.bench.turns.page import TABLES, figures, page, plots
from tests.bench.turns.parts import Measured, part
from tests.bench.turns.run import ECHO
from tests.bench.turns.run import panel as judged

_ASKED_TURNS = 8


def main() -> int:
    """0 when every part was measured, and Echo meets its goals on what is held out."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turns", description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--no-calls", action="store_true", help="nothing in real time")
    parser.add_argument("--one-in", type=int, default=1, help="a short form: one event in so many")
    parser.add_argument("--out", type=Path, default=Path("docs/turns.md"))
    given = parser.parse_args()
    logger.remove()
    began = time.monotonic()
    missed = measure(given.seed, given.one_in, given.out, calls=not given.no_calls)
    print("\n".join(missed) or "All goals are met.")
    print(f"Written: {given.out}, {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


def measure(seed: int, one_in: int, out: Path, *, calls: bool) -> list[str]:
    """Writes what there is after each part. The goals that are missed, and the parts that failed.

    one_in: of the events, utterances, sentences and turns, one in so many is taken.
    """
    made = Measured(seed)
    made.panels = part(made, "The panel", lambda: judged(events(seed)[::one_in])) or {}
    write(made, out, one_in)
    count = curve.COUNT // one_in
    made.points = part(made, "Endpointing", lambda: curve.curve(Ears(), count)) or []
    write(made, out, one_in)
    for title, table in TABLES.items():
        if shown := part(made, title, lambda table=table: table(seed, one_in)):
            made.tables[title] = shown
        write(made, out, one_in)
    if calls:
        made.heard = part(made, "By ear", lambda: asyncio.run(by_ear(one_in))) or []
        write(made, out, one_in)
        turns = max(2, _ASKED_TURNS // one_in)
        made.early = part(made, "Answering early", lambda: asyncio.run(early.compared(turns))) or []
    return write(made, out, one_in)


def write(made: Measured, out: Path, one_in: int) -> list[str]:
    """Page, figures and plots; what is amiss."""
    missed = [f"{title} failed: {why}" for title, why in made.failed.items()]
    if made.panels:
        held_out = [case for case in made.panels[ECHO] if case.event.held_out]
        missed += panel.missed(held_out, few=one_in > 1)
    missed += curve.missed(made.points) if made.points else []
    out.write_text(page(made, missed), encoding="utf-8")
    numbers = json.dumps(_known(figures(made)), indent=1, allow_nan=False)
    out.with_suffix(".json").write_text(numbers + "\n", encoding="utf-8")
    for name, svg in plots(made.panels, made.points).items():
        (out.parent / name).write_text(svg, encoding="utf-8")
    return missed


def _known(value: object) -> object:
    """The same with null for what there was nothing to measure of: JSON has no nan."""
    match value:
        case dict():
            return {key: _known(each) for key, each in value.items()}
        case list():
            return [_known(each) for each in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


if __name__ == "__main__":
    sys.exit(main())
