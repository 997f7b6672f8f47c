"""`python -m evals.call`: calls a running Echo, prints the call, saves what was heard."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.caller import place_call
from evals.line import CallError
from evals.record import CallRecord
from evals.report import report
from evals.script import Say, ScriptError, Step, read_script

_FIRST_CALL = Path(__file__).parent / "scenarios" / "first_call.toml"


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    url: str
    steps: tuple[Step, ...]
    wav: Path | None
    json: Path | None
    hear: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the call was made; 2, after one line on stderr, when it could not be."""
    try:
        order = _order(arguments)
        record = asyncio.run(place_call(order.url, order.steps))
        print(report(record))
        _save(record, order)
    except (CallError, ScriptError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if order.hear:
        print(f"\nWhat Echo was heard to say\n  {record.heard()}")
    return 0


def _save(record: CallRecord, order: Order) -> None:
    if order.wav:
        record.save_wav(order.wav)
        print(f"\nThe call is in {order.wav}: the caller left, Echo right.")
    if order.json:
        order.json.write_text(json.dumps(record.summary(), indent=1) + "\n", encoding="utf-8")


def _order(arguments: Sequence[str] | None) -> Order:
    parser = argparse.ArgumentParser(
        prog="python -m evals.call", description="Call a running Echo, without a microphone."
    )
    parser.add_argument("--url", default="http://localhost:7860", help="where Echo is")
    parser.add_argument("--say", action="append", default=[], help="say this; may be repeated")
    parser.add_argument(
        "--script", type=Path, help=f"play this script (default: {_FIRST_CALL.name})"
    )
    parser.add_argument("--out", type=Path, help="save both sides as a stereo WAV file")
    parser.add_argument("--json", type=Path, help="save all figures as JSON")
    parser.add_argument("--hear", action="store_true", help="transcribe Echo's voice")
    given = parser.parse_args(arguments)
    steps: tuple[Step, ...] = tuple(Say(text) for text in given.say)
    if not steps or given.script:
        steps = (*steps, *read_script(given.script or _FIRST_CALL).steps)
    return Order(given.url, steps, given.out, given.json, given.hear)


if __name__ == "__main__":
    sys.exit(main())
