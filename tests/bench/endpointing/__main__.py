"""`python -m tests.bench.endpointing`: who cuts callers off, who makes them wait; writes a page.

In audio time, as fast as the processor allows: the same figures on every machine.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger
from pipecat.audio.vad.vad_analyzer import VADParams

from bot.turns import Ears, TurnSettings
from tests.bench.endpointing.judges import Echos, SmartTurn, pipecats
from tests.bench.endpointing.sound import Recording, recording
from tests.bench.endpointing.utterances import utterances

Judge = Callable[[Recording], float]
FORGIVEN_SECS = 0.02
"""Of the last sound: that much of its end nobody misses."""
MOST_CUT = 0.05
MOST_MEAN_MS = 400
MOST_P50_MS = 190
_INTRODUCTION = """\
# When is the caller done?

Written by `python -m tests.bench.endpointing`, in audio time. Turns with the pauses that
callers make: in numbers, addresses, spelled names and dates, after "um" and in the middle of a
sentence; eight voices, three noises, a third by telephone. The words come as a recogniser gives
them, {final} ms after each stretch of speech. *Cut off*: called over before the caller's last
sound; the delay is counted from there, of the others. Half of the turns are held out: nothing
was tuned on their voices, noises, pauses and numbers; what is said is of the same making. The
parts of a sentence are synthesised one by one, so the voice tells less about whether it goes on
than a caller's."""


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one judge's decisions."""

    turns: int
    cut_off: int
    mean_ms: float
    p50_ms: float
    p95_ms: float

    @property
    def met(self) -> bool:
        cut = self.cut_off <= MOST_CUT * self.turns
        return cut and self.mean_ms <= MOST_MEAN_MS and self.p50_ms <= MOST_P50_MS

    def row(self, who: str) -> str:
        cut = f"{self.cut_off} ({self.cut_off / self.turns:.1%})"
        delays = " | ".join(f"{ms:.0f}" for ms in (self.mean_ms, self.p50_ms, self.p95_ms))
        return f"| {who} | {self.turns} | {cut} | {delays} |"


def score(judge: Judge, recordings: Sequence[Recording]) -> Score:
    """One judge over some turns."""
    late_secs = np.array([judge(each) - each.ends_secs for each in recordings])
    kept = late_secs[late_secs >= -FORGIVEN_SECS] * 1000
    p50, p95 = np.percentile(kept, [50, 95])
    cut_off = len(recordings) - len(kept)
    return Score(len(recordings), cut_off, float(kept.mean()), float(p50), float(p95))


def judges(ears: Ears) -> dict[str, Judge]:
    """Pipecat's defaults, its strategy with Echo's thresholds, and Echo."""
    settings, stock = TurnSettings(), VADParams()
    voice = SmartTurn(ears.smart_turn(settings))
    echos = Echos(settings)
    quick = TurnSettings(stop_secs=0.2)

    def pipecat(each: Recording) -> float:
        return pipecats(each, ears.vad_of(stock), voice, 3.0)

    def with_thresholds(each: Recording) -> float:
        return pipecats(each, ears.vad(quick), voice, 1.5)

    def echo(each: Recording) -> float:
        return echos.over_at_secs(each, ears.vad(settings), voice)

    return {
        "Pipecat's defaults": pipecat,
        "Pipecat's strategy, at most 1.5 s": with_thresholds,
        "Echo": echo,
    }


def main() -> int:
    """0 when Echo meets its goals on the turns that were held out."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.endpointing", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="turns, of which half are held out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("docs/endpointing.md"))
    given = parser.parse_args()
    logger.remove()
    began = time.monotonic()
    recordings = [recording(each) for each in utterances(given.count, given.seed)]
    known = [each for each in recordings if not each.utterance.held_out]
    held_out = [each for each in recordings if each.utterance.held_out]
    parts = [_INTRODUCTION.format(final=150)]
    table = ["| | turns | cut off | mean ms | p50 | p95 |", "|---|---|---|---|---|---|"]
    met = True
    for title, turns in (("Held out", held_out), ("The others", known)):
        scores = {who: score(judge, turns) for who, judge in judges(Ears()).items()}
        rows = [each.row(who) for who, each in scores.items()]
        parts += [f"## {title}", "\n".join([*table, *rows])]
        met = met and (turns is known or scores["Echo"].met)
    goals = f"at most {MOST_CUT:.0%} cut off, mean {MOST_MEAN_MS} ms, p50 {MOST_P50_MS} ms"
    parts.append(f"Goals for those held out ({goals}): {'met' if met else '**not met**'}.")
    parts.append(f"{given.count} turns, seed {given.seed}.")
    given.out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print("\n\n".join(parts[1:]), f"\n\nWritten: {given.out}, {time.monotonic() - began:.0f} s")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
