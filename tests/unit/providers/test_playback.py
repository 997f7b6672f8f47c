"""Which words of a voice were heard, and how much of its audio is held."""

import pytest

from bot.providers.playback import SLACK_NS, Playback

MS = 1_000_000


@pytest.fixture
def playback() -> Playback[str]:
    """Two words of 400 ms are announced, and nothing has sounded."""
    announced: Playback[str] = Playback()
    announced.begins(1_000 * MS)
    announced.word("one", 1_000 * MS, "one")
    announced.word("two", 1_400 * MS, "two")
    return announced


def words(heard: list[tuple[str, str]]) -> list[str]:
    return [text for text, _ in heard]


def test_the_first_sound_is_let_go_at_once(playback):
    playback.sound(100 * MS)
    assert playback.releasable_ns(1_000 * MS) == 1_100 * MS


def test_the_beginning_of_a_word_is_held_while_there_is_time(playback):
    playback.sound(600 * MS)
    assert playback.releasable_ns(1_000 * MS) == 1_400 * MS


def test_nothing_is_held_when_the_listener_is_about_to_need_it(playback):
    playback.sound(600 * MS)
    assert playback.releasable_ns(1_400 * MS - SLACK_NS) == 1_600 * MS


def test_a_word_is_heard_once_when_the_next_begins(playback):
    playback.sound(400 * MS)
    playback.released(1_350 * MS)
    assert words(playback.heard()) == []
    playback.released(1_400 * MS)
    assert words(playback.heard()) == ["one"]
    assert words(playback.heard()) == []


def test_words_that_were_announced_without_a_sound_were_not_heard():
    playback: Playback[str] = Playback()
    playback.word("one", 0, "one")
    playback.word("two", 0, "two")
    assert words(playback.heard()) == []
    assert words(playback.finished()) == []
    assert playback.has_words


def test_at_the_end_all_that_sounded_was_heard(playback):
    playback.sound(450 * MS)
    assert words(playback.finished()) == ["one", "two"]
    assert not playback.has_words


def test_another_voice_goes_on_behind_what_was_let_go(playback):
    playback.sound(600 * MS)
    playback.released(1_400 * MS)
    playback.broke_off()
    playback.begins(1_100 * MS)
    assert playback.received_ns == 1_400 * MS


def test_after_an_interruption_audio_begins_by_the_clock(playback):
    playback.sound(600 * MS)
    playback.interrupted()
    playback.begins(1_100 * MS)
    assert playback.received_ns == 1_100 * MS
