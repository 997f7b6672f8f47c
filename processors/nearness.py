"""How near a voice is, by its loudness against this caller's own; the room's noise is taken off.

Who turns away to speak to somebody else is some 5 dB softer, who stands across the room 12 dB; who
talks over somebody to be heard is louder than usual, never softer. Over noise the levels that are
measured lie closer together than those of the voices, hence the noise is taken off their power.
"""

import math
from collections import deque
from statistics import pstdev

from processors.adaptive_vad import Room

_PIECES_ENOUGH = 25
"""Pieces of audio after which a level is known."""
_FOLLOWS = 0.01
"""By so much a piece changes the usual level, once it is known: a sentence or two."""
_LEAST_SHARE = 0.1
"""Of the noise: a voice below it is as soft as that, for all that can be measured."""
_SILENCE = 1e-10
_TURNS_ENOUGH, _TURNS_KEPT = 3, 8


class Nearness:
    """Told the level of each piece of audio, in dB of full scale; pieces are of one length."""

    def __init__(self) -> None:
        self._room = Room()
        self._usual = Power(_FOLLOWS)
        self._turn = Power()
        self._turns: deque[float] = deque(maxlen=_TURNS_KEPT)

    def room(self, level_db: float) -> None:
        """A piece without a voice."""
        self._room.hear(0.0, level_db)

    def usual(self, level_db: float) -> None:
        """A piece of what this caller says to Echo."""
        self._usual.hear(level_db)
        self._turn.hear(level_db)

    def turn_over(self) -> None:
        """What this caller says next is another turn, at a level of its own."""
        if self._turn.pieces >= _PIECES_ENOUGH:
            self._turns.append(self._voice_db(self._turn))
        self._turn = Power()

    @property
    def spread_db(self) -> float:
        """By how much this caller's turns differ in level (standard deviation); 0 if unknown."""
        return pstdev(self._turns) if len(self._turns) >= _TURNS_ENOUGH else 0.0

    def softer_db(self, sound: "Power") -> float:
        """How much softer than usual a sound is; 0 as long as the usual is not known."""
        if self._usual.pieces < _PIECES_ENOUGH or not sound.pieces:
            return 0.0
        return self._voice_db(self._usual) - self._voice_db(sound)

    def _voice_db(self, heard: "Power") -> float:
        """The level without the noise of the room."""
        noise = power(self._room.floor_dbfs)
        return decibels(max(heard.mean - noise, _LEAST_SHARE * noise, _SILENCE))


class Power:
    """The mean power of pieces of audio; running, if a weight is given."""

    def __init__(self, least_weight: float = 0.0) -> None:
        self._least_weight = least_weight
        self.pieces = 0
        self.mean = 0.0

    def hear(self, level_db: float) -> None:
        self.pieces += 1
        weight = max(self._least_weight, 1 / self.pieces)
        self.mean += weight * (power(level_db) - self.mean)


def power(level_db: float) -> float:
    """Of full scale."""
    return 10 ** (level_db / 10)


def decibels(power: float) -> float:
    """Above full scale."""
    return 10 * math.log10(power)
