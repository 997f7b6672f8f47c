"""Where the clauses of a spoken phrase end in its sound: where a speaker would draw breath (pure).

The marks of the text say which words end a clause, their times about when. The place itself is the
quietest one there: voices tell when a word starts, or when it ends, or neither.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ENDS_A_CLAUSE = re.compile(r"[,.;:!?…—–][\"')\]”’]*$")
_WINDOW_MS, _HOP_MS = 20, 5
_QUIET = 0.25
"""Of the phrase's own loudness: what is louder is no pause."""
_UNTIMED_SECS = 0.3
"""How far a pause may be from where the letters before it put it."""
_FADE_SECS = 0.005


@dataclass(frozen=True, slots=True)
class ClauseEnd:
    """Behind how many words of the phrase, and how many bytes of its sound."""

    words: int
    size: int


def clause_ends(
    words: Sequence[tuple[str, float | None]], audio: bytes, hz: int
) -> list[ClauseEnd]:
    """The ends of all clauses but the last, in order.

    words: each with the second at which its voice says it starts, or ends, or None.
    audio: 16-bit mono.
    """
    sound = np.frombuffer(audio, np.int16).astype(np.float64)
    loudness = _loudness(sound, hz)
    if not len(loudness):
        return []
    most = _QUIET * float(np.sqrt(np.mean(sound**2)))
    found: list[ClauseEnd] = []
    for at, (word, _) in enumerate(words[:-1]):
        if not _ENDS_A_CLAUSE.search(word):
            continue
        first, last = (round(secs * 1000 / _HOP_MS) for secs in _span(words, at, len(sound) / hz))
        near = loudness[max(0, first) : max(0, last) + 1]
        if len(near) and near.min() <= most:
            hops = max(0, first) + int(near.argmin())
            found.append(ClauseEnd(at + 1, 2 * ((hops * _HOP_MS + _WINDOW_MS) * hz // 1000)))
    return found


def faded(audio: bytes, hz: int) -> bytes:
    """The same, so that nothing clicks where it ends."""
    sound = np.frombuffer(audio, np.int16).astype(np.float64)
    last = min(len(sound), round(_FADE_SECS * hz))
    if last:
        sound[-last:] *= np.linspace(1, 0, last)
    return sound.astype("<i2").tobytes()


def _loudness(sound: NDArray[np.float64], hz: int) -> NDArray[np.float64]:
    """Of each window, one per hop."""
    window, hop = _WINDOW_MS * hz // 1000, _HOP_MS * hz // 1000
    if len(sound) < max(1, window):
        return np.zeros(0)
    each = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    return np.sqrt(np.mean(each**2, axis=1))


def _span(
    words: Sequence[tuple[str, float | None]], at: int, length_secs: float
) -> tuple[float, float]:
    """Between when the pause behind a word lies, in seconds."""
    this, following = words[at][1], words[at + 1][1]
    if this is not None and following is not None:
        return this, following
    letters = [len(word) + 1 for word, _ in words]
    about_secs = length_secs * sum(letters[: at + 1]) / sum(letters)
    return about_secs - _UNTIMED_SECS, about_secs + _UNTIMED_SECS
