"""The caller's side of the line: a microphone that never stops, and what is said into it."""

from collections import deque

import numpy as np

from evals.ear import Samples, Span, speech_spans

RATE = 16_000
FRAME_SECS = 0.02
FRAME = round(RATE * FRAME_SECS)


class Mouth:
    """Gives one 20 ms frame after another: what is to be said, silence otherwise.

    Remembers all of it, so that the end of a word is known to the sample. Sample 0 is spoken at
    `opened_secs` on the caller's time line.
    """

    def __init__(self, opened_secs: float) -> None:
        self.opened_secs = opened_secs
        self._sent: list[Samples] = []
        self._to_say: deque[Samples] = deque()

    @property
    def talking(self) -> bool:
        return bool(self._to_say)

    @property
    def now_secs(self) -> float:
        """When the next frame begins."""
        return self.opened_secs + len(self._sent) * FRAME_SECS

    def say(self, samples: Samples) -> Span:
        """Speaks from the next frame on; the span of what can be heard of it.

        Samples in which nothing can be heard have a span of no length, at their beginning.
        """
        padded = np.pad(samples, (0, -len(samples) % FRAME))
        start = self.now_secs + len(self._to_say) * FRAME_SECS
        self._to_say.extend(padded.reshape(-1, FRAME))
        spans = speech_spans(samples, RATE)
        if not spans:
            return Span(start, start)
        return Span(start + spans[0].start_secs, start + spans[-1].end_secs)

    def frame(self) -> Samples:
        samples = self._to_say.popleft() if self._to_say else np.zeros(FRAME, np.int16)
        self._sent.append(samples)
        return samples

    def audio(self) -> Samples:
        """All that was sent, from the beginning of the time line."""
        before = np.zeros(round(self.opened_secs * RATE), np.int16)
        return np.concatenate([before, *self._sent])
