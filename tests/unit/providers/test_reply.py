"""When a language model is given up, and what of its words goes out."""

import pytest

from bot.providers.reply import (
    Reply,
    ThinkingPolicy,
    Words,
    going_on,
    speakable,
    starting_anew,
)

POLICY = ThinkingPolicy(first_secs=1.5, stall_secs=1.0, last_secs=5.0)


def asked(**how: bool) -> Reply:
    return Reply(POLICY, how.pop("is_last", False), since_secs=10.0, **how)


def test_who_says_nothing_in_time_is_late():
    reply = asked()
    assert reply.due_secs == 11.5
    assert reply.judge(11.4) is None
    assert reply.judge(11.5) == "late"


def test_who_stops_in_the_middle_has_stalled():
    reply = asked()
    reply.gave(11.4)
    assert reply.judge(12.3) is None
    assert reply.judge(12.4) == "stalled"


def test_every_piece_moves_the_deadline():
    reply = asked()
    for now_secs in (11.0, 11.9, 12.8):
        reply.gave(now_secs)
    assert reply.due_secs == 13.8


def test_the_last_of_them_gets_longer():
    reply = asked(is_last=True)
    assert reply.judge(14.9) is None
    reply.gave(14.9)
    assert reply.due_secs == pytest.approx(19.9)


def test_who_was_asked_ahead_has_time_until_the_turn_is_over():
    reply = asked(held=True)
    assert reply.judge(100.0) is None
    reply.confirmed(100.0)
    assert reply.due_secs == 101.5


def test_a_turn_that_was_over_before_gives_nobody_more_time():
    reply = asked()
    reply.confirmed(11.0)
    assert reply.due_secs == 11.5


@pytest.mark.parametrize("token", ["", " ", "\n\n", "...", "—"])
def test_what_cannot_be_spoken_does_not_count(token: str):
    assert not speakable(token)


def test_what_is_let_go_ends_with_a_whole_word():
    words = Words()
    let_go = [words.add(token) for token in ("Sure", ",", " your", " order", " 104", "2", " is")]
    assert let_go == ["", "Sure,", " ", "your ", "order ", "", "1042 "]
    assert words.rest() == "is"
    assert words.rest() == ""


def test_no_sign_is_lost_between_tokens():
    tokens = ["Yes", ",", " \n", "it", " is", ".\n", "\nNext", ": ", " one "]
    words = Words()
    assert "".join([*(words.add(token) for token in tokens), words.rest()]) == "".join(tokens)


@pytest.mark.parametrize(
    ("spoken", "text", "joined"),
    [
        ("Your order", "1042 is", " 1042 is"),
        ("Your order", " 1042 is", " 1042 is"),
        ("Your order", ", as I said", ", as I said"),
        ("Your order ", " 1042 is", "1042 is"),
        ("", "Your order", "Your order"),
    ],
)
def test_another_goes_on_where_the_words_stopped(spoken: str, text: str, joined: str):
    assert going_on(spoken, text) == joined


@pytest.mark.parametrize(
    ("spoken", "text", "joined"),
    [
        ("Your order", "It shipped.", ". It shipped."),
        ("Yes.", " It shipped.", " It shipped."),
        ("", "It shipped.", "It shipped."),
    ],
)
def test_who_cannot_go_on_says_a_sentence_of_its_own(spoken: str, text: str, joined: str):
    assert starting_anew(spoken, text) == joined
