"""A code that is said with its name is found; other numbers beside such a name are not."""

import pytest

from processors.codes import codes
from processors.spoken_digits import joined


def found(text: str) -> list[str]:
    return [joined(code) for code in codes(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("My PIN is 7391.", ["7391"]),
        ("my pin, um, it's seven three nine one", ["7391"]),
        ("The security code on the back is 123", ["123"]),
        ("CVV 1234, and the PIN code is 90210", ["1234", "90210"]),
        ("Mi clave es siete tres nueve uno", ["7391"]),
        ("el código de seguridad es 123", ["123"]),
    ],
)
def test_a_code_is_the_number_behind_its_name(text: str, said: list[str]):
    assert found(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "My PIN does not work for order 1042",
        "Order 1042, and I have my PIN here",
        "I need 2 pins, 12 in all",
        "The discount code is 4711",
        "PIN",
    ],
)
def test_other_numbers_are_none(text: str):
    assert found(text) == []
