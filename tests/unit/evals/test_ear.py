import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.ear import Samples, audible, first_audible, last_audible, speech_spans, stereo

RATE = 16_000


def tone(secs: float, peak: int = 8_000) -> Samples:
    return (peak * np.sin(np.arange(round(secs * RATE)) * 2 * np.pi * 440 / RATE)).astype(np.int16)


def silence(secs: float) -> Samples:
    return np.zeros(round(secs * RATE), np.int16)


def test_speech_is_found_to_the_sample():
    spans = speech_spans(np.concatenate([silence(0.3), tone(0.5), silence(0.4)]), RATE)
    assert len(spans) == 1
    assert spans[0].start_secs == pytest.approx(0.3, abs=2 / RATE)
    assert spans[0].end_secs == pytest.approx(0.8, abs=2 / RATE)


def test_a_short_pause_belongs_to_the_speech_and_a_long_one_ends_it():
    line = np.concatenate([tone(0.2), silence(0.2), tone(0.2), silence(0.6), tone(0.2)])
    assert [round(span.secs, 2) for span in speech_spans(line, RATE)] == [0.6, 0.2]


def test_joining_less_finds_more_spans():
    line = np.concatenate([tone(0.2), silence(0.2), tone(0.2)])
    assert len(speech_spans(line, RATE, join_secs=0.1)) == 2


def test_nothing_is_heard_in_a_quiet_room():
    room = np.random.default_rng(1).normal(0, 40, RATE).astype(np.int16)
    assert speech_spans(room, RATE) == ()
    assert first_audible(room, RATE) is None
    assert last_audible(room, RATE) is None


def test_a_click_is_not_speech():
    click = silence(0.5)
    click[4_000] = 1_500
    assert speech_spans(click, RATE) == ()


def test_no_audio_has_no_speech():
    assert speech_spans(silence(0), RATE) == ()
    assert not audible(silence(0))


def test_first_and_last_audible_sample():
    line = np.concatenate([silence(0.1), tone(0.1), silence(1), tone(0.1), silence(0.1)])
    assert first_audible(line, RATE) == pytest.approx(0.1, abs=2 / RATE)
    assert last_audible(line, RATE) == pytest.approx(1.3, abs=2 / RATE)


def test_a_chunk_of_voice_is_audible_and_one_of_dither_is_not():
    assert audible(tone(0.02))
    assert not audible(tone(0.02, peak=20))


def test_the_shorter_side_of_a_stereo_recording_ends_in_silence():
    mixed = stereo(np.array([1, 2, 3], np.int16), np.array([4], np.int16))
    assert mixed.tolist() == [[1, 4], [2, 0], [3, 0]]


@given(st.lists(st.tuples(st.floats(0.02, 0.5), st.floats(0.02, 1.0)), max_size=6))
def test_spans_are_in_order_and_inside_the_audio(pieces: list[tuple[float, float]]):
    parts = [part for loud, quiet in pieces for part in (tone(loud), silence(quiet))]
    line = np.concatenate(parts) if parts else silence(0)
    edges = [edge for span in speech_spans(line, RATE) for edge in (span.start_secs, span.end_secs)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(line) / RATE for edge in edges)
