"""When a speech to text that says nothing is taken for dead."""

from bot.providers.vigil import Vigil


def test_nothing_is_expected_of_silence():
    assert Vigil(2.0).due_secs is None


def test_speech_without_a_word_is_given_up_after_the_deadline():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.fell_silent(1.4)
    assert vigil.due_secs == 3.0
    assert not vigil.stalled


def test_every_word_gives_it_as_long_again():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.words(2.5)
    assert vigil.due_secs == 4.5
    assert vigil.stalled


def test_a_pause_of_the_caller_is_not_a_new_beginning():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.words(1.5)
    vigil.fell_silent(1.8)
    vigil.spoke(2.0)
    assert vigil.due_secs == 3.5
    assert vigil.stalled


def test_a_final_transcript_after_the_voice_settles_it():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.fell_silent(2.0)
    vigil.final(2.1)
    assert vigil.due_secs is None


def test_a_final_transcript_while_the_caller_goes_on_does_not():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.final(2.0)
    assert vigil.due_secs == 4.0
    vigil.fell_silent(3.0)
    assert vigil.due_secs == 4.0


def test_a_final_transcript_just_before_the_vad_notices_the_silence_settles_it():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.final(2.0)
    vigil.fell_silent(2.2)
    assert vigil.due_secs is None


def test_one_that_heard_all_of_a_cough_is_alive():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.fell_silent(1.3)
    vigil.all_heard()
    assert vigil.due_secs is None


def test_the_next_gets_as_long():
    vigil = Vigil(2.0)
    vigil.spoke(1.0)
    vigil.handed_over(3.0)
    assert vigil.due_secs == 5.0


def test_a_hand_over_in_silence_expects_nothing():
    vigil = Vigil(2.0)
    vigil.handed_over(3.0)
    assert vigil.due_secs is None
