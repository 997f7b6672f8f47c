"""Callers as processes of their own, so that their Python does not disturb one another.

They stand for other people's computers: where the system allows it they have priority over the
server, so that a busy machine does not make them hear late what came in time.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from evals.mouth import RATE
from evals.script import Interrupt, Play, Say, Step
from evals.voice import local_voice, write_wav
from evals.wire import Json
from tests.bench import conversation
from tests.bench.house import BenchError

_STAGGER_SECS = 0.4  # nobody's greeting falls into somebody else's start of Python
_SECS_A_STEP = 75.0  # a caller gives up on an endless answer after 60 s
_PRIORITY = -10
_INTERRUPT_AFTER_SECS = 1.2


@dataclass(frozen=True, slots=True)
class Lines:
    """What is said, synthesised before anything is measured, as WAV files in `folder`."""

    folder: Path

    def play(self, text: str) -> Play:
        wav = self.folder / f"{re.sub(r'[^a-z0-9]+', '-', text.lower()).strip('-')}.wav"
        if not wav.exists():
            write_wav(wav, local_voice(text), RATE)
        return Play(wav)


def one_caller(turns: int, lines: Lines) -> list[Step]:
    """What one caller says in so many turns, with an interruption after every sixth of them."""
    script: list[Step] = []
    for number, text in enumerate(conversation.turns(turns), start=1):
        script.append(lines.play(text))
        if number % 6 == 0:
            words = conversation.INTERRUPTIONS[number // 6 % len(conversation.INTERRUPTIONS)]
            script.append(Interrupt(lines.play(words), _INTERRUPT_AFTER_SECS))
    return script


def place_calls(
    url: str,
    scripts: Sequence[Sequence[Step]],
    lines: Lines,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Json]:
    """Plays each script in a call of its own, all at once; the summaries of their records.

    `meanwhile` is called about twice a second. Raises `BenchError` for a call that did not come
    about.
    """
    commands = [_command(url, script, number, lines) for number, script in enumerate(scripts)]
    _attend(commands, _SECS_A_STEP * max(len(script) for script in scripts), meanwhile)
    return [json.loads(_result(number, lines).read_text()) for number in range(len(scripts))]


def place_crowd(
    url: str,
    script: Sequence[Step],
    count: int,
    lines: Lines,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Json]:
    """As `place_calls`, the same script for all, by callers who share a process and cost little."""
    result = lines.folder / "crowd.json"
    caller = [sys.executable, "-m", "tests.bench.crowd", "--url", url, "--calls", str(count)]
    command = [*caller, "--json", str(result), *map(_argument, script)]
    _attend([command], _SECS_A_STEP * len(script), meanwhile)
    return json.loads(result.read_text())


def _argument(step: Step) -> str:
    match step:
        case Play(wav):
            return str(wav)
        case Interrupt(Play(wav), after_secs):
            return f"{wav}@{after_secs}"
        case _:
            raise BenchError(f"A crowd has no use for {step}.")


def _command(url: str, script: Sequence[Step], number: int, lines: Lines) -> list[str]:
    path = lines.folder / f"call-{number}.toml"
    path.write_text(_toml(script), encoding="utf-8")
    result = _result(number, lines)
    result.unlink(missing_ok=True)
    caller = [sys.executable, "-m", "evals.call", "--url", url]
    return [*caller, "--script", str(path), "--json", str(result)]


def _caller(command: Sequence[str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with suppress(psutil.AccessDenied, psutil.NoSuchProcess):
        psutil.Process(process.pid).nice(_PRIORITY)
    return process


def _attend(commands: Sequence[Sequence[str]], secs: float, meanwhile: Callable[[], None]) -> None:
    """Runs them all to their end. Raises `BenchError` for one that failed or took too long."""
    processes: list[subprocess.Popen[bytes]] = []
    deadline = time.monotonic() + secs
    try:
        for command in commands:
            processes.append(_caller(command))
            time.sleep(_STAGGER_SECS)
        while any(process.poll() is None for process in processes):
            if time.monotonic() > deadline:
                raise BenchError("A call did not end in time.")
            meanwhile()
            time.sleep(0.5)
    finally:
        for process in processes:
            process.kill()
            _, complaint = process.communicate()
            if process.returncode > 0:
                raise BenchError(complaint.decode(errors="replace").strip().splitlines()[-1])


def _result(number: int, lines: Lines) -> Path:
    return lines.folder / f"call-{number}.json"


def _toml(script: Sequence[Step]) -> str:
    return "steps = [\n" + "".join(f"  {_step(step)},\n" for step in script) + "]\n"


def _step(step: Step) -> str:
    match step:
        case Play(wav):
            return f"{{ play = {json.dumps(wav.name)} }}"
        case Interrupt(Play(wav), after_secs):
            return f"{{ interrupt_wav = {json.dumps(wav.name)}, after_secs = {after_secs} }}"
        case Say(text):
            return f"{{ say = {json.dumps(text)} }}"
        case _:
            raise BenchError(f"The bench has no use for {step}.")
