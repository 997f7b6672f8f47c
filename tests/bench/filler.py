"""200 turns with a tool of 50 ms to 20 s, on the virtual clock: is a filler there when one is due?

`python -m tests.bench.filler` prints the table.
"""

import asyncio
import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from processors.patience import FillerPolicy
from processors.tool_pace import ToolPace
from tests.clock import VirtualClockLoop
from tests.small_call import Call, Pace, Reply, small_call

TURNS = 200
SILENCE_SECS = 0.8
MEDIANS_SECS = {
    "look_up_order": 0.15,
    "find_appointments": 0.5,
    "track_shipment": 1.5,
    "get_weather": 4.0,
    "start_return": 9.0,
}
_SPREAD = 0.45
"""Of the logarithm: the 95th percentile is twice the median."""
_ANSWER = "Your order is on its way."
_PACE = Pace(thinks_secs=0.1, speaks_after_secs=0.05)
_TO_ANSWER_SECS = 2 * _PACE.thinks_secs + _PACE.speaks_after_secs
"""Of a turn without the tool and the filler."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller of one turn heard, in seconds."""

    tool_secs: float
    fillers: int
    first_sound_secs: float
    longest_pause_secs: float
    """Between two sounds, after the first."""
    answer_late_secs: float
    """How much later the answer came than it would have without a filler."""

    @property
    def needless(self) -> bool:
        """A filler was said, and without it the answer had come within SILENCE_SECS."""
        return bool(self.fillers) and self.tool_secs + _TO_ANSWER_SECS <= SILENCE_SECS


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all turns; shares in per cent."""

    turns: int
    fillers: int
    needless_pct: float
    silent_first_pct: float
    """Turns whose first sound came later than SILENCE_SECS."""
    longest_first_sound_secs: float
    longest_pause_secs: float
    answer_late_p50_secs: float
    """Of turns with a filler."""
    answer_late_p95_secs: float


def latencies(seed: int, turns: int = TURNS) -> Iterator[tuple[str, float]]:
    """Tools and how long they take: logarithms with a normal spread about their tool's own."""
    chance = random.Random(seed)
    for _ in range(turns):
        tool = chance.choice([*MEDIANS_SECS])
        secs = math.exp(chance.gauss(math.log(MEDIANS_SECS[tool]), _SPREAD))
        yield tool, min(max(secs, 0.05), 20.0)


async def played(tool: str, secs: float, pace: ToolPace, policy: FillerPolicy) -> Turn:
    """One turn of a call with the real filler, aggregators and output."""
    replies = Reply(calls=(Call(tool, secs),)), Reply((_ANSWER,))
    async with small_call(*replies, policy=policy, pace=_PACE, tools=pace) as call:
        began_secs = asyncio.get_running_loop().time()
        await call.end_voice()
        await call.run()
        await asyncio.sleep(secs + 10)
        heard = call.heard
    if heard[-1].text != _ANSWER:
        raise RuntimeError(f"A turn with a tool of {secs:.2f} s was not answered.")
    pauses = [later.starts_secs - earlier.ends_secs for earlier, later in itertools.pairwise(heard)]
    due_secs = began_secs + secs + _TO_ANSWER_SECS
    return Turn(
        tool_secs=secs,
        fillers=len(heard) - 1,
        first_sound_secs=heard[0].starts_secs - began_secs,
        longest_pause_secs=max(pauses, default=0.0),
        answer_late_secs=heard[-1].starts_secs - due_secs,
    )


def measured(
    seed: int, learns: bool = True, policy: FillerPolicy | None = None, turns: int = TURNS
) -> Figures:
    """So many turns, one after another, in one process; with `learns` each teaches the next."""

    async def play() -> list[Turn]:
        shared = ToolPace()
        return [
            await played(tool, secs, shared if learns else ToolPace(), policy or FillerPolicy())
            for tool, secs in itertools.islice(latencies(seed), turns)
        ]

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return figures(runner.run(play()))


def figures(turns: list[Turn]) -> Figures:
    late = sorted(turn.answer_late_secs for turn in turns if turn.fillers) or [0.0]
    silent = sum(turn.first_sound_secs > SILENCE_SECS for turn in turns)
    return Figures(
        turns=len(turns),
        fillers=sum(turn.fillers for turn in turns),
        needless_pct=100 * sum(turn.needless for turn in turns) / len(turns),
        silent_first_pct=100 * silent / len(turns),
        longest_first_sound_secs=round(max(turn.first_sound_secs for turn in turns), 3),
        longest_pause_secs=round(max(turn.longest_pause_secs for turn in turns), 3),
        answer_late_p50_secs=round(late[len(late) // 2], 3),
        answer_late_p95_secs=round(late[int(0.95 * len(late))], 3),
    )


def both(seed: int, one_in: int = 1) -> tuple[str, dict[str, dict[str, float]]]:
    """The figures by policy, as a table in Markdown and for a program; one turn in so many."""
    by_policy = {
        "by what is known": asdict(measured(seed, turns=TURNS // one_in)),
        "by patience alone": asdict(measured(seed, learns=False, turns=TURNS // one_in)),
    }
    return table(by_policy), by_policy


def table(by_policy: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as a table in Markdown."""
    rows = [
        "| filler | turns | fillers | needless | first sound after 800 ms | latest first sound |"
        " longest pause | answer held up, p50 / p95 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {name} | {of['turns']} | {of['fillers']} | {of['needless_pct']:.1f} % |"
        f" {of['silent_first_pct']:.1f} % | {1000 * of['longest_first_sound_secs']:.0f} ms |"
        f" {of['longest_pause_secs']:.1f} s |"
        f" {of['answer_late_p50_secs']:.2f} / {of['answer_late_p95_secs']:.2f} s |"
        for name, of in by_policy.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    print(both(seed=1)[0])
