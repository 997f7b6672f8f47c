"""What else a microphone hears: places, and sounds of the line; all made here, the same for a seed.

Every sound is mono float64 at full scale 1, of no particular level: `at_level` gives it one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tests.bench.endpointing.sound import LEAD_SECS, recording
from tests.bench.endpointing.utterances import VOICES, utterances

Sound = npt.NDArray[np.float64]
Dice = np.random.Generator
RATE = 16_000

_TALKERS = 6
_CHORDS = (
    (220.0, 261.6, 329.6),
    (174.6, 220.0, 261.6),
    (130.8, 164.8, 196.0),
    (196.0, 246.9, 293.7),
)
_SCALE = (523.3, 587.3, 659.3, 784.0, 880.0)
_DTMF_ROWS = (697.0, 770.0, 852.0, 941.0)
_DTMF_COLUMNS = (1209.0, 1336.0, 1477.0)


def level(sound: Sound) -> float:
    """Its RMS."""
    return float(np.sqrt(np.mean(sound**2)))


def at_level(sound: Sound, dbfs: float) -> Sound:
    """The same sound with this RMS."""
    return sound / max(level(sound), 1e-9) * 10 ** (dbfs / 20)


def street(secs: float, dice: Dice) -> Sound:
    """Traffic far away, cars that pass, and a horn every ten seconds."""
    sound = _coloured(secs, dice)
    for _ in range(round(secs / 6)):
        car = _coloured(4.0, dice) * np.hanning(4 * RATE) * dice.uniform(1.5, 3)
        _add(sound, car, dice.uniform(0, secs))
    for _ in range(round(secs / 10)):
        pitch, length = dice.uniform(350, 450), dice.uniform(0.2, 0.6)
        horn = _tones((pitch, pitch * 1.26, pitch * 2, pitch * 3), length) * dice.uniform(0.5, 1.5)
        _add(sound, horn, dice.uniform(0, secs))
    return sound


def babble(secs: float, dice: Dice) -> Sound:
    """Six people at other tables who never stop: the bench's voices, as loud as one another."""
    spoken = [replace(each, noise="clean", telephone=False) for each in utterances(48, seed=23)]
    talk: dict[str, list[Sound]] = {voice: [] for voice in VOICES}
    for each in spoken:
        made = recording(each)
        ends = round(made.ends_secs * RATE)
        talk[each.voice].append(made.samples[round(LEAD_SECS * RATE) : ends] / 32768)
    mixed = np.zeros(round(secs * RATE))
    for voice in dice.choice(VOICES, _TALKERS, replace=False):
        said = at_level(np.concatenate(talk[str(voice)]), -20)
        first = int(dice.integers(len(said)))
        mixed += np.resize(np.roll(said, first), len(mixed))
    return mixed


def keyboard(secs: float, dice: Dice) -> Sound:
    """Someone types: bursts of six keys a second, each a click down and a softer one up."""
    sound = _hiss(secs, dice) * 0.002
    at_secs = 0.2
    while at_secs < secs:
        for _ in range(int(dice.integers(4, 25))):
            _add(sound, _click(dice), at_secs)
            _add(sound, _click(dice) * 0.4, at_secs + 0.08)
            at_secs += max(0.06, dice.normal(0.16, 0.05))
        at_secs += dice.uniform(0.3, 1.5)
    return sound


def hold_music(secs: float, dice: Dice) -> Sound:
    """Chords for two seconds each, a melody over them, and a drum twice a second."""
    sound = np.zeros(round(secs * RATE))
    for number, at_secs in enumerate(np.arange(0, secs, 2.0)):
        chord = _CHORDS[number % len(_CHORDS)]
        notes = np.sum([_note(pitch, 2.0, 0.8) for pitch in chord], axis=0)
        _add(sound, notes * 0.3, at_secs)
    at_secs = 0.0
    while at_secs < secs:
        length = float(dice.choice([0.25, 0.5, 0.5, 1.0]))
        _add(sound, _note(float(dice.choice(_SCALE)), length, 2.0) * 0.5, at_secs)
        at_secs += length
    for at_secs in np.arange(0, secs, 0.5):
        drum = _hiss(0.08, dice) * np.exp(-np.arange(round(0.08 * RATE)) / (0.02 * RATE))
        _add(sound, drum * 0.3, at_secs)
    return sound


def fax(secs: float, _dice: Dice) -> Sound:
    """A fax: 1100 Hz for half a second every 3.5 s (ITU-T T.30), and an answer's 2100 Hz."""
    sound = np.zeros(round(secs * RATE))
    for at_secs in np.arange(0.5, secs, 3.5):
        _add(sound, _tones((1100.0,), 0.5), at_secs)
    _add(sound, _tones((2100.0,), min(3.0, secs / 4)), secs / 2)
    return sound


def dtmf(secs: float, dice: Dice) -> Sound:
    """Keys of a telephone: 0.1 s each, three a second (ITU-T Q.23)."""
    sound = np.zeros(round(secs * RATE))
    for at_secs in np.arange(0.5, secs, 0.35):
        pair = (float(dice.choice(_DTMF_ROWS)), float(dice.choice(_DTMF_COLUMNS)))
        _add(sound, _tones(pair, 0.1), at_secs)
    return sound


PLACES: dict[str, Callable[[float, Dice], Sound]] = {
    "street": street,
    "babble": babble,
    "keyboard": keyboard,
    "hold music": hold_music,
}
"""Of so many seconds."""


def _add(sound: Sound, piece: Sound, at_secs: float) -> None:
    first = round(at_secs * RATE)
    piece = piece[: max(0, len(sound) - first)]
    sound[first : first + len(piece)] += piece


def _hiss(secs: float, dice: Dice) -> Sound:
    return dice.normal(0, 1, round(secs * RATE))


def _coloured(secs: float, dice: Dice) -> Sound:
    """Noise that falls by 6 dB an octave from 200 Hz on, as traffic does; RMS 1."""
    spectrum = np.fft.rfft(_hiss(secs, dice))
    pitch = np.fft.rfftfreq(round(secs * RATE), 1 / RATE)
    sound = np.fft.irfft(spectrum / np.maximum(pitch, 200), round(secs * RATE))
    return sound / level(sound)


def _times(secs: float) -> Sound:
    return np.arange(round(secs * RATE)) / RATE


def _tones(pitches: Iterable[float], secs: float) -> Sound:
    times = _times(secs)
    edges = np.minimum(1, np.minimum(times, times[::-1]) / 0.005)
    return edges * np.sum([np.sin(2 * np.pi * pitch * times) for pitch in pitches], axis=0)


def _note(pitch: float, secs: float, decay: float) -> Sound:
    """Plucked: four harmonics that die away."""
    times = _times(secs)
    harmonics = [np.sin(2 * np.pi * pitch * n * times) / n**1.5 for n in range(1, 5)]
    return np.sum(harmonics, axis=0) * np.exp(-decay * times) * np.minimum(1, times / 0.01)


def _click(dice: Dice) -> Sound:
    """A key: a knock of 2 kHz or so in a burst of noise, gone in 10 ms."""
    times = _times(0.03)
    knock = np.sin(2 * np.pi * dice.uniform(1200, 3500) * times) + dice.normal(0, 1, len(times))
    return knock * np.exp(-times / dice.uniform(0.003, 0.008)) * dice.uniform(0.5, 1.0)
