"""A clause as it will be heard: trimmed of its silence, and when each of its words is over."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from bot.providers.local.spoken import WrittenWord, speech
from bot.providers.local.voice import Voice

_AUDIBLE = 164
"""Of 32,767: what hibari leaves around speech stays under it, the softest consonant does not."""
_LEAD_SECS = 0.010
"""Kept before the first sound; hibari gives 0.2 to 0.3 s of silence, all of it latency."""
_TAIL_SECS = 0.040
"""Kept after the last sound for its decay."""
_SENTENCE_PAUSE_SECS = 0.25
_CLAUSE_PAUSE_SECS = 0.12
_BREATH_SECS = 0.03
_UNSPEAKABLE_SECS = 0.10
"""A clause of nothing but emoji is this much silence: a context without audio counts as failure."""


@dataclass(frozen=True, slots=True)
class VoicedClause:
    """One clause, ready to be played."""

    audio: bytes
    """16-bit mono PCM, from the first sound to the last."""
    secs: float
    words: tuple[WrittenWord, ...]
    pause_secs: float
    """The silence a listener expects after it, when more follows."""


def voiced(
    voice: Voice, clause: str, before: str = "", sample_rate: int | None = None
) -> VoicedClause:
    """The clause spoken, which follows upon `before`; at the voice's own rate unless one is given.

    Blocks for the synthesis. The whole clause is resampled at once: a streaming resampler would
    hold back its tail, and both ends of it are silent anyway.
    """
    rate = sample_rate or voice.sample_rate
    said = speech(clause, before)
    pcm = np.frombuffer(voice.synthesise(said.text) if said.text else b"", dtype=np.int16)
    pcm = _trimmed(pcm, voice.sample_rate)
    if rate != voice.sample_rate and len(pcm):
        pcm = soxr.resample(pcm, voice.sample_rate, rate)
    if not len(pcm):
        pcm = np.zeros(int(_UNSPEAKABLE_SECS * rate), dtype=np.int16)
    return VoicedClause(pcm.tobytes(), len(pcm) / rate, said.words, pause_after(clause))


def pause_after(clause: str) -> float:
    """Seconds of silence a speaker leaves after a clause, by the mark it ends with."""
    mark = clause.rstrip(" \"')]}”’*_")[-1:]
    if mark in ".!?…":
        return _SENTENCE_PAUSE_SECS
    return _CLAUSE_PAUSE_SECS if mark in ",;:—–-" else _BREATH_SECS


def _trimmed(pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    sounding = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _AUDIBLE)
    if not len(sounding):
        return pcm[:0]
    start = max(0, int(sounding[0]) - int(_LEAD_SECS * rate))
    end = min(len(pcm), int(sounding[-1]) + int(_TAIL_SECS * rate))
    kept = pcm[start:end].copy()
    lead, tail = int(_LEAD_SECS * rate), int(_TAIL_SECS * rate / 2)
    kept[:lead] = kept[:lead] * np.linspace(0, 1, len(kept[:lead]))
    kept[-tail:] = kept[-tail:] * np.linspace(1, 0, len(kept[-tail:]))
    return kept


@dataclass(frozen=True, slots=True)
class Take:
    """What one reply has said so far. Seconds count from the start of its audio."""

    text: str = ""
    """The clause before, as written."""
    words: int = 0
    ends_at_secs: float = 0.0
    """When the audio given away so far will have been played, had it never run dry."""
    pause_secs: float = 0.0

    def silence_secs(self, played_secs: float) -> float:
        """How much silence to put before the next clause: none that has already been heard."""
        return max(0.0, self.pause_secs - max(0.0, played_secs - self.ends_at_secs))

    def after(self, clause: str, spoken: VoicedClause, played_secs: float) -> "Take":
        """The take with one more clause, which starts where the last ended or, if later, now."""
        starts_at = max(self.ends_at_secs, played_secs) + self.silence_secs(played_secs)
        return Take(
            text=clause,
            words=self.words + len(spoken.words),
            ends_at_secs=starts_at + spoken.secs,
            pause_secs=spoken.pause_secs,
        )


def heard_at(spoken: VoicedClause, ends_at_secs: float) -> list[tuple[str, float]]:
    """Each written word with the second at which it has been heard to its end."""
    times: list[tuple[str, float]] = []
    at = ends_at_secs - spoken.secs
    for word in spoken.words:
        at += word.share * spoken.secs
        times.append((word.text, at))
    return times
