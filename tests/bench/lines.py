"""What reaches Echo on a line: callers in noise, and what is no caller; by a seed."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from evals.ear import Samples, Span
from tests.bench.endpointing.sound import LEAD_SECS, by_telephone, recording
from tests.bench.endpointing.utterances import Utterance, utterances
from tests.bench.noises import (
    PLACES,
    RATE,
    Dice,
    Sound,
    at_level,
    babble,
    dtmf,
    fax,
    hold_music,
    level,
    street,
)

VOICE_DBFS = -23.0
"""The RMS of what is audible of a caller."""
ECHO_DB = -12.0
_ROOM_DBFS = -78.0
_LEAD_SECS = 3.0
_SECS = 60.0
AFTERGLOW_SECS = 0.3
"""After a voice's end: what is taken for it so long is neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Track:
    """A minute or so of a line, and where the caller speaks on it."""

    samples: Samples
    rate: int
    spoken: tuple[Span, ...] = ()
    played: Samples | None = None
    """What Echo says meanwhile, in step with what is heard."""

    @property
    def secs(self) -> float:
        return len(self.samples) / self.rate

    @property
    def quiet_secs(self) -> float:
        """In which nothing should be taken for the caller."""
        return self.secs - sum(each.secs + AFTERGLOW_SECS for each in self.spoken)


def dice_of(*what: object) -> Dice:
    """The same for the same; `hash` is another in each process."""
    return np.random.default_rng(zlib.crc32(repr(what).encode()))


@cache
def said(seed: int, count: int) -> tuple[Sound, ...]:
    """Sentences without a pause to think, each at the same level, in eight voices."""
    fluent = (each for each in utterances(count * 6, seed) if len(each.parts) == 1)
    chosen = [each for each, _ in zip(fluent, range(count), strict=False)]
    return tuple(_voice(replace(each, noise="clean", telephone=False)) for each in chosen)


def in_noise(place: str, snr_db: float, seed: int, count: int, *, rate: int = RATE) -> Track:
    """So many sentences at a place, `snr_db` louder than it, after three seconds without a word."""
    dice = dice_of(seed, place, snr_db)
    return _track(said(seed, count), _noise_of(place, VOICE_DBFS - snr_db), dice, rate)


def clean(seed: int, count: int, *, rate: int = RATE) -> Track:
    """The same in a quiet room."""
    return _track(said(seed, count), None, dice_of(seed, "clean"), rate)


def bad_input(seed: int, count: int) -> dict[str, Track]:
    """What is not a caller, and callers as they should not be."""
    voices = said(seed, count)
    louder = [np.clip(each * 10 ** (24 / 20), -1, 1) for each in voices]
    jumping = [each * (0.1 if number % 2 else 1.0) for number, each in enumerate(voices)]
    both = [_together(*pair) for pair in zip(voices, reversed(voices), strict=True)]
    nobody = {
        "silence": np.zeros(round(_SECS * RATE)),
        "hold music, -20 dBFS": at_level(hold_music(_SECS, dice_of(seed, "music")), -20),
        "fax tones": at_level(fax(_SECS, dice_of(seed)), -18),
        "DTMF tones": at_level(dtmf(_SECS, dice_of(seed, "dtmf")), -18),
        "street, 20 dB up and down": _jumping(street, seed),
        "babble, 20 dB up and down": _jumping(babble, seed),
    }
    callers = {
        "a caller who clips": louder,
        "a caller 20 dB softer every other time": jumping,
        "two callers at once": both,
    }
    tracks = {name: Track(_pcm(sound), RATE) for name, sound in nobody.items()}
    for name, heard in callers.items():
        tracks[name] = _track(heard, None, dice_of(seed, name), RATE)
    for rate in (RATE, 8_000):
        heard = f"our own voice, {ECHO_DB:.0f} dB, {rate // 1000} kHz"
        tracks[heard] = echo(voices, (), dice_of(seed, heard), rate=rate)
    others = said(seed + 1, count)
    for name, loud_db in (("callers over it", ECHO_DB), ("callers over it, without echo", -90.0)):
        tracks[name] = echo(voices, others, dice_of(seed, "over"), echo_db=loud_db)
    return tracks


def echo(
    ours: Sequence[Sound],
    callers: Sequence[Sound],
    dice: Dice,
    *,
    rate: int = RATE,
    echo_db: float = ECHO_DB,
) -> Track:
    """Echo speaks without end in a room of half a second's reverberation, a fifth of a second away.

    What is heard of it is so much softer than a caller. The callers interrupt, and Echo goes on.
    """
    spoken = np.concatenate([np.append(each, np.zeros(RATE // 3)) for each in ours])
    track = _track(callers, None, dice, RATE) if callers else None
    length = len(track.samples) if track else len(spoken)
    played = np.resize(spoken, length)
    tail = dice.normal(0, 1, RATE // 2) * np.exp(-6.9 * np.arange(RATE // 2) / (RATE // 2))
    room = np.append(np.zeros(RATE // 5), 0.5 * tail / np.linalg.norm(tail))
    room[RATE // 5] += 0.87
    returned = np.fft.irfft(
        np.fft.rfft(played, 2 * length) * np.fft.rfft(room, 2 * length), 2 * length
    )[:length]
    heard = returned * 10 ** (echo_db / 20) + (track.samples / 32768 if track else 0)
    sent, came = _pcm(played), _pcm(heard + at_level(dice.normal(0, 1, length), _ROOM_DBFS))
    if rate != RATE:
        sent, came = by_telephone(sent), by_telephone(came)
    return Track(came, rate, track.spoken if track else (), sent)


Noise = Callable[[float, Dice], Sound]


def _noise_of(place: str, dbfs: float) -> Noise:
    return lambda secs, dice: at_level(PLACES[place](secs, dice), dbfs)


def _track(voices: Sequence[Sound], noise: Noise | None, dice: Dice, rate: int) -> Track:
    spans: list[Span] = []
    at_secs = _LEAD_SECS
    for voice in voices:
        spans.append(Span(at_secs, at_secs + len(voice) / RATE))
        at_secs = spans[-1].end_secs + float(dice.uniform(2.0, 4.0))
    sound = at_level(dice.normal(0, 1, round(at_secs * RATE)), _ROOM_DBFS)
    for voice, span in zip(voices, spans, strict=True):
        first = round(span.start_secs * RATE)
        sound[first : first + len(voice)] += voice
    if noise is not None:
        sound += np.resize(noise(at_secs, dice), len(sound))
    samples = _pcm(sound)
    return Track(samples if rate == RATE else by_telephone(samples), rate, tuple(spans))


def _jumping(noise: Noise, seed: int) -> Sound:
    """The noise of a place through a door that opens and closes every ten seconds."""
    sound = at_level(noise(_SECS, dice_of(seed, "jumping")), -35)
    closed = (np.arange(len(sound)) // (10 * RATE)) % 2 == 0
    return np.where(closed, sound / 10, sound)


def _together(one: Sound, other: Sound) -> Sound:
    length = max(len(one), len(other))
    return np.pad(one, (0, length - len(one))) + np.pad(other, (0, length - len(other)))


def _pcm(sound: Sound) -> Samples:
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


def _voice(utterance: Utterance) -> Sound:
    made = recording(utterance)
    sound = made.samples[round(LEAD_SECS * RATE) : round(made.ends_secs * RATE)] / 32768
    return sound * 10 ** (VOICE_DBFS / 20) / level(sound[np.abs(sound) > 0.01])
