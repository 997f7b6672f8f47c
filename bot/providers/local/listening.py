"""Which audio to decode, and when: decided from the audio and the VAD, in audio time.

A VAD says "stop" some 0.25 s after the last word. `Listening` notices the silence by itself after
0.1 s and asks for a decode on the guess that the sentence is over, so that the text is there
when the VAD agrees. If the caller goes on, the guess was a partial.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from bot.providers.local.loudness import FRAME_SECS, Loudness


class Timing(BaseModel):
    """When to decode, in seconds of audio."""

    model_config = ConfigDict(frozen=True)

    partial_every_secs: float = Field(default=0.6, gt=0)
    """Between two looks at the unfinished sentence. Each costs as much as the final one."""
    silence_secs: float = Field(default=0.08, gt=0)
    """Silence after which the sentence is decoded on the guess that it is over: long enough to skip
    the gap inside a "t" or "k", short enough for the text to be there when the VAD says stop.
    Twice that over noise, in which a voice seems to end before it does."""
    preroll_secs: float = Field(default=0.3, ge=0, le=2)
    """Audio taken from before the VAD heard speech: a VAD misses a soft first consonant."""
    cut_after_secs: float = Field(default=10.0, gt=0)
    """A monologue is cut at the first pause after this: longer clips decode slower."""
    cut_pause_secs: float = Field(default=0.15, gt=0)
    """A pause to cut at. Shorter ones are inside words, at 0.2 s the VAD ends the segment."""
    longest_secs: float = Field(default=24.0, gt=5, le=26)
    """A monologue without a pause is cut at its quietest moment here: with the silence it needs
    after it, it must fit Whisper's window of 30 s."""


class Kind(Enum):
    """What a decode is for."""

    PARTIAL = auto()
    """The words so far; may be left out."""
    GUESS = auto()
    """The caller fell silent: perhaps the whole sentence."""
    CUT = auto()
    """The first part of a monologue: final, and more follows."""
    FINAL = auto()
    """The VAD says that the caller stopped."""


@dataclass(frozen=True, slots=True)
class Take:
    """Samples of the call, from `start` to before `end`, to be decoded."""

    kind: Kind
    start: int
    end: int

    def covers(self, other: "Take") -> bool:
        """The same samples, for whatever purpose."""
        return (self.start, self.end) == (other.start, other.end)


class Listening:
    """What one call's audio and VAD ask to have decoded; a take's audio is had from `pcm`."""

    _KEPT_SECS = 3.0
    """Audio kept while nobody speaks, for the preroll."""
    _RESUMED_SECS = 0.03
    """A voice this long is more than a click: the caller goes on."""
    _VAD_LAG_SECS = 0.06
    """The VAD may find the end of speech this much later than the guess and still mean the same."""
    _QUIETEST_WITHIN_SECS = 5.0
    """Where to look for the moment to cut a monologue that has no pause."""

    def __init__(self, rate: int, timing: Timing) -> None:
        self.rate = rate
        self._timing = timing
        self._frame = round(rate * FRAME_SECS)
        self._kept = bytearray()
        self._kept_from = 0
        self._measured = 0
        self._loudness = Loudness()
        self._levels: deque[float] = deque(maxlen=round(self._QUIETEST_WITHIN_SECS / FRAME_SECS))
        self._start: int | None = None
        self._guess: Take | None = None
        self._given_until = 0
        self._partial_due = 0

    @property
    def position(self) -> int:
        """Samples since the call began."""
        return self._kept_from + len(self._kept) // 2

    def concerns(self, take: Take) -> bool:
        """Whether the caller is still speaking the sentence of this take."""
        return self._start == take.start

    def stands(self, guess: Take) -> bool:
        """Whether nothing has been said since this guess."""
        return self._guess == guess

    def pcm(self, take: Take) -> bytes:
        """The audio of a take, until more is heard."""
        return bytes(
            self._kept[2 * (take.start - self._kept_from) : 2 * (take.end - self._kept_from)]
        )

    def hear(self, pcm: bytes) -> Take | None:
        """Takes the next 16-bit samples; answers with what is to be decoded, if anything."""
        self._forget()
        self._kept += pcm
        take = None
        while self._measured + self._frame <= self.position:
            take = self._measure() or take
        return take or self._partial()

    def started(self, start_secs: float) -> None:
        """The VAD hears a voice, and has for `start_secs`."""
        if self._start is not None:
            return
        lead = self._samples(start_secs + self._timing.preroll_secs)
        self._start = max(self.position - lead, self._given_until, self._kept_from)
        self._partial_due = self.position + self._samples(self._timing.partial_every_secs / 2)

    def stopped(self, stop_secs: float) -> Take | None:
        """The VAD has heard no voice for `stop_secs`: the whole sentence, or what is left of it.

        The take covers the last guess if that still stands: nothing was said after it. None if
        there is nothing to decode.
        """
        if self._start is None:
            return None
        voice_ended = self.position - self._samples(stop_secs)
        end = self.position
        if self._guess and voice_ended <= self._guess.end + self._samples(self._VAD_LAG_SECS):
            end = self._guess.end
        take = self._give(Kind.FINAL, self._start, end, more=False)
        return take if take.end > take.start else None

    def postpone_partial(self, secs: float) -> None:
        """No partial for the next `secs` of audio."""
        self._partial_due = max(self._partial_due, self.position + self._samples(secs))

    def retry_partial(self, secs: float) -> None:
        """The last partial was not decoded: another after `secs` of audio."""
        self._partial_due = self.position + self._samples(secs)

    def abandon(self) -> None:
        """Forgets the sentence being spoken."""
        self._start, self._guess, self._given_until = None, None, self.position

    def _measure(self) -> Take | None:
        at = 2 * (self._measured - self._kept_from)
        frame = np.frombuffer(bytes(self._kept[at : at + 2 * self._frame]), np.int16)
        self._levels.append(self._loudness.hear(frame))
        self._measured += self._frame
        if self._start is None:
            return None
        if self._guess:
            return self._resumed(self._guess)
        return self._fell_silent(self._start) or self._too_long(self._start)

    def _resumed(self, guess: Take) -> Take | None:
        if self._loudness.voiced_secs < self._RESUMED_SECS:
            return None
        self._guess = None
        long = guess.end - guess.start >= self._samples(self._timing.cut_after_secs)
        if long and self._loudness.pause_secs >= self._timing.cut_pause_secs:
            return self._give(Kind.CUT, guess.start, guess.end, more=True)
        return None

    def _fell_silent(self, start: int) -> Take | None:
        enough = self._timing.silence_secs * (1 if self._loudness.clear else 2)
        if self._loudness.silent_secs < enough:
            return None
        self._guess = Take(Kind.GUESS, start, self._measured)
        self.postpone_partial(self._timing.partial_every_secs)
        return self._guess

    def _too_long(self, start: int) -> Take | None:
        if self._measured - start < self._samples(self._timing.longest_secs):
            return None
        levels = np.convolve(np.array(self._levels), np.ones(5), "valid")  # of 50 ms each
        back = len(self._levels) - (int(levels.argmin()) + 3)
        return self._give(Kind.CUT, start, self._measured - back * self._frame, more=True)

    def _give(self, kind: Kind, start: int, end: int, *, more: bool) -> Take:
        self._start = end if more else None
        self._guess = None
        self._given_until = end
        return Take(kind, start, end)

    def _partial(self) -> Take | None:
        if self._start is None or self._guess or self.position < self._partial_due:
            return None
        self._partial_due = self.position + self._samples(self._timing.partial_every_secs)
        return Take(Kind.PARTIAL, self._start, self.position)

    def _forget(self) -> None:
        oldest = self.position - self._samples(self._KEPT_SECS)
        if self._start is not None:
            oldest = min(oldest, self._start)
        oldest = min(oldest, self._measured)
        if oldest > self._kept_from:
            del self._kept[: 2 * (oldest - self._kept_from)]
            self._kept_from = oldest

    def _samples(self, secs: float) -> int:
        return round(secs * self.rate)
