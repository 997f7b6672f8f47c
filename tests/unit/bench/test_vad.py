"""How the VAD's bench counts, and that its lines are what they are said to be."""

import numpy as np
import pytest

from evals.ear import Span
from tests.bench.lines import VOICE_DBFS, Track, dice_of, in_noise, said
from tests.bench.noises import PLACES, RATE, at_level, dtmf, fax, level
from tests.bench.vad import Figures


def line(*spoken: Span) -> Track:
    return Track(np.zeros(60 * RATE, np.int16), RATE, spoken)


def counted(track: Track, *heard: Span) -> Figures:
    figures = Figures()
    figures.add(track, heard)
    return figures


@pytest.mark.parametrize("place", PLACES)
def test_a_seed_makes_one_noise(place):
    made = PLACES[place](2.0, dice_of(1, place))
    assert len(made) == 2 * RATE
    assert np.array_equal(made, PLACES[place](2.0, dice_of(1, place)))
    assert not np.array_equal(made, PLACES[place](2.0, dice_of(2, place)))


@pytest.mark.parametrize("place", PLACES)
def test_a_line_has_the_noise_it_says(place):
    track = in_noise(place, 10, seed=1, count=2)
    silent = np.ones(len(track.samples), bool)
    for span in track.spoken:
        silent[round(span.start_secs * RATE) : round(span.end_secs * RATE)] = False
    noise = track.samples[silent] / 32768
    assert 20 * np.log10(level(noise)) == pytest.approx(VOICE_DBFS - 10, abs=1.5)


def test_all_sentences_are_equally_loud():
    for voice in said(1, 3):
        audible = voice[np.abs(voice) > 0.01]
        assert 20 * np.log10(level(audible)) == pytest.approx(VOICE_DBFS, abs=1.5)


@pytest.mark.parametrize(("made", "pitch"), [(fax, 1100.0), (dtmf, None)])
def test_tones_are_where_the_standards_put_them(made, pitch):
    sound = at_level(made(2.0, dice_of(1)), -20)
    loudest = np.argmax(np.abs(np.fft.rfft(sound[RATE // 2 : RATE // 2 + RATE // 10]))) * 10
    assert loudest in ({pitch} if pitch else {700, 770, 850, 940, 1210, 1340, 1480})


def test_a_sentence_heard_whole_is_no_false_start():
    figures = counted(line(Span(10, 12)), Span(10.12, 12.2))
    assert figures.false_starts == 0
    assert (figures.fragments, figures.missed) == ([1], 0)
    assert figures.onset_ms(50) == pytest.approx(120)
    assert figures.taken == pytest.approx(0)


def test_a_start_where_nobody_speaks_is_false():
    figures = counted(line(Span(10, 12)), Span(3, 4), Span(10.1, 12.2))
    assert figures.false_starts == 1
    assert figures.false_starts_per_minute == pytest.approx(60 / 57.7)
    assert figures.taken == pytest.approx(1 / 57.7)


def test_a_sentence_in_two_pieces_has_two_fragments():
    figures = counted(line(Span(10, 12)), Span(10.1, 11), Span(11.3, 12.2))
    assert (figures.false_starts, figures.fragments) == (0, [2])


def test_a_sentence_under_a_start_that_never_ended_is_missed():
    figures = counted(line(Span(10, 12), Span(20, 22)), Span(3, 60))
    assert (figures.false_starts, figures.missed, figures.onset_secs) == (1, 2, [])
    assert figures.taken > 0.9


def test_a_sentence_that_is_not_heard_is_missed():
    figures = counted(line(Span(10, 12)))
    assert (figures.missed, figures.fragments) == (1, [])
    assert np.isnan(figures.onset_ms(95))
