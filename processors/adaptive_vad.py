"""Thresholds that follow the room: how much a sound must stand out of it to be the caller's.

Silero tells a voice from a street, a keyboard and music by itself. What it cannot tell is whose
voice: at a table in a full café it hears speech without end, and with fixed thresholds nobody is
ever done. So the room is listened to between the caller's words. A room that says nothing gets
Silero's word for everything; from a room that talks, the caller must stand out.

In audio time, in windows of the VAD (32 ms), in dB relative to full scale (dBFS).
"""

import math
from bisect import bisect_left, insort
from collections import deque

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

WINDOW_SECS = 0.032


class RoomSettings(BaseModel):
    """What is asked of a sound in a quiet room, and in one full of voices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence: float = Field(default=0.7, ge=0, le=1)
    """Silero's, that the sound is speech: pipecat's own threshold."""
    quietest_dbfs: float = Field(default=-60.0, ge=-90, le=0)
    """Softer is nobody's voice for us, however quiet the room is."""
    unknown_dbfs: float = Field(default=-36.0, ge=-90, le=0)
    """Softer begins no turn in the first second, in which nothing is known of the room yet: a café
    would interrupt the greeting."""
    start_margin_db: float = Field(default=8.0, ge=0, le=40)
    """By which a sound must stand out of a room that talks to begin a turn."""
    stay_margin_db: float = Field(default=4.0, ge=0, le=40)
    """The same, to go on with one."""


def level_dbfs(samples: npt.NDArray[np.int16]) -> float:
    """The RMS level around the mean, since a line may be off zero; -100 for digital silence."""
    wave, count = samples.astype(np.float32), max(len(samples), 1)
    mean = float(wave.sum()) / count
    power = float(np.dot(wave, wave)) / count - mean**2  # `np.std` takes ten times as long
    return 20 * math.log10(max(math.sqrt(max(power, 0.0)) / 32768, 1e-5))


class Room:
    """The noise floor, and how much of what is heard at its level is taken for a voice.

    The floor is a low quantile of the last seconds: known after a second, up with the noise within
    three, down within one, and below whatever the caller says, since speech has gaps.
    """

    _MEMORY = round(4.0 / WINDOW_SECS)
    _KNOWN_AFTER = round(1.0 / WINDOW_SECS)
    _SETTLED_AFTER = round(2.5 / WINDOW_SECS)
    _QUANTILE = 0.25
    _STANDS_OUT_DB = 6.0
    """Over the floor: such a sound is the caller's, or something that happens in the room."""
    _AFTER = round(0.3 / WINDOW_SECS)
    """Windows after one that stood out which may still be the caller's: soft ends of words."""
    _WEIGHT = WINDOW_SECS
    """Of a window: the share is that of about the last second."""
    _SURE = 0.5
    """Silero's confidence, from which on a window is taken for a voice."""
    _SLIPS = 0.03
    """The share of a silent room's sound that is taken for a voice all the same."""
    _TALKS = 0.13
    """The share from which on it talks: six people in a corner reach it, and music does not."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque()
        self._sorted: list[float] = []
        self._since_it_stood_out = 0
        self._voiced = 0.0

    @property
    def floor_dbfs(self) -> float:
        """The level of the room without the caller; -inf before anything was heard."""
        if not self._sorted:
            return float("-inf")
        return self._sorted[int(self._QUANTILE * len(self._sorted))]

    @property
    def talks(self) -> float:
        """From 0, only the caller has a voice here, to 1, the room itself sounds like voices."""
        return min(1.0, max(0.0, (self._voiced - self._SLIPS) / (self._TALKS - self._SLIPS)))

    @property
    def is_known(self) -> bool:
        """After a second of it."""
        return len(self._levels) >= self._KNOWN_AFTER

    @property
    def is_settled(self) -> bool:
        """After so long that a sentence in the beginning of it is not taken for the room."""
        return len(self._levels) >= self._SETTLED_AFTER

    def hear(self, confidence: float, level_dbfs: float) -> None:
        """One more window: Silero's confidence and the RMS level."""
        self._remember(level_dbfs)
        if level_dbfs > self.floor_dbfs + self._STANDS_OUT_DB:
            self._since_it_stood_out = 0
            return
        self._since_it_stood_out += 1
        if self._since_it_stood_out > self._AFTER:
            taken = float(confidence >= self._SURE)
            self._voiced += self._WEIGHT * (taken - self._voiced)

    def _remember(self, level_dbfs: float) -> None:
        self._levels.append(level_dbfs)
        insort(self._sorted, level_dbfs)
        if len(self._levels) > self._MEMORY:
            del self._sorted[bisect_left(self._sorted, self._levels.popleft())]


class AdaptiveVAD:
    """Whether a window is the caller's voice, by the room around it."""

    def __init__(self, settings: RoomSettings) -> None:
        self._settings = settings
        self.room = Room()

    def is_voice(self, confidence: float, level_dbfs: float, *, speaking: bool) -> bool:
        """The verdict on one more window.

        speaking: whether the caller is, so far; who speaks may get softer.
        """
        self.room.hear(confidence, level_dbfs)
        return confidence >= self._settings.confidence and level_dbfs >= self.least_dbfs(speaking)

    def least_dbfs(self, speaking: bool) -> float:
        """The level from which on a sound is the caller's."""
        settings, room = self._settings, self.room
        margin_db = settings.stay_margin_db if speaking else settings.start_margin_db
        known = room.is_known or speaking
        least_dbfs = settings.quietest_dbfs if known else settings.unknown_dbfs
        if not room.talks or (speaking and not room.is_settled):
            return least_dbfs
        return max(least_dbfs, room.floor_dbfs + margin_db * room.talks)
