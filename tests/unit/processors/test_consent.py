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


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Sí.", "yes"),
        ("Hola, sí, claro.", "yes"),
        ("Por supuesto", "yes"),
        ("No hay problema", "yes"),
        ("Puede, sí", "yes"),
        ("No.", "no"),
        ("No, gracias", "no"),
        ("Prefiero que no", "no"),
        ("Mejor no", "no"),
        ("Sí, pero ¿por qué?", "no"),
        ("¿Dónde está mi pedido?", "neither"),
        ("Quizás", "neither"),
    ],
)
def test_consent_may_be_given_and_refused_in_spanish(text: str, answer: str):
    assert answer_in(text) == answer
