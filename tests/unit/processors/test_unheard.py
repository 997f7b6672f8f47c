"""What is sent again after a hush, and when each word of it is due. No clock: times are told."""

import numpy as np
import pytest
from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from processors.unheard import NS, Unheard

RATE = 1_000
T0 = 100 * NS
WORDS = ["your", "order", "has", "been", "shipped", "today"]
"""Each takes a second, whose samples are its number."""


def audio(*values: int) -> TTSAudioRawFrame:
    samples = np.repeat(np.array(values, np.int16), RATE)
    return TTSAudioRawFrame(samples.tobytes(), RATE, 1)


def word(text: str, ends_secs: float) -> TTSTextFrame:
    frame = TTSTextFrame(text, TextType.WORD)
    frame.pts = T0 + round(ends_secs * NS)
    return frame


class Speech:
    """An answer whose words come with the audio, all of it at once."""

    def __init__(self, left_secs: int = 6) -> None:
        self.unheard = Unheard()
        self.words = [word(text, at) for at, text in enumerate(WORDS, 1)]
        self.start = LLMFullResponseStartFrame()
        self.end = LLMFullResponseEndFrame()
        self.end.pts = T0 + 6 * NS
        frames: list[Frame] = [self.start, TTSStartedFrame(), audio(0, 1), *self.words]
        frames += [audio(2, 3), audio(4, 5), TTSStoppedFrame(), self.end]
        for frame in frames:
            self.unheard.say(frame, T0, sent=True)
        self.unheard.left(audio(*range(left_secs)))
        self.unheard.heard(self.start)

    def is_heard(self, secs: float) -> "Speech":
        for frame in self.words[: int(secs)]:
            self.unheard.heard(frame)
        return self

    def again(self, held_secs: float, now_secs: float, after_secs: float = 0) -> list[Frame]:
        held, now = T0 + round(held_secs * NS), T0 + round(now_secs * NS)
        return self.unheard.again(now, held, round(after_secs * NS))


def samples(frames: list[Frame]) -> list[int]:
    heard = b"".join(f.audio for f in frames if isinstance(f, OutputAudioRawFrame))
    return np.frombuffer(heard, np.int16)[::RATE].tolist()


def due(frames: list[Frame]) -> list[tuple[str, float]]:
    words = [frame for frame in frames if isinstance(frame, TTSTextFrame)]
    return [(frame.text, ((frame.pts or 0) - T0) / NS) for frame in words]


def test_goes_on_with_the_word_that_was_cut():
    again = Speech().is_heard(2.6).again(held_secs=2.6, now_secs=4.0)
    assert samples(again) == [2, 3, 4, 5]


def test_every_word_that_is_left_is_due_when_it_will_be_heard():
    again = Speech().is_heard(2.6).again(held_secs=2.6, now_secs=4.0)
    assert due(again) == [("has", 5.0), ("been", 6.0), ("shipped", 7.0), ("today", 8.0)]


def test_the_end_of_the_answer_comes_after_its_last_word():
    speech = Speech().is_heard(2.6)
    again = speech.again(held_secs=2.6, now_secs=4.0)
    assert again[-1] is speech.end
    assert speech.end.pts == T0 + 8 * NS


def test_what_left_the_output_is_not_sent_again():
    speech = Speech().is_heard(2.6)
    assert speech.start not in speech.again(held_secs=2.6, now_secs=4.0)


def test_what_a_busy_machine_has_not_sent_yet_is_not_taken_for_heard():
    speech = Speech(left_secs=2).is_heard(4)
    assert samples(speech.again(held_secs=4.2, now_secs=6.0)) == [2, 3, 4, 5]


def test_the_end_of_a_word_that_a_busy_machine_has_not_sent_is_said():
    speech = Speech(left_secs=1).is_heard(2)
    most_of_it = TTSAudioRawFrame(audio(1).audio[: 2 * RATE * 9 // 10], RATE, 1)
    speech.unheard.left(most_of_it)
    again = speech.again(held_secs=2.05, now_secs=4.0)
    said = [frame for frame in again if isinstance(frame, OutputAudioRawFrame)]
    assert sum(frame.num_frames for frame in said) == 4.1 * RATE


def test_a_bridge_puts_everything_off():
    again = Speech().is_heard(2.6).again(held_secs=2.6, now_secs=9.0, after_secs=0.5)
    assert samples(again) == [2, 3, 4, 5]
    assert due(again)[0] == ("has", 10.5)


def test_held_twice_it_still_says_every_word_once():
    speech = Speech().is_heard(2.6)
    speech.again(held_secs=2.6, now_secs=4.0)
    speech.unheard.left(audio(2, 3, 4))
    for frame in speech.words[2:4]:
        speech.unheard.heard(frame)
    again = speech.again(held_secs=6.2, now_secs=8.0)
    assert samples(again) == [4, 5]
    assert due(again) == [("shipped", 9.0), ("today", 10.0)]


def test_what_is_said_meanwhile_follows():
    speech = Speech().is_heard(2.6)
    more, late = audio(6), word("indeed", 7)
    speech.unheard.say(TTSStartedFrame(), T0 + 3 * NS, sent=False)
    speech.unheard.say(late, T0 + 3 * NS, sent=False)
    speech.unheard.say(more, T0 + 3 * NS, sent=False)
    again = speech.again(held_secs=2.6, now_secs=4.0)
    assert samples(again) == [2, 3, 4, 5, 6]
    assert due(again)[-1] == ("indeed", 9.0)


def test_what_is_said_after_it_went_on_is_timed_by_what_is_heard():
    speech = Speech().is_heard(2.6)
    speech.again(held_secs=2.6, now_secs=4.0)
    late = word("indeed", 7)
    speech.unheard.say(late, T0 + 5 * NS, sent=True)
    assert late.pts == T0 + 9 * NS


def test_nothing_is_put_off_that_was_never_held():
    speech = Speech()
    assert due([*speech.words]) == [(text, float(at)) for at, text in enumerate(WORDS, 1)]


def test_once_all_was_heard_times_are_left_alone():
    speech = Speech().is_heard(2.6)
    speech.again(held_secs=2.6, now_secs=4.0)
    next_answer = word("next", 21)
    speech.unheard.say(next_answer, T0 + 20 * NS, sent=True)
    assert next_answer.pts == T0 + 21 * NS


def test_without_word_times_it_goes_on_where_it_was_cut():
    unheard = Unheard()
    unheard.say(audio(0, 1, 2, 3, 4, 5), T0, sent=True)
    unheard.left(audio(0, 1, 2, 3))
    again = unheard.again(T0 + 9 * NS, T0 + 4 * NS)
    assert samples(again) == [4, 5]


def test_after_an_interruption_nothing_is_left_but_what_must_not_be_lost():
    speech = Speech()
    result = LLMFullResponseEndFrame()
    result.interruptible = False
    speech.unheard.say(result, T0, sent=False)
    assert speech.unheard.drop() == [result]
    assert speech.unheard.again(T0 + 4 * NS, T0 + 2 * NS) == []
    assert speech.unheard.text == ""


def test_an_uninterruptible_disclosure_guards_what_is_said():
    unheard = Unheard()
    disclosure = audio(0, 1)
    disclosure.interruptible = False
    unheard.say(disclosure, T0, sent=True)
    assert unheard.guarded
    unheard.all_heard()
    assert not unheard.guarded


def test_knows_how_much_is_left_once_the_voice_is_done():
    speech = Speech()
    assert speech.unheard.left_secs(T0 + 5 * NS) == pytest.approx(1.0)
    assert speech.unheard.left_secs(T0 + 9 * NS) == 0
    speech.unheard.say(TTSStartedFrame(), T0, sent=True)
    assert speech.unheard.left_secs(T0 + 9 * NS) == float("inf")


def test_tells_the_words_that_were_heard():
    assert Speech().is_heard(3).unheard.text == "your order has"
