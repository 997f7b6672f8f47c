"""How loud a call is, and whether somebody is speaking at this moment, in frames of 10 ms."""

from collections import deque

import numpy as np
import numpy.typing as npt

FRAME_SECS = 0.01
_LEAST_DB = -75.0


class Loudness:
    """Tells silence from voice relative to this call: its background and its voice.

    The background is the quietest of the last 3 s, the voice the loudest moment, forgotten at
    10 dB/s; both in dB below full scale. Quicker than a VAD and easier to fool: a hint, no verdict.
    """

    _SILENCE_SHARE = 0.3
    """Share of the way from background to voice, in dB, that is still silence..."""
    _SILENCE_DB = (5.0, 20.0)
    """...within these: noise wavers by some dB, and a last "s" is 20 dB softer than a vowel."""
    _LEAST_CONTRAST_DB = 10.0
    """With less between background and voice, nothing is called silence."""
    _CLEAR_CONTRAST_DB = 35.0
    """With more, a voice can be followed to its end."""

    def __init__(self) -> None:
        self._smooth = _LEAST_DB
        self._voice = _LEAST_DB
        self._quietest: deque[float] = deque(maxlen=30)  # of each 0.1 s
        self._frames = 0
        self._silent = self._voiced = self._pause = 0

    @property
    def clear(self) -> bool:
        """Whether the background is so low that a voice ends where it seems to end."""
        return self._contrast_db >= self._CLEAR_CONTRAST_DB

    @property
    def silent_secs(self) -> float:
        """For how long nobody has been speaking; 0 during speech."""
        return self._silent * FRAME_SECS

    @property
    def voiced_secs(self) -> float:
        """For how long somebody has been speaking without a gap; 0 in silence."""
        return self._voiced * FRAME_SECS

    @property
    def pause_secs(self) -> float:
        """Length of the last silence before the present speech."""
        return self._pause * FRAME_SECS

    def hear(self, frame: npt.NDArray[np.int16]) -> float:
        """Takes the next 10 ms of samples; returns their level in dB below full scale."""
        power = float(np.mean(np.square(frame.astype(np.float32)))) / 2**30
        level = max(10 * float(np.log10(power + 1e-12)), _LEAST_DB)
        self._smooth = max(level, (level + self._smooth) / 2)
        self._voice = max(level, self._voice - 10 * FRAME_SECS)
        if self._frames % 10 == 0:
            self._quietest.append(0.0)
        self._quietest[-1] = min(self._quietest[-1], self._smooth)
        self._frames += 1
        self._count()
        return level

    def _count(self) -> None:
        if self._is_silent():
            self._silent, self._voiced = self._silent + 1, 0
        else:
            self._pause = self._silent or self._pause
            self._silent, self._voiced = 0, self._voiced + 1

    @property
    def _contrast_db(self) -> float:
        return self._voice - min(self._quietest)

    def _is_silent(self) -> bool:
        contrast = self._contrast_db
        least, most = self._SILENCE_DB
        above = min(most, max(least, contrast * self._SILENCE_SHARE))
        return contrast >= self._LEAST_CONTRAST_DB and self._smooth < self._voice - contrast + above
