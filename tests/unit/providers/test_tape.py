"""What is said again to another ear."""

import pytest

from bot.providers.tape import Tape, TapePolicy


@pytest.fixture
def tape() -> Tape[str]:
    return Tape(TapePolicy(longest_secs=5.0, run_up_secs=0.5))


def hear(tape: Tape[str], *names: str) -> None:
    """A piece of audio of 0.25 s each."""
    for name in names:
        tape.heard(name, 0.25)


def test_of_silence_only_the_run_up_is_kept(tape):
    hear(tape, *"abcdef")
    assert tape.replay() == ["e", "f"]
    assert tape.starts_at_secs == 1.0


def test_all_that_was_said_is_kept_with_its_marks(tape):
    hear(tape, "a", "b")
    tape.spoke("(")
    hear(tape, *"cdefgh")
    tape.fell_silent(")")
    hear(tape, "i")
    assert tape.replay() == ["a", "b", "(", *"cdefgh", ")", "i"]


def test_what_a_final_transcript_covers_is_gone(tape):
    tape.spoke("(")
    hear(tape, *"abcd")
    tape.fell_silent(")")
    tape.transcribed()
    hear(tape, "e")
    assert "d" not in tape.replay()
    assert tape.replay()[-1] == "e"


def test_what_was_said_after_the_words_of_a_final_transcript_is_kept(tape):
    tape.spoke("(")
    hear(tape, *"abcdef")
    tape.transcribed(until_secs=1.0)
    hear(tape, *"ghij")
    assert tape.replay() == ["(", *"efghij"]


def test_a_voice_cut_at_its_start_begins_with_a_start_mark(tape):
    tape.spoke("(")
    hear(tape, "a")
    tape.transcribed()
    hear(tape, "b")
    assert tape.replay() == ["(", "b"]


def test_the_mark_of_a_voice_that_is_over_is_not_said_again(tape):
    tape.spoke("(")
    hear(tape, "a")
    tape.fell_silent(")")
    tape.transcribed()
    hear(tape, "b", "c")
    assert tape.replay() == ["b", "c"]


def test_it_is_bounded(tape):
    tape.spoke("(")
    hear(tape, *["x"] * 100)
    assert len(tape.replay()) == 1 + 20
    assert tape.replay()[0] == "("


def test_a_cough_without_words_is_forgotten(tape):
    tape.spoke("(")
    hear(tape, *"abcd")
    tape.fell_silent(")")
    tape.all_heard()
    hear(tape, "e", "f")
    assert tape.replay() == ["e", "f"]
