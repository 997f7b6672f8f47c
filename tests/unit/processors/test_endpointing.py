"""Is the caller done? Early when everything says so, patient when something does not."""

import pytest

from processors.endpointing import Endpointing, EndpointingSettings

SETTINGS = EndpointingSettings()
EARLY, LATE = SETTINGS.sure_secs, SETTINGS.stop_secs


def caller(*words: str, voice: float | None = 0.9, all_heard: bool = True) -> Endpointing:
    """One who has said these words and is silent."""
    endpointing = Endpointing(SETTINGS)
    endpointing.turn_began()
    for each in words:
        endpointing.told(each)
    endpointing.silent(0.03)
    if voice is not None:
        endpointing.judged(voice)
    if all_heard:
        endpointing.all_heard()
    return endpointing


def test_voice_and_words_that_agree_end_a_turn_early():
    endpointing = caller("Where is my order?")
    endpointing.silent(EARLY - 0.01)
    assert not endpointing.is_over
    endpointing.silent(EARLY)
    assert endpointing.is_over


def test_words_still_to_come_are_given_time():
    assert caller("Where is my order?", all_heard=False).over_after_secs == LATE


def test_a_voice_not_heard_yet_is_no_yes():
    assert caller("Where is my order?", voice=None).over_after_secs > LATE


def test_a_voice_that_goes_on_is_waited_for():
    assert caller("Where is my order", voice=0.2).over_after_secs == SETTINGS.doubt_secs


@pytest.mark.parametrize("words", ["My order number is", "and", "I want to, um"])
def test_words_that_cannot_end_so_are_waited_for_however_sure_the_voice_is(words: str):
    assert caller(words, voice=0.99).over_after_secs == SETTINGS.incomplete_secs


@pytest.mark.parametrize("words", ["It's 10", "My phone number is 617 555", "It's spelled B A K"])
def test_a_number_is_waited_for_whole(words: str):
    assert caller(words, voice=0.99).over_after_secs == SETTINGS.growing_secs


def test_a_number_in_pieces_is_one_number():
    assert caller("My order number is", "10", "42", voice=0.1).over_after_secs == EARLY


def test_a_yes_is_not_waited_on():
    assert caller("Yes.").over_after_secs == EARLY
    assert caller("Yes.", voice=0.1).over_after_secs == SETTINGS.answer_secs


def test_a_guess_of_all_words_is_as_good_as_a_final():
    endpointing = caller(all_heard=False)
    endpointing.guessed("Where is my order?")
    assert endpointing.over_after_secs == EARLY


def test_a_final_takes_the_place_of_the_guess():
    endpointing = caller(all_heard=False)
    endpointing.guessed("It's 10")
    endpointing.told("It's 1042.")
    assert endpointing.over_after_secs == EARLY


def test_without_words_no_turn_is_over_soon():
    assert caller().over_after_secs == SETTINGS.incomplete_secs


def test_who_goes_on_speaking_is_not_done():
    endpointing = caller("Where is my order?")
    endpointing.silent(EARLY)
    endpointing.spoke()
    assert not endpointing.is_over
    endpointing.silent(EARLY)
    assert not endpointing.is_over, "the voice and the words are those of another silence"


def test_more_words_on_their_way_undo_that_all_were_heard():
    endpointing = caller("Where is my order?")
    endpointing.more_to_come()
    assert endpointing.over_after_secs == LATE


def test_a_slow_caller_is_given_more_time_and_no_more_than_the_longest():
    endpointing = caller("It's 10")
    for _ in range(8):
        endpointing.silent(1.0)
        endpointing.spoke()
    endpointing.told("4")
    assert SETTINGS.growing_secs < endpointing.over_after_secs <= SETTINGS.longest_secs


def test_a_slow_caller_is_answered_as_early_as_any_when_all_is_certain():
    endpointing = caller("It's 10")
    for _ in range(8):
        endpointing.silent(1.0)
        endpointing.spoke()
    endpointing.told("42")
    endpointing.judged(0.9)
    endpointing.all_heard()
    assert endpointing.over_after_secs == EARLY


def test_the_silence_that_ended_a_turn_is_no_pause():
    endpointing = caller("Where is my order?")
    for _ in range(8):
        endpointing.silent(1.9)
        endpointing.turn_began()
    endpointing.told("It's 10")
    assert endpointing.over_after_secs == SETTINGS.growing_secs


def test_the_next_turn_begins_without_the_words_of_the_last():
    endpointing = caller("My order number is")
    endpointing.turn_began()
    endpointing.told("Yes.")
    endpointing.silent(0.03)
    endpointing.judged(0.9)
    endpointing.all_heard()
    assert endpointing.over_after_secs == EARLY
