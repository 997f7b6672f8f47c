"""Which words of a voice were heard, and how much of its audio is held."""

import pytest

from bot.providers.whole_words import SLACK_NS, WholeWords

MS = 1_000_000


@pytest.fixture
def words() -> WholeWords[str]:
    """Two words of 400 ms are announced, and nothing has sounded."""
    announced: WholeWords[str] = WholeWords()
    announced.begins(1_000 * MS)
    announced.word("one", 1_000 * MS, "one")
    announced.word("two", 1_400 * MS, "two")
    return announced


def texts(heard: list[tuple[str, str]]) -> list[str]:
    return [text for text, _ in heard]


def test_the_first_sound_is_let_go_at_once(words):
    words.sound(100 * MS)
    assert words.releasable_ns(1_000 * MS) == 1_100 * MS


def test_the_beginning_of_a_word_is_held_while_there_is_time(words):
    words.sound(600 * MS)
    assert words.releasable_ns(1_000 * MS) == 1_400 * MS


def test_nothing_is_held_when_the_listener_is_about_to_need_it(words):
    words.sound(600 * MS)
    assert words.releasable_ns(1_400 * MS - SLACK_NS) == 1_600 * MS


def test_a_word_is_heard_once_when_the_next_begins(words):
    words.sound(400 * MS)
    words.released(1_350 * MS)
    assert texts(words.heard()) == []
    words.released(1_400 * MS)
    assert texts(words.heard()) == ["one"]
    assert texts(words.heard()) == []


@pytest.mark.parametrize("told_before", [True, False])
def test_a_word_is_not_heard_before_its_audio_that_was_noticed_late(told_before: bool):
    words: WholeWords[str] = WholeWords()
    if told_before:
        words.word("one", 1_000 * MS, "one")
    words.begins(1_500 * MS)
    words.sound(300 * MS)
    words.released(words.received_ns)
    if not told_before:
        words.word("one", 1_000 * MS, "one")
    words.word("two", 1_400 * MS, "two")
    words.word("three", 1_800 * MS, "three")
    assert texts(words.heard()) == []
    words.sound(150 * MS)
    words.released(words.received_ns)
    assert texts(words.heard()) == ["one"]


def test_an_utterance_behind_another_stays_behind_it(words):
    words.sound(800 * MS)
    words.finished()
    words.begins(1_700 * MS)
    words.word("three", 1_600 * MS, "three")
    assert words.received_ns == 1_800 * MS


def test_words_that_were_announced_without_a_sound_were_not_heard():
    words: WholeWords[str] = WholeWords()
    words.word("one", 0, "one")
    words.word("two", 0, "two")
    assert texts(words.heard()) == []
    assert texts(words.finished()) == []
    assert words.has_words


def test_at_the_end_all_that_sounded_was_heard(words):
    words.sound(450 * MS)
    assert texts(words.finished()) == ["one", "two"]
    assert not words.has_words


def test_another_voice_goes_on_behind_what_was_let_go(words):
    words.sound(600 * MS)
    words.released(1_400 * MS)
    words.broke_off()
    words.begins(1_100 * MS)
    assert words.received_ns == 1_400 * MS


def test_after_an_interruption_audio_begins_by_the_clock(words):
    words.sound(600 * MS)
    words.interrupted()
    words.begins(1_100 * MS)
    assert words.received_ns == 1_100 * MS
