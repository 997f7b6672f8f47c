"""Where somebody speaks in a stream of audio: decided from the samples alone, in audio time.

A provider hears no room and no noise here, only voices over silence: whatever reaches -45 dBFS is
speech. That is also where the callers of `evals/` say that a voice can be heard.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

AUDIBLE = 32768 * 10 ** (-45 / 20)
_WINDOW_SECS = 0.005
_ONSET_WINDOWS = 4
"""So many audible windows in a row are a voice; fewer are a click."""
_PREROLL_SECS = 0.3
"""Kept from before the voice: a soft first consonant lies under the threshold."""


def mulaw_table() -> Samples:
    """What each byte of mu-law (ITU-T G.711) means as a 16-bit sample."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    size = ((mantissa * 2 + 33) << exponent) - 33
    return (np.where(code & 128, -size, size) * 4).astype(np.int16)


_MULAW = mulaw_table()


def decoded(audio: bytes, encoding: str) -> Samples:
    """16-bit samples of `linear16` (little-endian) or `mulaw`."""
    if encoding == "mulaw":
        return _MULAW[np.frombuffer(audio, np.uint8)]
    return np.frombuffer(audio, "<i2")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody said: its place in the stream, in samples, and the audio with some before."""

    start: int
    end: int
    rate: int
    pcm: bytes

    @property
    def start_secs(self) -> float:
        return self.start / self.rate

    @property
    def end_secs(self) -> float:
        return self.end / self.rate

    @property
    def secs(self) -> float:
        return self.end_secs - self.start_secs


class Speech:
    """Follows one stream; `is_open` while an utterance has begun and was not closed."""

    def __init__(self, rate: int, encoding: str = "linear16") -> None:
        self.rate = rate
        self._encoding = encoding
        self._window = round(rate * _WINDOW_SECS)
        self._odd = b""
        self._kept = np.zeros(0, np.int16)
        self._kept_from = 0
        self._judged = 0
        self._audible_in_a_row = 0
        self._start: int | None = None
        self._end = 0

    @property
    def position(self) -> int:
        """Samples since the stream began."""
        return self._kept_from + len(self._kept)

    @property
    def position_secs(self) -> float:
        return self.position / self.rate

    @property
    def is_open(self) -> bool:
        return self._start is not None

    @property
    def silence_secs(self) -> float:
        """Since the last audible sample of the utterance that is open, or was the last."""
        return (self.position - self._end) / self.rate

    def hear(self, audio: bytes) -> bool:
        """Take the next audio; whether a voice was heard in it."""
        self._kept = np.concatenate((self._kept, decoded(self._whole(audio), self._encoding)))
        at = self._judged - self._kept_from
        windows = (len(self._kept) - at) // self._window
        fresh = self._kept[at : at + windows * self._window].astype(np.float64)
        levels = np.sqrt(np.mean(fresh.reshape(-1, self._window) ** 2, axis=1)).tolist()
        heard = False
        for number, level in enumerate(levels):
            window = fresh[number * self._window : (number + 1) * self._window]
            heard |= self._judge(window, level)
        self._forget()
        return heard

    def utterance(self) -> Utterance:
        """What has been said of the utterance that is open, up to its last audible sample."""
        start = self.position if self._start is None else self._start
        kept = self._kept[max(0, start - self._preroll - self._kept_from) :]
        return Utterance(start, max(start, self._end), self.rate, kept.tobytes())

    def close(self) -> None:
        """The utterance is over: what follows is another."""
        self._start = None
        self._audible_in_a_row = 0

    @property
    def _preroll(self) -> int:
        return round(self.rate * _PREROLL_SECS)

    def _whole(self, audio: bytes) -> bytes:
        """With the half sample that an odd message left over."""
        audio = self._odd + audio
        odd = len(audio) % 2 if self._encoding == "linear16" else 0
        self._odd = audio[len(audio) - odd :]
        return audio[: len(audio) - odd]

    def _judge(self, window: npt.NDArray[np.float64], level: float) -> bool:
        self._judged += self._window
        if level < AUDIBLE:
            self._audible_in_a_row = 0
            return False
        self._audible_in_a_row += 1
        if self._start is None and self._audible_in_a_row >= _ONSET_WINDOWS:
            self._start = self._judged - _ONSET_WINDOWS * self._window
        if self._start is None:
            return False
        audible = np.flatnonzero(np.abs(window) >= AUDIBLE)
        self._end = self._judged - self._window + int(audible[-1]) + 1
        return True

    def _forget(self) -> None:
        keep_from = self.position if self._start is None else self._start
        keep_from -= self._preroll + _ONSET_WINDOWS * self._window
        if keep_from > self._kept_from:
            self._kept = self._kept[keep_from - self._kept_from :]
            self._kept_from = keep_from
