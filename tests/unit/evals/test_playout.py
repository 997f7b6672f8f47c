import numpy as np
import pytest

from evals.ear import Samples
from evals.playout import Playout

RATE = 1_000


def sound(secs: float, value: int = 5_000) -> Samples:
    return np.full(round(secs * RATE), value, np.int16)


def test_a_piece_is_heard_when_it_arrives():
    playout = Playout(RATE)
    playout.hear(sound(0.1), arrived_secs=0.5)
    assert np.flatnonzero(playout.audio(1.0))[0] == 500
    assert playout.ends_secs == pytest.approx(0.6)


def test_a_piece_that_comes_early_waits_for_the_one_before():
    playout = Playout(RATE)
    playout.hear(sound(0.1, 1_000), arrived_secs=0.5)
    playout.hear(sound(0.1, 2_000), arrived_secs=0.51)
    line = playout.audio(1.0)
    assert line[599] == 1_000
    assert line[600] == 2_000
    assert playout.gaps == []


def test_a_piece_that_comes_late_leaves_a_gap():
    playout = Playout(RATE)
    playout.hear(sound(0.1), arrived_secs=0.0)
    playout.hear(sound(0.1), arrived_secs=0.13)
    (gap,) = playout.gaps
    assert gap.at_secs == pytest.approx(0.1)
    assert gap.ms == pytest.approx(30)


def test_silence_after_an_utterance_is_no_gap():
    playout = Playout(RATE)
    playout.hear(sound(0.1), arrived_secs=0.0)
    playout.end_utterance()
    playout.hear(sound(0.1), arrived_secs=2.0)
    assert playout.gaps == []


def test_a_listener_without_a_buffer_forgives_the_jitter_of_a_sound_card():
    playout = Playout(RATE)
    playout.hear(sound(0.1), arrived_secs=0.0)
    playout.hear(sound(0.1), arrived_secs=0.104)
    assert playout.gaps == []


def test_what_was_not_played_yet_can_be_thrown_away():
    playout = Playout(RATE)
    playout.hear(sound(1.0), arrived_secs=0.0)
    playout.hear(sound(1.0), arrived_secs=0.0)
    playout.clear(at_secs=0.3)
    assert np.count_nonzero(playout.audio(3.0)) == 300
    assert playout.ends_secs == pytest.approx(0.3)


def test_speech_after_an_interruption_is_heard_at_once_and_is_no_gap():
    playout = Playout(RATE)
    playout.hear(sound(1.0), arrived_secs=0.0)
    playout.clear(at_secs=0.3)
    playout.hear(sound(0.1), arrived_secs=0.8)
    assert playout.gaps == []
    assert playout.audio(1.0)[800] == 5_000


def test_clearing_after_everything_was_played_changes_nothing():
    playout = Playout(RATE)
    playout.hear(sound(0.2), arrived_secs=0.0)
    playout.clear(at_secs=1.0)
    assert playout.ends_secs == pytest.approx(0.2)


def test_an_onset_is_a_sound_after_a_pause():
    playout = Playout(RATE)
    assert playout.onset_secs is None
    playout.hear(sound(0.1), arrived_secs=1.0)
    playout.hear(sound(0.1), arrived_secs=1.2)
    assert playout.onset_secs == pytest.approx(1.0)
    playout.hear(sound(0.1), arrived_secs=3.0)
    assert playout.onset_secs == pytest.approx(3.0)


def test_silence_that_is_sent_is_no_onset():
    playout = Playout(RATE)
    playout.hear(sound(0.5, 0), arrived_secs=1.0)
    assert playout.onset_secs is None
