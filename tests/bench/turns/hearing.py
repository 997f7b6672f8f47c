"""What a VAD and Whisper make of an event, in audio time; the words are decoded once, then kept."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipecat.audio.vad.vad_analyzer import VADState

from bot.providers.local.listening import Kind, Listening, Take
from bot.providers.local.transcript import Clip, Reading, Transcript
from bot.providers.local.whisper import WhisperSettings, load
from bot.silero import SharedSilero
from processors.barge_in import level_db
from tests.bench.turns.tracks import Track, pieces

CACHE = Path(__file__).parents[3] / ".bench-cache"
DECODE_SECS = 0.15
"""From the moment Whisper is asked to its words, one call on two cores."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, and what is known of the VAD then."""

    at_secs: float
    kind: Literal["quiet", "sounding", "nothing", "started", "voice", "silence", "stopped"]
    silent_secs: float = 0.0
    level_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the speech to text's, as it comes."""

    at_secs: float
    text: str
    final: bool
    whole: bool
    confidence: float
    readings: tuple[Reading, ...] = ()


def heard(track: Track, vad: SharedSilero) -> tuple[Mark | Words, ...]:
    """All of it, in the order of time."""
    marks = tuple(_marks(track, vad))
    words = tuple(_words(track, marks, vad.params.start_secs))
    return tuple(sorted((*marks, *words), key=lambda each: each.at_secs))


def _marks(track: Track, vad: SharedSilero) -> Iterator[Mark]:
    vad.set_sample_rate(track.rate)
    was = VADState.QUIET
    silent_secs = 0.0
    for at_secs, pcm in pieces(track, vad.num_frames_required()):
        state = vad.hear(pcm)
        if state is VADState.QUIET:
            yield Mark(at_secs, "quiet", level_db=level_db(pcm))
        if state is VADState.STARTING and was is VADState.QUIET:
            yield Mark(at_secs, "sounding")
        if state is VADState.QUIET and was is VADState.STARTING:
            yield Mark(at_secs, "nothing")
        if state is VADState.SPEAKING:
            if was in (VADState.QUIET, VADState.STARTING):
                yield Mark(at_secs, "started")
            yield Mark(at_secs, "voice", level_db=level_db(pcm))
        if state is VADState.STOPPING:
            silent_secs = vad.silent_secs
            yield Mark(at_secs, "silence", silent_secs)
        if state is VADState.QUIET and was is VADState.STOPPING:
            yield Mark(at_secs, "stopped", silent_secs)
        was = state


def _words(track: Track, marks: tuple[Mark, ...], start_secs: float) -> Iterator[Words]:
    """As `WhisperSTT` asks for them: partials, a guess in each silence, finals.

    What is said before Echo speaks concerns nobody here, and is not decoded.
    """
    listening = Listening(track.rate, WhisperSettings())
    due = [mark for mark in marks if mark.kind in ("started", "stopped")]
    guess: tuple[Take, float] | None = None
    for at_secs, pcm in pieces(track, round(0.02 * track.rate)):
        take = listening.hear(pcm)
        if take and at_secs >= track.echo_secs:
            yield from _decoded(listening, take, at_secs + DECODE_SECS)
            guess = (take, at_secs) if take.kind is Kind.GUESS else guess
        while due and due[0].at_secs <= at_secs:
            mark = due.pop(0)
            if mark.kind == "started":
                listening.started(start_secs)
                continue
            last = listening.stopped(mark.silent_secs)
            if last and at_secs >= track.echo_secs:
                early = guess[1] if guess and guess[0].covers(last) else at_secs
                yield from _decoded(listening, last, max(at_secs, early + DECODE_SECS))


def _decoded(listening: Listening, take: Take, at_secs: float) -> Iterator[Words]:
    final = take.kind in (Kind.FINAL, Kind.CUT)
    partial = take.kind is Kind.PARTIAL
    said = _said(Clip(listening.pcm(take), listening.rate), partial=partial)
    if said.text:
        whole = take.kind is Kind.GUESS
        yield Words(at_secs, said.text, final, whole, said.confidence, said.readings)


def _said(clip: Clip, *, partial: bool) -> Transcript:
    """What Whisper understands; its words one by one are left out."""
    name = hashlib.sha256(b"%d %d " % (clip.rate, partial) + clip.pcm).hexdigest()[:32]
    kept = CACHE / "readings" / f"{name}.json"
    if kept.exists():
        text, confidence, readings = json.loads(kept.read_text(encoding="utf-8"))
        return Transcript(text, confidence, readings=tuple(Reading(*each) for each in readings))
    said = load(WhisperSettings()).decode(clip, partial=partial)
    kept.parent.mkdir(parents=True, exist_ok=True)
    readings = [(each.text, each.confidence) for each in said.readings]
    kept.write_text(json.dumps([said.text, said.confidence, readings]), encoding="utf-8")
    return said
