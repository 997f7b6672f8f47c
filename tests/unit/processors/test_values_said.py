import pytest

from processors.values_said import aloud, bare, values_in


def found(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return [(each.kind, " ".join(words[each.begins : each.ends])) for each in values_in(words)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Where is my order 1042?", "number", "1042?"),
        ("It's one zero four two, please.", "number", "one zero four two,"),
        ("Call me at 555-0123.", "number", "555-0123."),
        ("It's 1 0 4 2.", "number", "1 0 4 2."),
        ("My email is jane@example.com.", "e-mail address", "jane@example.com."),
        ("It's jane at example.com, thanks.", "e-mail address", "jane at example.com,"),
        ("It's jane at example dot com", "e-mail address", "jane at example dot com"),
        ("Can I come on Tuesday?", "day", "Tuesday?"),
        ("Book it for March 3rd, please.", "day", "March 3rd,"),
        ("I'd like to come at 10:30", "time", "10:30"),
        ("Rather at three.", "time", "three."),
        ("My name is Jane Miller.", "name", "Jane Miller."),
        ("My name's Jane. I want a refund.", "name", "Jane."),
    ],
)
def test_what_a_tool_may_be_given_is_found(text, kind, value):
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "That one, please.",
        "I have two questions.",
        "Give me 5 minutes.",
        "May I ask you something?",
        "I'm at the door.",
        "Yes, that's right.",
        "My name is long.",
    ],
)
def test_other_words_are_not(text):
    assert found(text) == []


def test_several_are_found_in_their_order():
    text = "Book Tuesday at three for Jane, my number is 555 0123."
    assert [kind for kind, _ in found(text)] == ["day", "time", "number"]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1042?", "one-zero-four-two"),
        ("1-0-4-2.", "one-zero-four-two"),
        ("one oh four two", "one-zero-four-two"),
        ("1 0 4 two", "one-zero-four-two"),
        ("555-0123.", "five-five-five, zero-one-two-three"),
        ("ten forty two", "ten forty two"),
    ],
)
def test_a_number_is_read_back_digit_by_digit(text, spoken):
    assert aloud("number", text.split()) == spoken


def test_anything_else_is_read_back_as_it_was_said():
    assert aloud("day", ["March", "3rd,"]) == "March 3rd"


@pytest.mark.parametrize("text", ["0482", "0-4-8-2.", "zero, four eight two", "Oh 48 2"])
def test_what_is_said_is_one_however_it_is_written(text):
    assert bare(text) == "0482"
