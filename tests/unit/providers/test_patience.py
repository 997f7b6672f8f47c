"""When a text to speech without audio is taken for dead."""

from bot.providers.patience import Patience


def test_text_without_audio_is_due_after_the_deadline_whatever_follows():
    patience = Patience(1.5)
    assert patience.due_secs is None
    patience.asked("u", "One.", 10.0)
    patience.asked("u", "Two.", 11.0)
    assert patience.due_secs == 11.5
    assert not patience.sounded


def test_audio_puts_it_off_until_all_was_said():
    patience = Patience(1.5)
    patience.asked("u", "One two.", 10.0)
    patience.told("u", "One")
    patience.sound(10.2, covered=True)
    assert patience.due_secs == 11.7
    assert patience.sounded
    patience.told("u", "two.")
    patience.sound(10.4, covered=True)
    assert patience.due_secs is None


def test_words_without_their_audio_are_still_owed():
    patience = Patience(1.5)
    patience.asked("u", "One two.", 10.0)
    patience.told("u", "One two.")
    patience.sound(10.2, covered=False)
    assert patience.due_secs == 11.7


def test_the_next_utterance_is_owed_when_the_one_before_it_is_finished():
    patience = Patience(1.5)
    patience.asked("filler", "One moment.", 10.0)
    patience.asked("answer", "Here.", 10.1)
    patience.sound(10.3, covered=True)
    patience.finished("filler")
    assert patience.due_secs == 11.8
