"""What an emulated voice was heard to say, by the ear alone: every text is a tone of its own."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise

import numpy as np

from evals.ear import Samples, audible
from tests.emulators.mouth import pitch

STRANGE = "something else"
_WINDOW_SECS = 0.25
_STEP_SECS = 0.05
_APART_HZ = 2
"""Two texts closer than this are not told apart."""
_SHORTEST = 3
"""So many windows in a row are a text; fewer are the seam between two."""


def texts_heard(samples: Samples, rate: int, texts: Sequence[str]) -> list[str]:
    """Which of the texts can be heard in mono samples, in their order; STRANGE for a sound of none
    of them. One that is said twice in a row is there once."""
    pitches = {text: pitch(text) for text in texts}
    told_apart = pairwise(sorted(pitches.values()))
    assert all(high - low >= _APART_HZ for low, high in told_apart), pitches
    size, step = round(_WINDOW_SECS * rate), round(_STEP_SECS * rate)
    windows = [samples[at : at + size] for at in range(0, len(samples) - size, step)]
    heard = [_text(_peak(each, rate), pitches) for each in windows if audible(each)]
    return _once(text for text, run in groupby(heard) if len([*run]) >= _SHORTEST)


def _once(texts: Iterable[str]) -> list[str]:
    return [text for text, _ in groupby(texts)]


def _peak(window: Samples, rate: int) -> int:
    """The loudest frequency (Hz)."""
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)), n=rate))
    return int(np.argmax(spectrum))


def _text(hz: int, pitches: Mapping[str, int]) -> str:
    text, nearest = min(pitches.items(), key=lambda each: abs(each[1] - hz))
    return text if abs(nearest - hz) < _APART_HZ else STRANGE
