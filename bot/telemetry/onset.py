"""When speech becomes audible: synthesised speech often begins with silence."""

import numpy as np

AUDIBLE_AMPLITUDE = 100
"""Of 32767, about -50 dBFS: over the noise floor of a TTS, well under the softest consonant."""


def onset_secs(pcm: bytes, sample_rate: int, channels: int) -> float | None:
    """Where in 16-bit PCM the first audible sample is; None if there is none."""
    samples = np.frombuffer(pcm, dtype=np.int16)
    loud = (samples > AUDIBLE_AMPLITUDE) | (samples < -AUDIBLE_AMPLITUDE)
    first = int(loud.argmax()) if loud.size else 0
    return first // channels / sample_rate if loud.size and loud[first] else None


class Ear:
    """Tells when each utterance becomes audible at the output, whoever paces it.

    Output transports hand over audio in real time or ahead of it. Speech is taken to play without
    gaps from `begin`, or from the end of what is still to play, and a later chunk no earlier than
    its own length before it was handed over: exact for both kinds of transport, and off by less
    than a chunk after an underrun.
    """

    def __init__(self) -> None:
        self._playhead: float | None = None
        self._listening = False
        self._begun = False

    def begin(self, at_secs: float) -> None:
        """Speech starts to leave the transport."""
        self._playhead = self.ends_at(at_secs)
        self._listening = self._begun = True

    def listen(self) -> None:
        """The next utterance follows, perhaps without a pause."""
        self._listening = True

    def flush(self) -> None:
        """What is still to play is dropped, and with it what comes before the next `begin`."""
        self._playhead = None

    def ends_at(self, at_secs: float) -> float:
        """When all that was handed over until `at_secs` has played."""
        return at_secs if self._playhead is None else max(self._playhead, at_secs)

    def hear(self, pcm: bytes, sample_rate: int, channels: int, at_secs: float) -> float | None:
        """Take a chunk handed over at `at_secs`; return when the utterance became audible, once."""
        if self._playhead is None:
            return None
        length_secs = len(pcm) / (2 * channels * sample_rate)
        written_at = self._playhead if self._begun else at_secs - length_secs
        starts_at = max(self._playhead, written_at)
        self._begun = False
        self._playhead = starts_at + length_secs
        if not self._listening:
            return None
        onset = onset_secs(pcm, sample_rate, channels)
        if onset is None:
            return None
        self._listening = False
        return starts_at + onset
