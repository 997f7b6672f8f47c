"""When the alarm is raised: at once for what is certain, and never twice in a breath."""

import pytest

from processors.alarm import EmergencySettings, Vigilance

FIRE = "There is a fire"


def test_a_final_transcript_raises_it_at_once():
    assert Vigilance(10).hear(FIRE, final=True, now_secs=0)


def test_an_interim_raises_it_once_it_has_stood_for_a_while():
    vigilance = Vigilance(10)
    assert not vigilance.hear(FIRE, final=False, now_secs=0)
    due_secs = vigilance.due_secs
    assert due_secs is not None
    assert due_secs < 1
    assert not vigilance.comes_due(due_secs - 0.01)
    assert vigilance.comes_due(due_secs)
    assert not vigilance.comes_due(due_secs + 1)


def test_an_interim_that_goes_on_harmlessly_does_not():
    vigilance = Vigilance(10)
    vigilance.hear(FIRE, final=False, now_secs=0)
    vigilance.hear(f"{FIRE} sale", final=False, now_secs=0.2)
    assert vigilance.due_secs is None


def test_the_latest_words_of_an_interim_that_grows_and_grows_are_heard():
    vigilance, talk = Vigilance(10), "and so I went on about it " * 50
    vigilance.hear(talk, final=False, now_secs=0)
    vigilance.hear(f"{talk} {FIRE}", final=False, now_secs=0.2)
    assert vigilance.due_secs is not None
    assert vigilance.hear(f"{FIRE} {talk}", final=True, now_secs=1)  # of a final one, all


def test_words_in_two_transcripts_are_one_sentence():
    vigilance = Vigilance(10)
    assert not vigilance.hear("My chest", final=True, now_secs=0)
    assert vigilance.hear("hurts so much", final=True, now_secs=1)


def test_it_is_raised_again_only_after_a_while():
    vigilance = Vigilance(10)
    assert vigilance.hear(FIRE, final=True, now_secs=0)
    assert not vigilance.hear(FIRE, final=True, now_secs=9)
    assert vigilance.hear(FIRE, final=True, now_secs=11)


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({}, "nine one one"),
        ({"country": "GB"}, "nine nine nine"),
        ({"country": "DE"}, "one one two"),
        ({"country": "DE", "number": "110"}, "one one zero"),
    ],
)
def test_the_number_is_that_of_the_country_unless_it_is_set(settings: dict, number: str):
    assert EmergencySettings(**settings).spoken.endswith(f"dial {number}.")
