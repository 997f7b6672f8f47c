"""The keys of a phone as sound (pure): two tones each, ITU-T Q.23, as long as Q.24 asks for.

A menu at the other end takes what it hears for keys: no carrier's stream has a message for them.
"""

import numpy as np

from transports.phone.heard import KEYS

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
"""Hz, ITU-T Q.23."""
PAD = ("123", "456", "789", "*0#")

ON_SECS = OFF_SECS = 0.1
"""Q.24: receivers must know a signal of 40 ms by a pause of 40 ms; a codec, and a busy server on
the way, may cost both some."""
WAIT_SECS = 0.5
"""What `w` stands for, as in Twilio's `<Play digits>`."""
LEVEL = 0.2
"""Of each tone, of full scale: -14 dBFS, about what phones send and far from clipping with both."""
RAMP_SECS = 0.003
"""A tone that begins at once clicks, on all frequencies."""

DIALLED = f"{KEYS}w"


def tones(digits: str, hz: int) -> bytes:
    """Mono s16: each digit 100 ms of sound and 100 ms of silence, each `w` half a second of it.

    Raises:
        ValueError: for what is neither.
    """
    return b"".join(_sound(digit, hz) for digit in digits)


def _sound(digit: str, hz: int) -> bytes:
    if digit == "w":
        return bytes(2 * round(WAIT_SECS * hz))
    row, column = _place(digit)
    at = np.arange(round(ON_SECS * hz)) / hz
    both = np.sin(2 * np.pi * row * at) + np.sin(2 * np.pi * column * at)
    ramp = np.minimum(1.0, np.minimum(at, at[-1] - at) / RAMP_SECS)
    samples = np.round(both * ramp * LEVEL * 32_767).astype("<i2")
    return samples.tobytes() + bytes(2 * round(OFF_SECS * hz))


def _place(digit: str) -> tuple[int, int]:
    for row, keys in zip(ROWS, PAD, strict=True):
        if digit in keys and digit:
            return row, COLUMNS[keys.index(digit)]
    raise ValueError("not a key of a phone")
