"""What counts as consent to a recording, and what does not."""

import pytest

from processors.consent import answer_in


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "Yeah, sure.",
        "Okay",
        "Hello, yes you may.",
        "No problem!",
        "I don't mind",
        "Go ahead",
    ],
)
def test_a_clear_yes_is_consent(text: str):
    assert answer_in(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        *("No.", "No, thank you", "I'd rather not", "Please don't", "Not really"),
        *("Yes, but why?", "Okay, no", "Never"),
    ],
)
def test_a_no_and_a_yes_with_a_doubt_are_a_refusal(text: str):
    assert answer_in(text) == "no"


@pytest.mark.parametrize("text", ["Where is my order?", "Maybe", "I want an appointment", "Hm", ""])
def test_anything_else_is_no_consent(text: str):
    assert answer_in(text) == "neither"
