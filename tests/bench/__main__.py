"""`python -m tests.bench`: measures, and writes docs/bench.json and docs/bench.md."""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.bench import goals
from tests.bench.bench import measure, summary
from tests.bench.house import BenchError
from tests.bench.page import doubts, page


def main() -> int:
    """0 when every goal is met, 1 when one is not, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--turns", type=int, default=30, help="turns of the single call")
    parser.add_argument("--calls", type=int, default=8, help="calls at once")
    parser.add_argument("--turns-each", type=int, default=6, help="turns of each call at once")
    parser.add_argument("--out", type=Path, default=Path("docs/bench.json"))
    given = parser.parse_args()
    began = time.monotonic()

    def progress(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", flush=True)

    try:
        bench = measure(given.turns, given.calls, given.turns_each, progress)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    given.out.write_text(json.dumps(summary(bench), indent=1) + "\n", encoding="utf-8")
    given.out.with_suffix(".md").write_text(page(bench) + "\n", encoding="utf-8")
    print("", goals.table(bench.results), *doubts(bench), sep="\n\n")
    print(f"\nWritten: {given.out}, {given.out.with_suffix('.md')}")
    return 0 if all(result.met for result in bench.results) else 1


if __name__ == "__main__":
    sys.exit(main())
