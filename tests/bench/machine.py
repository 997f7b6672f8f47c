"""What the figures were measured on, and how quiet it was: to compare them across machines."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from evals.voice import local_voice

_ROUNDS = 200
_SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    memory_gb: float
    python: str
    system: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """A fixed piece of Python, and a sentence through the local voice, timed again and again.

    On a quiet machine the p99 of the loop is near its p50; p50s give the ratio of two machines.
    `load` is the load average of the last minute.
    """

    loop_ms_p50: float
    loop_ms_p99: float
    sentence_ms_p50: float
    load: float


def machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        python=platform.python_version(),
        system=platform.platform(terse=True),
    )


def quiet() -> Quiet:
    load = round(os.getloadavg()[0], 2)
    loops = [_timed_ms(_loop) for _ in range(_ROUNDS)]
    local_voice(_SENTENCE)
    sentences = [_timed_ms(lambda: local_voice(_SENTENCE)) for _ in range(10)]
    p50, p99 = np.percentile(loops, [50, 99])
    return Quiet(
        loop_ms_p50=round(float(p50), 3),
        loop_ms_p99=round(float(p99), 3),
        sentence_ms_p50=round(float(np.median(sentences)), 1),
        load=load,
    )


def _loop() -> None:
    total = 0
    for number in range(20_000):
        total += number * number % 7


def _timed_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
