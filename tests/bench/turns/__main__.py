"""`make bench-turns`: who talks over callers, who falls for an "uh-huh"; writes docs/turns.md.

All but the calls by ear is in audio time, and the same for a seed.
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
from tests.bench.turns import curve, panel
from tests.bench.turns.by_ear import by_ear
from tests.bench.turns.events import events
from tests.bench.turns.page import figures, page, plots
from tests.bench.turns.run import ECHO
from tests.bench.turns.run import panel as judged


def main() -> int:
    """0 when Echo meets its goals on what is held out."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turns", description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--no-calls", action="store_true", help="nothing in real time")
    parser.add_argument("--out", type=Path, default=Path("docs/turns.md"))
    given = parser.parse_args()
    logger.remove()
    began = time.monotonic()
    panels = judged(events(given.seed))
    points = curve.curve(Ears())
    heard = [] if given.no_calls else asyncio.run(by_ear())
    held_out = [case for case in panels[ECHO] if case.event.held_out]
    missed = [*panel.missed(held_out), *curve.missed(points)]
    given.out.write_text(page(panels, points, heard, missed, given.seed), encoding="utf-8")
    known = _known(figures(panels, points, heard, given.seed))
    numbers = json.dumps(known, indent=1, allow_nan=False)
    given.out.with_suffix(".json").write_text(numbers + "\n", encoding="utf-8")
    for name, svg in plots(panels, points).items():
        (given.out.parent / name).write_text(svg, encoding="utf-8")
    print("\n".join(missed) or "All goals are met.")
    print(f"Written: {given.out}, {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


def _known(value: object) -> object:
    """The same with null for what there was nothing to measure of: JSON has no nan."""
    match value:
        case dict():
            return {key: _known(each) for key, each in value.items()}
        case list():
            return [_known(each) for each in value]
        case float() if math.isnan(value):
            return None
        case _:
            return value


if __name__ == "__main__":
    sys.exit(main())
