"""The receiver of a phone menu: which keys are in a sound, by Goertzel's algorithm (pure).

Strict as receivers are, after ITU-T Q.24: a tone of each group within 1.5 % of its frequency, both
about as loud, nothing else as loud, for 40 ms at least and with 40 ms of something else before it.
"""

from dataclasses import dataclass

import numpy as np

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
PAD = ("123A", "456B", "789C", "*0#D")
STEP_SECS, SHORTEST_SECS = 0.01, 0.04
WINDOW_SECS = 0.025
TWIST_DB = 6.0
LEAST = 0.01
"""Of full scale."""
PURE = 0.7
"""So much of the sound's power must be the two tones'."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed, and when, in seconds from the start of the sound."""

    key: str
    start_secs: float
    secs: float


def keys_in(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", hz: int) -> list[Key]:
    """The keys, in their order."""
    found: list[Key] = []
    step, window = round(STEP_SECS * hz), round(WINDOW_SECS * hz)
    scaled = samples.astype(np.float64) / 32_768
    heard = [_key(scaled[at : at + window], hz) for at in range(0, len(scaled) - window, step)]
    since = 0
    for at in range(1, len(heard) + 1):
        if at < len(heard) and heard[at] == heard[since]:
            continue
        secs = (at - since - 1) * STEP_SECS + WINDOW_SECS
        if heard[since] and secs >= SHORTEST_SECS:
            found.append(Key(heard[since], since * STEP_SECS, secs))
        since = at
    return found


def power(samples: "np.ndarray[tuple[int], np.dtype[np.float64]]", at_hz: float, hz: int) -> float:
    """The power of a tone in the samples: half the square of its amplitude."""
    factor = 2 * np.cos(2 * np.pi * at_hz / hz)
    before = last = 0.0
    for sample in samples:
        before, last = last, float(sample) + factor * last - before
    energy = last**2 + before**2 - factor * last * before
    return 2 * energy / len(samples) ** 2


def _key(samples: "np.ndarray[tuple[int], np.dtype[np.float64]]", hz: int) -> str:
    """The key that sounds throughout, or nothing."""
    total = float(np.mean(samples**2))
    if total < LEAST**2:
        return ""
    low, high = ({f: power(samples, f, hz) for f in group} for group in (ROWS, COLUMNS))
    row, column = max(low, key=low.__getitem__), max(high, key=high.__getitem__)
    if low[row] + high[column] < PURE * total:
        return ""
    if abs(10 * np.log10(low[row] / max(high[column], 1e-12))) > TWIST_DB:
        return ""
    return PAD[ROWS.index(row)][COLUMNS.index(column)]
