"""`python -m tests.bench.phone`: phone calls by the emulated Twilio, on emulated providers.

Echo and stock Pipecat's Twilio bot in one run: one caller, many at once, and one while others want
every core. Writes docs/phone.json and docs/phone.md after each thing it has measured.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import aiohttp
import numpy as np

from evals.ear import AUDIBLE_DBFS, Samples
from evals.report import ms
from tests.bench.cloud import ratio
from tests.bench.conversation import INTERRUPTIONS, turns
from tests.bench.figures import Spread, spread
from tests.bench.house import BenchError
from tests.bench.machine import Machine, machine
from tests.bench.systems import PEERS, System, cloud, running, systems
from tests.calls.phone import ACCOUNT, ENVIRONMENT, PUBLIC_URL, PhoneCall, Uttered
from tests.emulators.twilio_caller import HZ, VOICE, CarrierError, Twilio

STAGES_MS = 480
PAUSE_SECS = 0.6
"""Between the end of an answer and what the caller says next."""
INTO_SECS = 0.8
"""How far into an answer a caller speaks over it: past its first clause."""
UNANSWERED_SECS = 8.0
GAP_MS = 40
"""Longer ones are heard."""
LONGEST_SECS = 60.0
"""An answer that is never done."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many calls at once, each of so many turns; `loaded` while others want every core."""

    calls: int
    turns: int
    loaded: bool = False


PARTS = {"one": Part(1, 20), "ten": Part(10, 5), "loaded": Part(1, 10, loaded=True)}
_BUSY = "import time\nend = time.monotonic() + 600\nwhile time.monotonic() < end: pass"


@dataclass(frozen=True, slots=True)
class Line:
    """A system that takes phone calls; its webhook is at `path`."""

    system: System
    path: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One system with so many phone calls at once."""

    system: str
    calls: int
    loaded: bool
    greeting: Spread
    first_sound: Spread
    lost: int
    gaps: int
    clear: Spread
    """From the caller's first sample over an answer to the `clear`."""
    hush: Spread
    """From there to the last audible sample of what was spoken over."""


def lines(env: dict[str, str], calls: int) -> Sequence[Line]:
    """Echo, answering only what was said to its end; and stock Pipecat's Twilio bot."""
    echo = systems(env, calls)[0]
    ours = replace(echo, env={**echo.env, **ENVIRONMENT, "TURN_ASK_EARLY": "false"})
    host = PUBLIC_URL.removeprefix("https://")
    command = (sys.executable, str(PEERS / "stock_pipecat.py"), "-t", "twilio", "-x", host)
    stock = System(
        "stock Pipecat",
        (*command, "--port", "{port}"),
        {**env, "LOGURU_LEVEL": "WARNING", **_unused_account()},
        ready_path="/status",
    )
    return Line(ours, VOICE), Line(stock, "/")


def _unused_account() -> dict[str, str]:
    """What Pipecat's serializer wants before it takes a call: it hangs up by REST."""
    return {"TWILIO_ACCOUNT_SID": ACCOUNT.sid, "TWILIO_AUTH_TOKEN": ACCOUNT.auth_token}


def measure(line: Line, part: Part, said: Sequence[str]) -> Measured:
    """Every caller says the same sentences, in real time, and speaks over one answer at the end.

    Raises `BenchError` when the system does not start or a call does not come about.
    """
    with running(line.system) as server, loaded(machine().cores if part.loaded else 0):
        try:
            placed = asyncio.run(_place(line, server.url, part.calls, said))
        except (CarrierError, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise BenchError(f"a call did not come about: {type(error).__name__}") from error
    waits = [wait for call in placed for wait in call.waits_ms]
    return Measured(
        line.system.name,
        part.calls,
        part.loaded,
        spread(call.greeting_ms for call in placed),
        spread(waits),
        sum(wait is None for wait in waits),
        sum(call.gaps for call in placed),
        spread(call.clear_ms for call in placed),
        spread(call.hush_ms for call in placed),
    )


@contextmanager
def loaded(cores: int) -> Generator[None]:
    """So many cores are wanted by others, at the priority of the system under test."""
    with ExitStack() as stack:
        for _ in range(cores):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", _BUSY]))
            stack.callback(process.kill)
        yield


@dataclass(frozen=True, slots=True)
class Placed:
    """What one caller's ear has measured; None for what did not happen."""

    greeting_ms: float | None
    waits_ms: Sequence[float | None]
    gaps: int
    clear_ms: float | None
    hush_ms: float | None


async def _place(line: Line, url: str, calls: int, said: Sequence[str]) -> list[Placed]:
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_call(line, http, url, said, 0.4 * number)) for number in range(calls)
        ]
    return [task.result() for task in tasks]


async def _call(
    line: Line, http: aiohttp.ClientSession, url: str, said: Sequence[str], after_secs: float
) -> Placed:
    await asyncio.sleep(after_secs)  # nobody's greeting falls into somebody else's handshake
    twilio = Twilio(http, url, PUBLIC_URL, ACCOUNT, webhook=line.path)
    async with twilio.call() as stream:
        call = PhoneCall(stream)
        greeting = await _first_sound(call, 0.0)
        waits = [await _wait(call, text) for text in said]
        clear_ms, hush_ms = await _speak_over(call)
        return Placed(
            greeting, waits, sum(gap > GAP_MS for gap in call.gaps_ms()), clear_ms, hush_ms
        )


async def _first_sound(call: PhoneCall, since_secs: float) -> float | None:
    """Milliseconds from then to the next audible sample, once all of that has been said."""
    if not await _hears(call, since_secs):
        return None
    async with asyncio.timeout(LONGEST_SECS):
        while call.stream.silent_secs() < PAUSE_SECS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    secs = call.sound_after(since_secs)
    return None if secs is None else 1000 * secs


async def _hears(call: PhoneCall, since_secs: float) -> bool:
    """Waits for something to be heard after then; False if nothing is."""
    try:
        async with asyncio.timeout(UNANSWERED_SECS):
            while call.sound_after(since_secs) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        return False
    return True


async def _wait(call: PhoneCall, text: str) -> float | None:
    uttered: Uttered = await call.say(text)
    return await _first_sound(call, uttered.end_secs)


async def _speak_over(call: PhoneCall) -> tuple[float | None, float | None]:
    """How long it took until what was left was dropped, and until nothing was heard of it."""
    asked = await call.say("What can you do for me?")
    if not await _hears(call, asked.end_secs):
        return None, None
    await asyncio.sleep(INTO_SECS)
    clears, began = len(call.stream.cleared_at), asyncio.get_running_loop().time()
    over = await call.say(INTERRUPTIONS[2])
    cleared = call.stream.cleared_at[clears:]
    clear_ms = 1000 * (cleared[0] - began) if cleared else None
    return clear_ms, _hushed_ms(call.ear(over.start_secs, over.end_secs))


def _hushed_ms(heard: Samples) -> float | None:
    """Until the last audible sample before half a second without any; None if it goes on."""
    loud = np.abs(heard.astype(np.float64)) > 32_768 * 10 ** (AUDIBLE_DBFS / 20)
    at = np.flatnonzero(loud)
    if not at.size:
        return 0.0
    pauses = np.flatnonzero(np.diff(np.append(at, len(heard) + HZ)) > HZ // 2)
    last = int(at[pauses[0]])
    return None if last > len(heard) - HZ // 4 else 1000 * last / HZ


def page(results: Sequence[Measured], on: Machine) -> str:
    """The results as a page of Markdown; ratios are to Echo with as many calls."""
    echo = {_how(each): each.first_sound.p50 for each in results if each.system == "Echo"}
    rows = [
        f"| {_how(each)} | {each.system} | {ms(each.greeting.p50)} | {ms(each.first_sound.p50)} "
        f"| {ms(each.first_sound.p95)} | {ratio(each.first_sound.p50, echo.get(_how(each)))} "
        f"| {each.lost} of {each.lost + each.first_sound.count} | {each.gaps} "
        f"| {ms(each.clear.p50)} | {ms(each.hush.p50)} |"
        for each in results
    ]
    return "\n".join(
        [
            "# By phone",
            "",
            "Written by `make bench-phone`. An emulated Twilio calls, at 8 kHz; Deepgram, OpenAI "
            f"and Cartesia are emulated with the delays whose stages alone take {STAGES_MS} ms. "
            "From the caller's last audible sample to the first of the answer, in milliseconds; "
            f"gaps are those of over {GAP_MS} ms inside speech; clear and hush are from the "
            "caller's first sample over an answer. All cores are busy when as many processes as "
            "there are cores do nothing but want them.",
            "",
            "| calls | system | greeting | p50 | p95 | to Echo's | lost | gaps | clear | hush |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Stock Pipecat's quickstart does not greet.",
            "",
            f"{on.processor}, {on.cores} cores, {on.memory_gb} GB; Python {on.python}.",
            "",
        ]
    )


def _how(measured: Measured) -> str:
    return f"{measured.calls}, all cores busy" if measured.loaded else f"{measured.calls}"


def main() -> int:
    """0 when something could be measured, 2 when not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.phone", description=__doc__)
    parser.add_argument("--parts", choices=list(PARTS), nargs="+", default=list(PARTS))
    parser.add_argument("--out", type=Path, default=Path("docs/phone.json"))
    given = parser.parse_args()
    results: list[Measured] = []
    on = machine()
    for part in (PARTS[name] for name in given.parts):
        said = turns(part.turns)
        heard = (*said, "What can you do for me?", INTERRUPTIONS[2])
        with cloud("budget", heard) as env:
            for line in lines(dict(env), part.calls):
                try:
                    results.append(measure(line, part, said))
                except BenchError as error:
                    print(f"{line.system.name}, {part.calls} calls: {error}", file=sys.stderr)
                    continue
                print(results[-1], flush=True)
                _write(results, on, given.out)
    return 0 if results else 2


def _write(results: Sequence[Measured], on: Machine, out: Path) -> None:
    told = {"machine": asdict(on), "results": [*map(asdict, results)]}
    out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    out.with_suffix(".md").write_text(page(results, on), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
