"""What an ear makes of a waveform: where it can be heard, from when to when, how two sides mix.

Pure numpy on int16 mono. A sample is audible from -45 dBFS on: below that lie dither, the tail of a
fade and a quiet room; above it every phoneme of a normal voice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

AUDIBLE_DBFS = -45.0
_AUDIBLE = 32768 * 10 ** (AUDIBLE_DBFS / 20)
_WINDOW_SECS = 0.005  # one period of a deep voice, about: shorter windows flicker inside a vowel


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on some time line, in seconds."""

    start_secs: float
    end_secs: float

    @property
    def secs(self) -> float:
        return self.end_secs - self.start_secs

    def covers(self, at_secs: float) -> bool:
        return self.start_secs <= at_secs < self.end_secs


def speech_spans(samples: Samples, rate: int, *, join_secs: float = 0.35) -> tuple[Span, ...]:
    """The audible stretches, exact to the sample; silences up to `join_secs` belong to them.

    Windows of 5 ms are judged by their RMS, so that a single click is not speech; the edges are
    then the first and the last sample above the threshold in the outermost windows.
    """
    window = max(1, round(rate * _WINDOW_SECS))
    padded = np.pad(samples, (0, -len(samples) % window)).astype(np.float64)
    loud = np.flatnonzero(np.sqrt(np.mean(padded.reshape(-1, window) ** 2, axis=1)) >= _AUDIBLE)
    if not len(loud):
        return ()
    breaks = np.flatnonzero(np.diff(loud) > max(1, round(join_secs / _WINDOW_SECS)))
    firsts = loud[np.concatenate(([0], breaks + 1))]
    lasts = loud[np.concatenate((breaks, [len(loud) - 1]))]
    return tuple(
        Span(
            _edge(samples, first, window, last=False) / rate,
            _edge(samples, last, window, last=True) / rate,
        )
        for first, last in zip(firsts, lasts, strict=True)
    )


def first_audible(samples: Samples, rate: int) -> float | None:
    """Seconds from the start to the first audible sample; None when there is none."""
    spans = speech_spans(samples, rate)
    return spans[0].start_secs if spans else None


def last_audible(samples: Samples, rate: int) -> float | None:
    """Seconds from the start to the end of the last audible sample; None when there is none."""
    spans = speech_spans(samples, rate)
    return spans[-1].end_secs if spans else None


def audible(samples: Samples) -> bool:
    """Whether a chunk, taken whole, can be heard: cheap enough for every chunk of a live call."""
    return len(samples) > 0 and float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) >= _AUDIBLE


def stereo(left: Samples, right: Samples) -> Samples:
    """Two channels as one array of shape (n, 2); the shorter one is followed by silence."""
    length = max(len(left), len(right))
    return np.stack([np.pad(side, (0, length - len(side))) for side in (left, right)], axis=1)


def _edge(samples: Samples, window_index: int, window: int, *, last: bool) -> int:
    start = int(window_index) * window
    loud = np.flatnonzero(np.abs(samples[start : start + window].astype(np.int32)) >= _AUDIBLE)
    return start + (int(loud[-1]) + 1 if last else int(loud[0]))
