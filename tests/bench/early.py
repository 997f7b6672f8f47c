"""`python -m tests.bench.early`: what asking the model before the turn is over gains, and costs.

Whole calls in real time on the emulated cloud. Every pair of a speech to text, without and with
asking early, says the same sentences one after the other on the same machine. LLM requests are
counted where they are paid for: at the model's own door.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals.report import ms
from tests.bench import figures
from tests.bench.callers import Lines, place_crowd
from tests.bench.conversation import turns
from tests.bench.figures import Spread
from tests.bench.systems import System, running, systems
from tests.emulators.cloud import scripted
from tests.emulators.mind import Message, Reply, Tool
from tests.emulators.provider import PROFILES, serving

ECHO = "Echo"


class Brief:
    """Says little, so that many turns take little time; it opens as Echo's persona asks."""

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        return Reply("Sure, it left this morning.")


@dataclass(frozen=True, slots=True)
class Way:
    """How Echo listens and asks."""

    stt: str
    asks: str
    env: Mapping[str, str]


WAYS = (
    Way("deepgram", "when the turn is over", {"TURN_ASK_EARLY": "false"}),
    Way("deepgram", "early", {"TURN_ASK_EARLY": "true"}),
    Way("flux", "when the turn is over", {"TURN_ASK_EARLY": "false"}),
    Way("flux", "early", {"TURN_ASK_EARLY": "true"}),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One way, at the caller's ear and at the model's door."""

    stt: str
    asks: str
    first_sound: Spread
    lost: int
    requests_a_turn: float


async def compared(
    count: int, profile: str = "budget", stts: Sequence[str] = ("deepgram", "flux")
) -> list[Asked]:
    """Every way with so many turns. Raises `BenchError` when Echo does not start."""
    said = turns(count)
    with tempfile.TemporaryDirectory() as folder:
        lines = Lines(Path(folder))
        results: list[Asked] = []
        for way in (way for way in WAYS if way.stt in stts):
            results.append(await _measured(way, said, lines, profile))
            print(results[-1], file=sys.stderr, flush=True)
        return results


async def _measured(way: Way, said: Sequence[str], lines: Lines, profile: str) -> Asked:
    cloud = scripted(PROFILES[profile], said)
    cloud.openai.mind = Brief()
    async with serving(*cloud.providers):
        (echo, *_) = systems(cloud.environment(way.stt), 1)
        system = replace(echo, name=ECHO, env={**echo.env, "STT": way.stt, **way.env})
        spoken = await asyncio.to_thread(_called, system, said, lines)
    asked = [body for body in cloud.openai.noted("request") if _by_a_caller(body)]
    sound, lost = figures.first_sound(spoken), figures.unanswered(spoken)
    return Asked(way.stt, way.asks, sound, lost, round(len(asked) / len(spoken), 2))


def _called(system: System, said: Sequence[str], lines: Lines) -> list[figures.TurnSummary]:
    """The turns of one call that says all of it."""
    script = [lines.play(text) for text in said]
    with running(system) as server:
        return [*figures.spoken_turns(place_crowd(server.url, script, 1, lines))]


def _by_a_caller(request: Mapping[str, Sequence[Mapping[str, object]]]) -> bool:
    """Not to see whether the model is there."""
    return any(message["role"] == "user" for message in request["messages"])


def table(results: Sequence[Asked]) -> str:
    rows = [
        "| speech to text | the model is asked | first sound p50 ms | p95 ms | turns lost "
        "| LLM requests a turn |",
        "|---|---|---|---|---|---|",
    ]
    for each in results:
        sound = each.first_sound
        rows.append(
            f"| {each.stt} | {each.asks} | {ms(sound.p50)} | {ms(sound.p95)} "
            f"| {each.lost} of {each.lost + sound.count} | {each.requests_a_turn:.2f} |"
        )
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.early", description=__doc__)
    parser.add_argument("--profile", choices=list(PROFILES), default="budget")
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--stt", nargs="+", default=["deepgram", "flux"])
    given = parser.parse_args()
    print(table(asyncio.run(compared(given.turns, given.profile, given.stt))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
