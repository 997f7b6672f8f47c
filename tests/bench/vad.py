"""`python -m tests.bench.vad`: what is taken for a caller in noise, and what of callers is missed.

In audio time, as fast as the processor allows: the same figures on every machine.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from loguru import logger
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from bot.silero import SharedSilero
from bot.turns import Ears, TurnSettings
from evals.ear import Span
from processors.own_voice import OwnVoice
from tests.bench.lines import AFTERGLOW_SECS, VOICE_DBFS, Track, bad_input, clean, in_noise
from tests.bench.noises import PLACES

SNRS_DB = (20, 15, 10, 5)
SEED = 11
SENTENCES = 12
"""On each line."""
_FORGIVEN_SECS = 0.15
"""After a caller's end: what starts until then is still the caller's."""


@dataclass(slots=True)
class Figures:
    """What one VAD made of some lines."""

    secs: float = 0.0
    quiet_secs: float = 0.0
    sentences: int = 0
    false_starts: int = 0
    taken_secs: float = 0.0
    """Of the quiet: taken for the caller."""
    fragments: list[int] = field(default_factory=list[int])
    """Of each sentence that was heard at all."""
    onset_secs: list[float] = field(default_factory=list[float])
    """Of each that had a start of its own: from its first sound to "start"."""

    @property
    def false_starts_per_minute(self) -> float:
        return self.false_starts / self.quiet_secs * 60

    @property
    def taken(self) -> float:
        """The share of the quiet that is taken for the caller."""
        return self.taken_secs / self.quiet_secs

    @property
    def fragments_per_sentence(self) -> float:
        """nan if none was heard."""
        return float(np.mean(self.fragments)) if self.fragments else float("nan")

    @property
    def missed(self) -> int:
        """Not heard, or drowned in a start that had not ended: nothing tells when they began."""
        return self.sentences - len(self.onset_secs)

    def onset_ms(self, percentile: float) -> float:
        """nan if there was none."""
        return float(np.percentile(self.onset_secs or [float("nan")], percentile)) * 1000

    def add(self, track: Track, heard: Sequence[Span]) -> None:
        """What the VAD took for the caller on one more line."""
        self.secs += track.secs
        self.quiet_secs += track.quiet_secs
        self.sentences += len(track.spoken)
        self.false_starts += len(heard)
        self.taken_secs += sum(each.secs for each in heard)
        for sentence in track.spoken:
            self._credit(sentence, heard)

    def _credit(self, sentence: Span, heard: Sequence[Span]) -> None:
        """What was the caller's was rightly taken for it."""
        begins_secs, ends_secs = sentence.start_secs, sentence.end_secs
        own = [s for s in heard if begins_secs <= s.start_secs <= ends_secs + _FORGIVEN_SECS]
        drowning = [s for s in heard if s.start_secs < begins_secs < s.end_secs]
        if own or drowning:
            self.fragments.append(len(own + drowning))
        if own and not drowning:
            self.onset_secs.append(own[0].start_secs - begins_secs)
        self.false_starts -= len(own)
        for span in own + drowning:
            until_secs = min(span.end_secs, ends_secs + AFTERGLOW_SECS)
            self.taken_secs -= max(0.0, until_secs - max(span.start_secs, begins_secs))


@cache
def _ears() -> Ears:
    return Ears()


def vads() -> dict[str, Callable[[OwnVoice], SharedSilero]]:
    """Pipecat's four constants, Echo's, and thresholds that follow the room."""
    fixed, follows = TurnSettings(follow_room=False), TurnSettings(follow_room=True)
    return {
        "Pipecat": lambda own: _ears().vad_of(VADParams()),
        "constants": lambda own: _ears().vad(fixed, own),
        "Echo": lambda own: _ears().vad(follows, own),
    }


def taken_for_speech(track: Track, vad_of: Callable[[OwnVoice], SharedSilero]) -> Iterator[Span]:
    """From each "start" of the VAD to its "stop"."""
    own = OwnVoice()
    vad = vad_of(own)
    vad.set_sample_rate(track.rate)
    size = vad.num_frames_required()
    began_secs: float | None = None
    for end in range(size, len(track.samples) + 1, size):
        if track.played is not None:
            own.played(track.played[end - size : end].tobytes(), track.rate)
        state = vad.hear(track.samples[end - size : end].tobytes())
        speaking = state in (VADState.SPEAKING, VADState.STOPPING)
        if speaking and began_secs is None:
            began_secs = end / track.rate
        if not speaking and began_secs is not None:
            yield Span(began_secs, end / track.rate)
            began_secs = None
    if began_secs is not None:
        yield Span(began_secs, track.secs)


def heard(*tracks: Track) -> dict[str, Figures]:
    """Each VAD on these lines, afresh on each."""
    figures = {who: Figures() for who in vads()}
    for who, afresh in vads().items():
        for track in tracks:
            figures[who].add(track, [*taken_for_speech(track, afresh)])
    return figures


Rows = Mapping[str, Mapping[str, Figures]]
"""What each VAD made of each line."""


def noises(seed: int = SEED, sentences: int = SENTENCES) -> Rows:
    """In each place at each signal-to-noise ratio, and by telephone."""
    rows = {"clean": heard(clean(seed, sentences))}
    for place in PLACES:
        for snr_db in SNRS_DB:
            rows[f"{place}, {snr_db} dB"] = heard(in_noise(place, snr_db, seed, sentences))
    rows["clean, telephone"] = heard(clean(seed, sentences, rate=8_000))
    rows["babble, 15 dB, telephone"] = heard(in_noise("babble", 15, seed, sentences, rate=8_000))
    return rows


def bad(seed: int = SEED, sentences: int = SENTENCES) -> Rows:
    """What is no caller, and callers as they should not be."""
    return {name: heard(track) for name, track in bad_input(seed, sentences).items()}


def both(seed: int = SEED, one_in: int = 1) -> tuple[str, dict[str, dict[str, dict[str, float]]]]:
    """The tables in Markdown, and line -> VAD -> figure; 40 s on one core.

    one_in: of the sentences on each line, one in so many is said, but two at least.
    """
    sentences = max(2, SENTENCES // one_in)
    loud, odd = noises(seed, sentences), bad(seed, sentences)
    flat = {
        line: {who: _flat(each) for who, each in row.items()}
        for line, row in {**loud, **odd}.items()
    }
    said = _INTRODUCTION.format(sentences=sentences, voice=VOICE_DBFS)
    return "\n\n".join([said, "\n".join(_lines(loud)), _BAD_INPUT, "\n".join(_lines(odd))]), flat


def _flat(each: Figures) -> dict[str, float]:
    return {
        "false_starts_per_minute": each.false_starts_per_minute,
        "taken": each.taken,
        "fragments_per_sentence": each.fragments_per_sentence,
        "missed": each.missed,
        "sentences": each.sentences,
        "onset_p50_ms": each.onset_ms(50),
        "onset_p95_ms": each.onset_ms(95),
    }


_INTRODUCTION = """\
{sentences} sentences on each line, two to four seconds between them, after three seconds without a
word; eight voices, {voice:.0f} dBFS while they speak. Street, babble (six people), keyboard and
hold music are made by `tests/bench/noises.py`. Each cell: Pipecat's four constants / Echo's
constants (`TURN_FOLLOW_ROOM=false`) / Echo, whose thresholds follow the room. *False starts* are
counted while the caller says nothing, *taken* is the share of that time in which speech was
thought to go on, *fragments* are starts per sentence, *missed* are sentences without a start of
their own: not heard, or begun while the VAD still took the room for the caller. *Onset* is from
the first sound to the start. The margins were chosen on other seeds of the same noises."""
_BAD_INPUT = "And bad input, a minute of what is no caller, and callers as they should not be:"
_COLUMNS: Mapping[str, Callable[[Figures], str]] = {
    "false starts a minute": lambda each: f"{each.false_starts_per_minute:.1f}",
    "taken": lambda each: f"{max(0.0, each.taken):.0%}",
    "fragments": lambda each: _known(each.fragments_per_sentence, "{:.2f}"),
    "missed": lambda each: f"{each.missed}",
    "onset p50 ms": lambda each: _known(each.onset_ms(50), "{:.0f}"),
    "p95": lambda each: _known(each.onset_ms(95), "{:.0f}"),
}


def _known(value: float, shape: str) -> str:
    return "-" if np.isnan(value) else shape.format(value)


def _lines(rows: Rows) -> Iterator[str]:
    yield " | ".join(["|", *_COLUMNS, ""]).strip()
    yield "|---" * (len(_COLUMNS) + 1) + "|"
    for line, row in rows.items():
        cells = (" / ".join(map(shown, row.values())) for shown in _COLUMNS.values())
        yield f"| {line} | {' | '.join(cells)} |"


def main() -> int:
    """Prints the tables, or writes them; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.vad", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="a Markdown file; without, it is printed")
    given = parser.parse_args()
    logger.remove()
    markdown, _ = both(given.seed)
    page = markdown + "\n"
    if given.out:
        given.out.write_text(page, encoding="utf-8")
    else:
        print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
