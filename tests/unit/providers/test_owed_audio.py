"""When a text to speech without audio is taken for dead."""

from bot.providers.owed_audio import OwedAudio


def test_text_without_audio_is_due_after_the_deadline_whatever_follows():
    owed = OwedAudio(1.5)
    assert owed.due_secs is None
    owed.asked("u", "One.", 10.0)
    owed.asked("u", "Two.", 11.0)
    assert owed.due_secs == 11.5
    assert not owed.sounded


def test_audio_puts_it_off_until_all_was_said():
    owed = OwedAudio(1.5)
    owed.asked("u", "One two.", 10.0)
    owed.told("u", "One")
    owed.sound(10.2, covered=True)
    assert owed.due_secs == 11.7
    assert owed.sounded
    owed.told("u", "two.")
    owed.sound(10.4, covered=True)
    assert owed.due_secs is None


def test_words_without_their_audio_are_still_owed():
    owed = OwedAudio(1.5)
    owed.asked("u", "One two.", 10.0)
    owed.told("u", "One two.")
    owed.sound(10.2, covered=False)
    assert owed.due_secs == 11.7


def test_the_next_utterance_is_owed_when_the_one_before_it_is_finished():
    owed = OwedAudio(1.5)
    owed.asked("filler", "One moment.", 10.0)
    owed.asked("answer", "Here.", 10.1)
    owed.sound(10.3, covered=True)
    owed.finished("filler")
    assert owed.due_secs == 11.8
