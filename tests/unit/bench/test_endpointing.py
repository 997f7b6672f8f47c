"""The labelled set: the same for a seed, and told as a recogniser tells it."""

import numpy as np
import pytest

from evals.ear import Span
from tests.bench.endpointing.judges import finals
from tests.bench.endpointing.sound import Recording
from tests.bench.endpointing.utterances import Utterance, utterances, written

KINDS = {"plain", "digits", "phone", "email", "spelled", "date", "filler", "short"}


def test_a_seed_makes_one_set_and_a_longer_one_begins_with_it():
    assert utterances(20, seed=1) == utterances(40, seed=1)[:20]
    assert utterances(20, seed=1) != utterances(20, seed=2)


def test_the_set_has_every_kind_of_turn_line_and_noise():
    made = utterances(300, seed=7)
    assert {each.kind for each in made} == KINDS
    assert len({each.voice for each in made}) == 8
    assert {each.noise for each in made} == {"clean", "20 dB", "10 dB"}
    assert 60 < sum(each.telephone for each in made) < 140
    assert 120 < sum(each.held_out for each in made) < 180


def test_each_pause_is_between_two_parts():
    made = utterances(120, seed=7)
    assert all(len(each.pauses_secs) == len(each.parts) - 1 for each in made)
    assert all(0.1 < secs <= 1.2 for each in made for secs in each.pauses_secs)
    assert all("{" not in part for each in made for part in each.parts)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("My order number is one zero four two.", "My order number is 1042"),
        ("It's jane dot miller at example dot com.", "It's jane.miller at example.com"),
        ("Can you help me?", "Can you help me"),
    ],
)
def test_words_are_written_as_a_recogniser_does(said: str, text: str):
    assert written(said.split()) == text


def test_finals_come_after_each_stretch_of_speech_and_at_gaps_inside():
    turn = Utterance(
        *(0, "digits", ("It's one", "zero four two."), (0.5,), "hibari", "clean"),
        telephone=False,
        held_out=False,
    )
    spoken = (Span(0.6, 1.2), Span(1.7, 2.7))
    told = list(
        finals(Recording(turn, np.zeros(0, np.int16), 16_000, spoken, ((), (Span(2.0, 2.15),))))
    )
    assert [each.words for each in told] == ["It's 1", "0", "42"]
    assert [round(each.at_secs, 2) for each in told] == [1.35, 2.15, 2.85]
