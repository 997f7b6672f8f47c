"""What the ears of the emulators make of an utterance."""

import pytest

from tests.emulators.ear import Deaf, Heard, Scripted, words
from tests.emulators.speech import Utterance

TEXTS = ["Where is my order one zero four two?", "Yes."]


def said(start_secs: float, end_secs: float) -> Utterance:
    return Utterance(round(start_secs * 100), round(end_secs * 100), 100, b"")


async def test_a_script_reveals_its_words_as_they_would_be_spoken():
    reading = Scripted(TEXTS).listen()
    shown = [await reading.so_far(said(0, secs)) for secs in (0.2, 1, 2, 9)]
    assert [heard.text for heard in shown if heard] == [
        "Where",
        "Where is my",
        "Where is my order one zero",
        "Where is my order one zero four",
    ]
    assert await reading.whole(said(0, 2)) == Heard(TEXTS[0])


async def test_each_utterance_is_the_next_text_and_then_they_begin_again():
    reading = Scripted(TEXTS).listen()
    heard = []
    for start in (0, 10, 20):
        heard.append((await reading.whole(said(start, start + 1))).text)
        reading.done(said(start, start + 1))
    assert heard == [*TEXTS, TEXTS[0]]


async def test_an_utterance_that_was_not_told_to_its_end_is_heard_again_elsewhere():
    ear = Scripted(TEXTS)
    before, after = ear.listen(), ear.listen()
    await before.so_far(said(0, 1))
    assert (await after.whole(said(0, 1))).text == TEXTS[0]


async def test_a_script_may_be_for_every_call():
    ear = Scripted(TEXTS, every_call=True)
    for reading in (ear.listen(), ear.listen()):
        assert (await reading.whole(said(0, 1))).text == TEXTS[0]
        reading.done(said(0, 1))


async def test_who_only_caught_breath_has_said_it_all():
    reading = Scripted(TEXTS).listen()
    reading.done(said(0, 1))
    assert await reading.whole(said(1.3, 2)) == Heard("")
    reading.done(said(1.3, 2))
    assert (await reading.whole(said(3, 4))).text == TEXTS[1]


def test_words_last_as_long_as_their_share_of_the_letters():
    placed = words(Heard("one three"), said(2, 4))
    assert [word.text for word in placed] == ["one", "three"]
    assert [word.start_secs for word in placed] == pytest.approx([2, 2.75])
    assert [word.end_secs for word in placed] == pytest.approx([2.75, 4])
    assert words(Heard(""), said(2, 4)) == []


async def test_the_deaf_hear_no_words():
    assert await Deaf().so_far(said(0, 1)) is None
    assert (await Deaf().whole(said(0, 1))).text == ""
