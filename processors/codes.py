"""Codes that callers say with their name: "my PIN is 7391", "the CVV is one two three" (pure).

A number that is only an answer to "what is your PIN?" is not known as one: that is what a secure
entry is for.
"""

import re
from collections.abc import Iterator, Sequence

from processors.spoken_digits import Digits, joined, numbers

DIGITS = range(3, 13)
"""A card's security code has three or four, a PIN up to twelve."""

_NAME = re.compile(
    r"\b(?:pins?(?: codes?| numbers?)?|cvv2?|cvc2?|c v v|c v c|security codes?"
    r"|(?:card )?verification (?:codes?|values?|numbers?)|pass ?codes?"
    r"|clave(?: secreta)?|código de (?:seguridad|verificación)|número secreto|contraseña)\b",
    re.IGNORECASE,
)
_BETWEEN = frozenset(
    (
        *("is", "it", "it's", "was", "the", "a", "of", "my", "code", "number", "on", "back"),
        *("here", "and", "um", "uh", "er", "well", "so", "that's", "that", "equals", "would", "be"),
        *("es", "el", "la", "son", "mi", "número", "este", "y", "atrás", "detrás"),
    )
)
"""What may stand between the name of a code and its digits."""


def codes(text: str) -> Iterator[Sequence[Digits]]:
    """Each code in a text, in order."""
    ends = [name.end() for name in _NAME.finditer(text)]
    for number in numbers(text):
        start = number[0].start
        if len(joined(number)) in DIGITS and any(_leads(text[end:start]) for end in ends):
            yield number


def _leads(between: str) -> bool:
    """Whether these words, behind a code's name, lead to its digits."""
    return bool(between) and set(re.findall(r"[^\W\d_]+(?:['’]\w+)?", between.lower())) <= _BETWEEN
