"""One part of the report after another: each says that it is at work, none takes others with it."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.bench.early import Asked
from tests.bench.turns.by_ear import Heard
from tests.bench.turns.curve import Point
from tests.bench.turns.panel import Case

T = TypeVar("T")
_TOLD_TIMES = 10


@dataclass
class Measured:
    """What there is so far; what is empty was not measured, or failed."""

    seed: int
    panels: Mapping[str, Sequence[Case]] = field(default_factory=dict[str, Sequence[Case]])
    points: Sequence[Point] = ()
    heard: Sequence[Heard] = ()
    early: Sequence[Asked] = ()
    tables: dict[str, tuple[str, object]] = field(default_factory=dict[str, tuple[str, object]])
    """Title -> Markdown, and the same for a program."""
    failed: dict[str, str] = field(default_factory=dict[str, str])
    """Title -> why."""


def part(measured: Measured, title: str, work: Callable[[], T]) -> T | None:
    """What comes of it; None, noted in `failed` and told on stderr, if it fails."""
    began = time.monotonic()
    tell(f"{title} ...")
    try:
        return work()
    except Exception as error:  # noqa: BLE001  what others took minutes for is not lost
        traceback.print_exc()
        measured.failed[title] = f"{type(error).__name__}: {error}"
        return None
    finally:
        tell(f"{title}: {time.monotonic() - began:.0f} s")


def told(title: str, each: Sequence[T]) -> Iterator[T]:
    """These, saying on stderr about ten times how many were taken."""
    every = max(1, len(each) // _TOLD_TIMES)
    for number, one in enumerate(each):
        if number % every == 0:
            tell(f"  {title}: {number} of {len(each)}")
        yield one


def tell(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)
