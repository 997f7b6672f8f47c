import numpy as np
import pytest

from evals.mouth import FRAME, RATE, Mouth

VOICE = np.full(500, 9_000, np.int16)


def test_a_microphone_sends_silence_when_nothing_is_said():
    mouth = Mouth(0.0)
    assert len(mouth.frame()) == FRAME
    assert not mouth.frame().any()
    assert mouth.now_secs == pytest.approx(0.04)


def test_words_begin_with_the_next_frame_and_end_in_silence():
    mouth = Mouth(1.0)
    mouth.frame()
    span = mouth.say(VOICE)
    assert span.start_secs == pytest.approx(1.02)
    assert span.end_secs == pytest.approx(1.02 + 500 / RATE)
    assert mouth.talking
    sent = np.concatenate([mouth.frame(), mouth.frame()])
    assert np.count_nonzero(sent) == 500
    assert not mouth.talking


def test_silence_around_a_recording_is_not_speech():
    quiet = np.zeros(RATE // 10, np.int16)
    span = Mouth(0.0).say(np.concatenate([quiet, VOICE, quiet]))
    assert span.start_secs == pytest.approx(0.1)
    assert span.end_secs == pytest.approx(0.1 + 500 / RATE)


def test_a_recording_of_nothing_has_no_length():
    assert Mouth(2.0).say(np.zeros(RATE, np.int16)).secs == 0


def test_words_queue_up():
    mouth = Mouth(0.0)
    first, second = mouth.say(VOICE), mouth.say(VOICE)
    assert second.start_secs == pytest.approx(first.start_secs + 2 * FRAME / RATE)


def test_all_that_was_sent_is_remembered_on_the_time_line():
    mouth = Mouth(0.5)
    mouth.say(VOICE)
    mouth.frame()
    audio = mouth.audio()
    assert np.flatnonzero(audio)[0] == RATE // 2
