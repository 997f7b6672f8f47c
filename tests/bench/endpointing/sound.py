"""The utterances as a microphone or a telephone line delivers them; synthesised once, then kept."""

import hashlib
import io
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np
import soxr

from bot.providers.local.voice import Voice, VoiceSettings, load
from bot.providers.local.voiced import voiced
from evals.ear import Samples, Span, speech_spans
from tests.bench.endpointing.utterances import Noise, Utterance

LEAD_SECS = 0.6
TAIL_SECS = 3.4
"""Longer than whoever judges may wait."""
_RATE = 16_000
_KEPT = Path(tempfile.gettempdir()) / "echo-endpointing"


@dataclass(frozen=True, slots=True)
class Recording:
    """An utterance in audio: `spoken` are its parts, from first to last audible sample."""

    utterance: Utterance
    samples: Samples
    rate: int
    spoken: tuple[Span, ...]
    gaps: tuple[tuple[Span, ...], ...]
    """Of each part: where a recogniser might think that a sentence is over."""

    @property
    def ends_secs(self) -> float:
        return self.spoken[-1].end_secs


def recording(utterance: Utterance) -> Recording:
    """What reaches Echo of the utterance."""
    pieces, spoken, gaps = [_silence(LEAD_SECS)], [], []
    at_secs = LEAD_SECS
    last = len(utterance.parts) - 1
    for number, (part, pause) in enumerate(
        zip_longest(utterance.parts, utterance.pauses_secs, fillvalue=TAIL_SECS)
    ):
        said = trimmed(spoken_by(f"{part}," if number < last else str(part), utterance.voice))
        spans = speech_spans(said, _RATE, join_secs=0.1)
        spoken.append(Span(at_secs, at_secs + len(said) / _RATE))
        gaps.append(
            tuple(
                Span(at_secs + one.end_secs, at_secs + other.start_secs)
                for one, other in pairwise(spans)
            )
        )
        pieces += [said, _silence(float(pause))]
        at_secs = spoken[-1].end_secs + float(pause)
    samples = noisy(np.concatenate(pieces), utterance.noise, utterance.number)
    rate = 8_000 if utterance.telephone else _RATE
    return Recording(
        utterance,
        by_telephone(samples) if rate == 8_000 else samples,
        rate,
        *map(tuple, (spoken, gaps)),
    )


def _silence(secs: float) -> Samples:
    return np.zeros(round(secs * _RATE), np.int16)


def trimmed(samples: Samples) -> Samples:
    spans = speech_spans(samples, _RATE)
    return samples[round(spans[0].start_secs * _RATE) : round(spans[-1].end_secs * _RATE)]


def noisy(samples: Samples, noise: Noise, number: int) -> Samples:
    dice = np.random.default_rng(number)
    voice = samples[np.abs(samples) > 300].astype(np.float64)
    level = float(np.sqrt(np.mean(voice**2)))
    wanted = {"clean": 4.0, "20 dB": level / 10, "10 dB": level / 10**0.5}[noise]
    hiss = dice.normal(0, 1, len(samples) + 3)
    room = np.convolve(hiss, [0.5, 0.8, 0.8, 0.5], "valid")  # duller than white, as rooms are
    mixed = samples + room / room.std() * wanted
    return np.clip(mixed, -32768, 32767).astype(np.int16)


def by_telephone(samples: Samples) -> Samples:
    """8 kHz through mu-law and back (ITU-T G.711's curve)."""
    sound = soxr.resample(samples.astype(np.float32) / 32768, _RATE, 8_000)
    bent = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256) * 127) / 127
    heard = np.sign(bent) * (256 ** np.abs(bent) - 1) / 255
    return (np.clip(heard, -1, 1) * 32767).astype(np.int16)


def spoken_by(text: str, voice: str) -> Samples:
    name = hashlib.sha256(f"{voice}: {text}".encode()).hexdigest()[:24]
    kept = _KEPT / f"{name}.npy"
    if not kept.exists():
        _KEPT.mkdir(exist_ok=True)
        np.save(kept, _synthesised(text, voice))
    return np.load(kept)


def _synthesised(text: str, voice: str) -> Samples:
    match voice.split(maxsplit=1):
        case ["espeak", which]:
            return _espeak(text, which)
        case ["hibari", "low"]:  # a slower tape: deeper, as long as a faster voice is slower
            return soxr.resample(_hibari(text, 1.2), 1.0, 1.2).astype(np.int16)
        case ["hibari", pace]:
            return _hibari(text, {"slow": 0.85, "fast": 1.2}[pace])
        case _:
            return _hibari(text, 1.0)


def _hibari(text: str, speed: float) -> Samples:
    return np.frombuffer(voiced(_voice(speed), text, sample_rate=_RATE).audio, np.int16)


@cache
def _voice(speed: float) -> Voice:
    return load(VoiceSettings(speed=speed))


def _espeak(text: str, which: str) -> Samples:
    command = ["espeak-ng", "-v", which, "-s", "155", "-a", "90", "--stdout", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        pcm = np.frombuffer(spoken[44:], np.int16)
        return soxr.resample(pcm, file.getframerate(), _RATE)
