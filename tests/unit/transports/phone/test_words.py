"""Words go with their audio, once, whichever comes first: the audio or their time."""

from pipecat.frames.frames import TTSTextFrame
from pipecat.utils.text.base_text_aggregator import TextType

from transports.phone.words import Words


def word(text: str, ends_ns: int | None, interruptible: bool = True) -> TTSTextFrame:
    frame = TTSTextFrame(text, TextType.WORD)
    frame.pts = ends_ns
    frame.interruptible = interruptible
    return frame


def test_a_word_goes_with_the_audio_it_is_complete_in():
    words, here, there = Words(), word("here", 100), word("there", 200)
    words.expect(here)
    words.expect(there)
    assert [*words.sent(99)] == []
    assert [*words.sent(100)] == [here]
    assert [*words.sent(300)] == [there]


def test_a_word_whose_audio_was_sent_is_not_marked_again_when_its_time_comes():
    words, said = Words(), word("said", 100)
    words.expect(said)
    assert [*words.sent(100)] == [said]
    assert not words.take(said)


def test_a_word_whose_time_comes_before_its_audio_is_marked_then_and_not_again():
    words, early = Words(), word("early", 100)
    words.expect(early)
    assert words.take(early)
    assert [*words.sent(200)] == []


def test_a_word_without_a_time_is_marked_in_its_turn():
    words, plain = Words(), word("plain", None)
    words.expect(plain)
    assert [*words.sent(10**12)] == []
    assert words.take(plain)


def test_what_is_interrupted_is_forgotten_but_for_what_may_not_be():
    words, dropped, kept = Words(), word("dropped", 100), word("kept", 200, interruptible=False)
    words.expect(dropped)
    words.expect(kept)
    words.clear()
    assert [*words.sent(300)] == [kept]
    assert not words.take(dropped)


def test_a_word_that_is_said_again_is_marked_again():
    words, again = Words(), word("again", 100)
    words.expect(again)
    assert [*words.sent(100)] == [again]
    words.expect(again)
    assert [*words.sent(100)] == [again]
