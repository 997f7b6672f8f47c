"""Silero is not asked about silence that goes on, and nothing that is decided changes by that."""

from collections.abc import Sequence

import numpy as np
import pytest
from pipecat.audio.vad.vad_analyzer import VADState

from bot.providers.local.voice import VoiceSettings, load
from bot.providers.local.voiced import voiced
from bot.silero import AdaptiveSilero
from bot.turns import Ears, TurnSettings

FRAME_SECS = 0.02


class Asked:
    """Silero, and how often it was asked."""

    def __init__(self, model) -> None:
        self._model, self.times = model, 0

    def __call__(self, samples: np.ndarray, rate: int) -> np.ndarray:
        self.times += 1
        return self._model(samples, rate)

    def reset_states(self, batch_size: int = 1) -> None:
        self._model.reset_states(batch_size)


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


@pytest.fixture(scope="module", params=[8_000, 16_000])
def call(request: pytest.FixtureRequest) -> tuple[int, np.ndarray]:
    """Its rate; silence, words, long silence, a soft hiss, and words again."""
    rate, voice = request.param, load(VoiceSettings())
    one, two = (
        np.frombuffer(voiced(voice, text, sample_rate=rate).audio, np.int16)
        for text in ("Where is my order, please?", "And can you tell me the weather?")
    )
    hiss = np.random.default_rng(7).normal(0, 20, 2 * rate).astype(np.int16)  # -64 dBFS
    silence = np.zeros(3 * rate, np.int16)
    return rate, np.concatenate((silence, one, silence, hiss, two, silence[:rate]))


def listening(ears: Ears, rate: int) -> tuple[AdaptiveSilero, Asked]:
    vad = ears.vad(TurnSettings())
    assert isinstance(vad, AdaptiveSilero)
    vad.set_sample_rate(rate)
    vad._model = Asked(vad._model)
    return vad, vad._model


def heard(vad: AdaptiveSilero, rate: int, samples: np.ndarray) -> Sequence[VADState]:
    size = round(rate * FRAME_SECS)
    pieces = [samples[at : at + size] for at in range(0, len(samples), size)]
    return [vad.hear(piece.tobytes()) for piece in pieces]


def spans(states: Sequence[VADState]) -> list[tuple[float, float]]:
    """From when to when somebody speaks, in seconds."""
    speaking = [state in (VADState.SPEAKING, VADState.STOPPING) for state in (*states, None)]
    edges = np.flatnonzero(np.diff(speaking, prepend=False)) * FRAME_SECS
    return list(zip(edges[::2], edges[1::2], strict=True))


def test_speech_begins_and_ends_within_a_window_of_where_it_does_when_always_asked(
    ears, call, monkeypatch
):
    rate, samples = call
    found = spans(heard(listening(ears, rate)[0], rate, samples))
    monkeypatch.setattr(AdaptiveSilero, "_SETTLED_AFTER", 1_000_000)
    expected = spans(heard(listening(ears, rate)[0], rate, samples))
    assert np.abs(np.array(found) - np.array(expected)).max() <= 0.041
    assert len(found) == 2


def test_it_is_asked_of_what_can_be_heard_and_of_the_first_half_second_of_silence(ears, call):
    rate, samples = call
    vad, asked = listening(ears, rate)
    heard(vad, rate, samples)
    silent_secs = 3 + 3 + 2 + 1
    spoken_secs = len(samples) / rate - silent_secs
    assert spoken_secs <= asked.times * 0.032 <= spoken_secs + 4 * 0.6
