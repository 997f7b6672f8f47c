from collections.abc import Sequence

import numpy as np
import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    EndFrame,
    Frame,
    FunctionCallResultFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)

from processors.filler import FILLER
from processors.overtaken import Overtaken

HZ = 8_000
MS = 1_000_000
NOW = 5_000 * MS
PHRASE = (
    ("One", 0),
    ("second,", 300),
    ("I'm", 720),
    ("looking", 900),
    ("into", 1200),
    ("it.", 1500),
)
"""Words by their start, in ms; a pause from 600 to 720, 1,800 in all."""


def voice(ms: int) -> bytes:
    return (8000 * np.sin(np.arange(ms * HZ // 1000) * 0.7)).astype("<i2").tobytes()


SOUND = voice(600) + bytes(2 * 120 * HZ // 1000) + voice(1080)


def audio(context_id: str, sound: bytes = SOUND) -> TTSAudioRawFrame:
    return TTSAudioRawFrame(sound, HZ, 1, context_id=context_id)


def word(context_id: str, text: str, at_ns: int | None, kind: str = "word") -> TTSTextFrame:
    frame = TTSTextFrame(text, kind)
    frame.context_id, frame.pts = context_id, at_ns
    return frame


def spoken(
    context_id: str, words: Sequence[tuple[str, int]] = PHRASE, from_ns: int = NOW
) -> list[Frame]:
    """A filler as a voice gives it: all at once."""
    return [
        AggregatedTextFrame("...", FILLER, context_id=context_id),
        TTSStartedFrame(context_id=context_id),
        audio(context_id),
        *(word(context_id, text, from_ns + ms * MS, FILLER) for text, ms in words),
        TTSStoppedFrame(context_id=context_id),
    ]


def answer(at_ns: int) -> list[Frame]:
    """As its voice times it: behind the whole filler."""
    start = LLMFullResponseStartFrame()
    start.pts = at_ns
    return [
        start,
        TTSStartedFrame(context_id="answer"),
        audio("answer", voice(500)),
        word("answer", "Shipped.", at_ns + 500 * MS),
    ]


def given(overtaken: Overtaken, frames: Sequence[Frame], at_ns: int = NOW) -> list[Frame]:
    return [each for frame in frames for each in overtaken.take(frame, at_ns)]


def played_out(overtaken: Overtaken, till_ns: int) -> list[Frame]:
    """What is let go until then, each time it is due."""
    frames: list[Frame] = []
    while (due_ns := overtaken.due_ns) is not None and due_ns <= till_ns:
        frames += overtaken.release(due_ns)
    return frames


def ms_of(frames: Sequence[Frame], context_id: str = "filler") -> float:
    ours = [f for f in frames if isinstance(f, TTSAudioRawFrame) and f.context_id == context_id]
    return sum(len(frame.audio) for frame in ours) / 2 / HZ * 1000


def text_of(frames: Sequence[Frame]) -> str:
    return " ".join(frame.text for frame in frames if isinstance(frame, TTSTextFrame))


def test_a_filler_is_given_a_little_ahead_of_the_ear():
    overtaken = Overtaken()
    assert ms_of(given(overtaken, spoken("filler"))) == 300
    assert ms_of(played_out(overtaken, NOW + 500 * MS)) == pytest.approx(500, abs=100)


def test_a_filler_that_nothing_overtakes_is_given_whole_and_in_order():
    overtaken = Overtaken()
    frames = given(overtaken, spoken("filler")) + played_out(overtaken, NOW + 2000 * MS)
    assert b"".join(f.audio for f in frames if isinstance(f, TTSAudioRawFrame)) == SOUND
    assert text_of(frames) == "One second, I'm looking into it."
    assert isinstance(frames[-1], TTSStoppedFrame)
    assert overtaken.due_ns is None


def test_the_answer_cuts_it_at_the_next_clause_and_follows():
    overtaken = Overtaken()
    frames = given(overtaken, spoken("filler"))
    now = NOW + 100 * MS
    frames += played_out(overtaken, now) + given(overtaken, answer(NOW + 1800 * MS), now)
    assert 600 <= ms_of(frames) <= 720
    assert text_of(frames) == "One second, Shipped."
    kinds = [type(frame) for frame in frames if not isinstance(frame, TTSTextFrame)]
    assert kinds[-4:] == [
        TTSStoppedFrame,
        LLMFullResponseStartFrame,
        TTSStartedFrame,
        TTSAudioRawFrame,
    ]


def test_the_answers_words_are_timed_by_when_they_are_heard():
    overtaken = Overtaken()
    frames = given(overtaken, spoken("filler"))
    frames += given(overtaken, answer(NOW + 1800 * MS))
    starts_ns = NOW + round(ms_of(frames)) * MS
    start, last = frames[-4], frames[-1]
    assert isinstance(start, LLMFullResponseStartFrame)
    assert start.pts == pytest.approx(starts_ns, abs=MS)
    assert last.pts == pytest.approx(starts_ns + 500 * MS, abs=MS)


def test_what_is_said_after_a_silence_is_timed_as_its_voice_says():
    overtaken = Overtaken()
    given(overtaken, spoken("filler") + answer(NOW + 1800 * MS))
    later = NOW + 10_000 * MS
    frames = given(overtaken, [audio("later", voice(500)), word("later", "Yes.", later)], later)
    assert frames[-1].pts == later


def test_a_clause_that_is_over_is_not_cut_again():
    overtaken = Overtaken()
    frames = given(overtaken, spoken("filler"))
    now = NOW + 600 * MS
    frames += played_out(overtaken, now) + given(overtaken, answer(NOW + 1800 * MS), now)
    assert ms_of(frames) == 1800
    assert text_of(frames) == "One second, I'm looking into it. Shipped."


def test_a_text_without_times_is_cut_to_the_words_that_were_heard():
    overtaken = Overtaken()
    text = " ".join(each for each, _ in PHRASE)
    frames = given(
        overtaken,
        [
            AggregatedTextFrame(text, FILLER, context_id="filler"),
            audio("filler"),
            word("filler", text, None, FILLER),
            TTSStoppedFrame(context_id="filler"),
            *answer(NOW + 1800 * MS),
        ],
    )
    assert text_of(frames) == "One second, Shipped."


def test_words_that_are_told_before_their_sound_are_held_with_it():
    overtaken = Overtaken()
    text, started, sound, *words, stopped = spoken("filler")
    frames = given(overtaken, [text, started, *words, sound, stopped, *answer(NOW + 1800 * MS)])
    assert text_of(frames) == "One second, Shipped."
    assert 600 <= ms_of(frames) <= 720


def test_an_answer_follows_a_filler_that_has_words_and_no_sound():
    overtaken = Overtaken()
    first, started, _, *words, _ = spoken("filler")
    frames = given(overtaken, [first, started, *words, *answer(NOW)])
    assert text_of(frames) == "One second, I'm looking into it. Shipped."
    assert ms_of(frames, "answer") == 500


def test_another_filler_overtakes_nothing():
    overtaken = Overtaken()
    first = given(overtaken, spoken("filler") + spoken("second", from_ns=NOW + 1800 * MS))
    frames = first + played_out(overtaken, NOW + 4000 * MS)
    assert ms_of(frames) == ms_of(frames, "second") == 1800


def test_other_speech_passes_at_once():
    overtaken = Overtaken()
    frames = answer(NOW)
    assert given(overtaken, frames) == frames
    assert overtaken.due_ns is None


def test_an_interruption_leaves_nothing_to_be_said_but_keeps_what_must_not_be_lost():
    overtaken = Overtaken()
    result = FunctionCallResultFrame("look_up_order", "1", {}, "done")
    given(overtaken, [*spoken("filler"), LLMFullResponseStartFrame(), result])
    assert overtaken.drop() == [result]
    assert overtaken.due_ns is None


def test_the_end_of_the_call_follows_the_whole_filler():
    overtaken = Overtaken()
    frames = given(overtaken, [*spoken("filler"), EndFrame()])
    assert ms_of(frames) == 1800
    assert isinstance(frames[-1], EndFrame)


def test_a_filler_whose_voice_died_holds_nothing_back_for_long():
    overtaken = Overtaken()
    started = LLMFullResponseStartFrame()
    given(overtaken, [*spoken("filler")[:-1], started])
    assert started in played_out(overtaken, NOW + 3000 * MS)
    assert overtaken.due_ns is None
