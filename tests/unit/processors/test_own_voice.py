"""Our own voice is known when it comes back, on made sounds: in audio time."""

import numpy as np
import pytest
from pipecat.frames.frames import TTSAudioRawFrame, TTSStartedFrame, TTSStoppedFrame
from pipecat.tests.utils import run_test

from processors.own_voice import Likeness, OwnVoice, OwnVoiceTap

RATE = 16_000
CHUNK_SECS = 0.032


def voice(secs: float, seed: int, rate: int = RATE) -> np.ndarray:
    """As changeable as a voice, and another for each seed: tones that wander, at -20 dBFS or so."""
    dice = np.random.default_rng(seed)
    times = np.arange(round(secs * rate)) / rate
    sound = np.zeros(len(times))
    for harmonic in range(1, 8):
        wander = np.interp(times, np.arange(60) / 10, dice.normal(0, 3, 60))
        sound += np.sin(2 * np.pi * (harmonic * (110 + 9 * seed) * times) + wander) / harmonic
    return sound / np.abs(sound).max() * 0.3


def pcm(sound: np.ndarray) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()


def chunk(sound: np.ndarray, number: int, rate: int) -> np.ndarray:
    size = round(CHUNK_SECS * rate)
    return sound[number * size : (number + 1) * size]


def share(
    played: np.ndarray,
    heard: np.ndarray,
    played_rate: int = RATE,
    heard_rate: int = RATE,
    since_secs: float = 0.0,
) -> float:
    """In how many windows of what is heard from then on our own voice was known."""
    own, windows = OwnVoice(), round(len(heard) / heard_rate / CHUNK_SECS)
    verdicts = []
    for number in range(windows):
        own.played(pcm(chunk(played, number, played_rate)), played_rate)
        own.heard(pcm(chunk(heard, number, heard_rate)), heard_rate)
        verdicts.append(own.came_back())
    counted = verdicts[round(since_secs / CHUNK_SECS) :]
    return sum(counted) / len(counted)


def late(sound: np.ndarray, secs: float, rate: int = RATE) -> np.ndarray:
    return np.concatenate([np.zeros(round(secs * rate)), sound])[: len(sound)]


@pytest.mark.parametrize("delay_secs", [0.05, 0.3, 1.0])
def test_an_echo_is_known_whenever_it_comes(delay_secs):
    ours = voice(4, seed=1)
    heard = late(ours, delay_secs) * 0.25
    assert share(ours, heard) > 0.9 * (1 - delay_secs / 4)


@pytest.mark.parametrize(("sent", "came"), [(24_000, 16_000), (16_000, 8_000), (8_000, 8_000)])
def test_an_echo_is_known_at_another_rate(sent, came):
    heard = late(voice(4, 1, came), 0.1, came) * 0.25
    assert share(voice(4, 1, sent), heard, sent, came) > 0.85


def test_an_echo_is_known_by_its_first_sound_after_a_pause():
    ours = voice(2, seed=1)
    own = OwnVoice()
    own.played(pcm(ours), RATE)
    own.heard(bytes(2 * RATE), RATE)
    own.played(pcm(voice(0.3, seed=2)), RATE)
    own.heard(pcm(0.25 * voice(0.3, seed=2)[: round(0.1 * RATE)]), RATE)
    assert own.came_back()


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
def test_an_echo_is_known_by_its_first_40_ms(rate):
    ours = voice(0.3, 1, rate)
    own = OwnVoice()
    own.heard(bytes(rate), rate)
    own.played(pcm(ours), rate)
    own.heard(pcm(0.25 * ours[: round(0.04 * rate)]), rate)
    assert own.came_back()


def test_another_voice_is_not_ours():
    assert share(voice(4, seed=1), voice(4, seed=2)) < 0.03


def test_who_speaks_over_the_echo_is_not_ours():
    ours, callers = voice(4, seed=1), late(voice(4, seed=2), 0.3)
    assert share(ours, late(ours, 0.1) * 0.25 + callers, since_secs=0.4) < 0.1


def test_nothing_is_ours_before_anything_was_said():
    own = OwnVoice()
    own.heard(pcm(voice(1, seed=1)), RATE)
    assert not own.came_back()


def test_what_was_said_long_before_is_forgotten():
    own, ours = OwnVoice(), pcm(voice(1, seed=1))
    own.played(ours, RATE)
    own.heard(bytes(2 * RATE * 2), RATE)
    own.heard(ours[: RATE // 2], RATE)
    assert not own.came_back()


def test_silence_is_like_nothing():
    silence = np.zeros(1280, np.float32)
    assert Likeness(np.ones(12_000, np.float32), len(silence)).of(silence) == 0
    assert Likeness(np.zeros(12_000, np.float32), 1280).of(
        np.ones(1280, np.float32)
    ) == pytest.approx(0)


def test_the_very_same_sound_is_quite_alike():
    sound = voice(1, seed=1, rate=8_000).astype(np.float32)
    assert Likeness(sound, 1000).of(sound[3000:4000] / 10) == pytest.approx(1, abs=1e-3)


async def test_the_tap_tells_what_was_sent_and_passes_all_else_on():
    own = OwnVoice()
    ours = pcm(voice(0.5, seed=1))
    sent = [TTSStartedFrame(), TTSAudioRawFrame(ours, RATE, 1), TTSStoppedFrame()]
    await run_test(
        OwnVoiceTap(own),
        frames_to_send=sent,
        expected_down_frames=[TTSStartedFrame, TTSStoppedFrame],
    )
    own.heard(ours[-2 * 3200 :], RATE)
    assert own.came_back()


def test_an_echo_is_known_by_who_asks_for_the_first_time_after_long_talk():
    own, ours, at = OwnVoice(), pcm(voice(10, seed=1)), 0.3
    size, late = 2 * round(CHUNK_SECS * RATE), 2 * round(at * RATE)
    for start in range(0, len(ours) - size, size):
        own.played(ours[start : start + size], RATE)
        own.heard(ours[max(0, start - late) : max(0, start - late) + size], RATE)
    assert own.came_back()
