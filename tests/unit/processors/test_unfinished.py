"""What the words so far say about whether more is to come."""

import pytest

from processors.unfinished import Looks, looks


@pytest.mark.parametrize(
    "text",
    [
        "My order number is",
        "I want to return it and",
        "I want to, um",
        "Can you check the status of my",
        "So, uh.",
        "I was wondering if you could",
        "You can write to anna at",
        "My name is",
        "",
    ],
)
def test_nobody_ends_so(text: str):
    assert looks(text) in (Looks.OPEN, Looks.GROWING)


@pytest.mark.parametrize(
    "text",
    [
        "It's 10",
        "The number is 1",
        "My phone number is 617",
        "Call me back at 617 555",
        "You can reach me at 5551",
        "my phone number is five five five one",
        "My e-mail is jane",
        "It's jane.miller",
        "jane@example",
        "It's spelled B A K",
        "Can I come on the third of",
        "Can I come on the third",
        "I need it by March",
        "On Friday.",
        "Next",
    ],
)
def test_a_number_an_address_letters_or_a_date_may_grow(text: str):
    assert looks(text) in (Looks.GROWING, Looks.OPEN)


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order 1042?",
        "one zero four two",
        "Where is order ten forty two?",
        "My phone number is 617 555 1042.",
        "My e-mail is jane.miller at example.com",
        "jane@example.com",
        "That's Baker, B A K E R.",
    ],
)
def test_what_is_as_long_as_such_things_are_is_whole(text: str):
    assert looks(text) is Looks.WHOLE


@pytest.mark.parametrize("text", ["Yes.", "no", "Okay", "Yes, please.", "That's right!", "Goodbye"])
def test_a_lone_answer_is_an_answer(text: str):
    assert looks(text) is Looks.ANSWER


@pytest.mark.parametrize("text", ["I'd like an appointment", "It arrived broken", "My name is Ada"])
def test_what_may_end_and_often_does_not_is_loose(text: str):
    assert looks(text) is Looks.LOOSE


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "What's the weather in Boston tomorrow?",
        "Can I talk to a person?",
        "I think that is the right one",
        "Tomorrow at half past four.",
        "Could we say March 3?",
        "¿Dónde está mi pedido?",
        "I don't know my order number.",
        "Who am I talking to?",
        "What is this about?",
        "Where are you?",
        "What do you have?",
        "How can I help you?",
        "That's all, thank you.",
        "Good morning.",
        "I already did.",
    ],
)
def test_other_words_may_end_so(text: str):
    assert looks(text) is Looks.PLAIN


@pytest.mark.parametrize("mark", ["", ".", "?", "...", ","])
def test_marks_at_the_end_say_nothing(mark: str):
    assert looks(f"My order number is{mark}") is Looks.OPEN
