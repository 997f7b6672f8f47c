"""What is heard of audio that arrives in pieces, by a listener who has no jitter buffer."""

from dataclasses import dataclass

import numpy as np

from evals.ear import Samples, audible

PAUSE_SECS = 0.35  # silence after which sound is a fresh start: longer than a pause between clauses
_LEAST_GAP_SECS = 0.005  # one buffer of a browser's audio thread: less is lost in its own timing


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence that nobody meant: the next piece of an utterance came after the last was over."""

    at_secs: float
    ms: float


class Playout:
    """One time line of sound: a piece is heard at max(its arrival, the end of the piece before).

    Times are seconds on the caller's time line. `end_utterance` says that the speaker had finished,
    so that the silence that follows is meant; `clear` throws away what has not been played yet, as
    a player does when the speaker is interrupted.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.gaps: list[Gap] = []
        self.onset_secs: float | None = None
        self._pieces: list[tuple[int, Samples]] = []
        self._ends = 0
        self._within_utterance = False
        self._sounded_until_secs = float("-inf")

    @property
    def ends_secs(self) -> float:
        """When everything that has arrived so far will have been played."""
        return self._ends / self.rate

    def hear(self, samples: Samples, arrived_secs: float) -> None:
        start = max(round(arrived_secs * self.rate), self._ends)
        self._note_gap(start)
        self._note_onset(samples, start / self.rate)
        self._pieces.append((start, samples))
        self._ends = start + len(samples)
        self._within_utterance = True

    def end_utterance(self) -> None:
        self._within_utterance = False

    def clear(self, at_secs: float) -> None:
        now = round(at_secs * self.rate)
        kept = [(start, samples[: max(0, now - start)]) for start, samples in self._pieces]
        self._pieces = [(start, samples) for start, samples in kept if len(samples)]
        self._ends = min(self._ends, now)
        self._sounded_until_secs = min(self._sounded_until_secs, at_secs)
        self._within_utterance = False

    def audio(self, secs: float) -> Samples:
        """Everything heard, silence between, `secs` long or as long as it lasts."""
        line = np.zeros(max(round(secs * self.rate), self._ends), np.int16)
        for start, samples in self._pieces:
            line[start : start + len(samples)] = samples
        return line

    def _note_gap(self, start: int) -> None:
        gap_secs = (start - self._ends) / self.rate
        if self._within_utterance and gap_secs >= _LEAST_GAP_SECS:
            self.gaps.append(Gap(self.ends_secs, round(1000 * gap_secs, 1)))

    def _note_onset(self, samples: Samples, starts_secs: float) -> None:
        if not audible(samples):
            return
        if starts_secs - self._sounded_until_secs > PAUSE_SECS:
            self.onset_secs = starts_secs
        self._sounded_until_secs = starts_secs + len(samples) / self.rate
