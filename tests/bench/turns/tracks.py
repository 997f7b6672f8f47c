"""An event as it reaches Echo: a sentence of this caller's first, then the event, then silence."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evals.ear import Samples, Span
from tests.bench.endpointing.sound import by_telephone, noisy, spoken_by, trimmed
from tests.bench.turns.events import SOUNDS, Event
from tests.bench.turns.sounds import RATE, sound

_LEAD_SECS, _GAP_SECS, _TAIL_SECS = 1.0, 1.6, 3.0
_BEFORE = "Hello, I have a question about something that I bought."
"""What tells Echo how loud this caller is."""


@dataclass(frozen=True, slots=True)
class Track:
    """Audio; Echo speaks from `echo_secs` on, and the caller's sound is in `spoken`."""

    samples: Samples
    rate: int
    echo_secs: float
    spoken: Span


def track(event: Event) -> Track:
    """The audio of an event."""
    before = trimmed(spoken_by(_BEFORE, event.voice))
    if event.words in SOUNDS:
        made = sound(event.words, event.number)
    else:
        made = trimmed(spoken_by(event.words, event.voice))
    made = (made * 10 ** (-event.softer_db / 20)).astype(np.int16)
    pieces = [_silence(_LEAD_SECS), before, _silence(_GAP_SECS)]
    begins = sum(map(len, pieces))
    whole = noisy(np.concatenate([*pieces, made, _silence(_TAIL_SECS)]), event.noise, event.number)
    return Track(
        by_telephone(whole) if event.telephone else whole,
        8_000 if event.telephone else RATE,
        begins / RATE - _GAP_SECS / 2,
        Span(begins / RATE, (begins + len(made)) / RATE),
    )


def pieces(track: Track, size: int) -> Iterator[tuple[float, bytes]]:
    """The audio in pieces of so many samples, and when each has been heard."""
    for end in range(size, len(track.samples) + 1, size):
        yield end / track.rate, track.samples[end - size : end].tobytes()


def _silence(secs: float) -> Samples:
    return np.zeros(round(secs * RATE), np.int16)
