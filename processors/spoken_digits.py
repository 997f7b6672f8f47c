"""Numbers in what was said, digit by digit, and where in the text they are (pure).

Digits are found in any language, words in English and Spanish: "four one", "forty-one", "double
four", "cuarenta y uno". Pauses and what fills them end no number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_UNITS = (
    dict.fromkeys(("oh", "o", "nought"), "0")
    | {
        word: str(unit)
        for unit, word in enumerate(
            ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
        )
    }
    | {
        word: str(unit)
        for unit, word in enumerate(
            ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
        )
    }
)
_TEENS = {
    word: str(10 + unit)
    for unit, word in enumerate(
        (
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen"),
        )
    )
} | {
    word: str(10 + unit)
    for unit, words in enumerate(
        (
            *("diez", "once", "doce", "trece", "catorce", "quince", "dieciséis dieciseis"),
            *("diecisiete", "dieciocho", "diecinueve", "", "veintiuno veintiún veintiun"),
            *("veintidós veintidos", "veintitrés veintitres", "veinticuatro", "veinticinco"),
            *("veintiséis veintiseis", "veintisiete", "veintiocho", "veintinueve"),
        )
    )
    for word in words.split()
}
_TENS = {
    word: str(10 * tens)
    for tens, words in enumerate(
        (
            *("twenty veinte", "thirty treinta", "forty cuarenta", "fifty cincuenta"),
            *("sixty sesenta", "seventy setenta", "eighty ochenta", "ninety noventa"),
        ),
        start=2,
    )
    for word in words.split()
}
_TIMES = {"double": 2, "doble": 2, "triple": 3}
_BETWEEN = frozenset(
    (
        *("um", "uh", "er", "erm", "ah", "eh", "hm", "hmm", "mm", "and", "then", "next", "so"),
        *("okay", "ok", "dash", "hyphen", "space", "comma", "hold on", "let me see"),
        *("one second", "one sec", "one moment", "one minute", "y", "guion", "guión", "coma"),
        *("espera", "espere", "a ver", "un momento", "un segundo"),
    )
)
"""Words that may stand between the digits of one number."""
_PLUS = ("+", "plus")

_PART = re.compile(
    r"\[card ending \d{4}\]|\b(?:one (?:second|sec|moment|minute)|hold on|let me see|a ver"
    r"|un (?:momento|segundo))\b|\d+|[^\W\d_]+|\+|_+"
    r"|[^\w+\s,.;:…/'’()\u2010-\u2015-]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Digits:
    """A part of a number: its digits, and where in the text they are."""

    digits: str
    start: int
    end: int


def numbers(text: str) -> Iterator[Sequence[Digits]]:
    """Each number in a text, by its parts, in order.

    Telephone numbers that say so with a plus are none.
    """
    number = _Number()
    for part in _PART.finditer(text):
        word = part.group().lower()
        if digits := _digits(word):
            number.go_on(word, digits, *part.span())
        elif word in _TIMES:
            number.repeat(_TIMES[word], part.start())
        elif word not in _BETWEEN:
            yield from number.over()
            number = _Number(is_foreign=word in _PLUS)
    yield from number.over()


def joined(number: Sequence[Digits]) -> str:
    """All its digits."""
    return "".join(part.digits for part in number)


def leads(number: Sequence[Digits], text: str) -> bool:
    """Whether nothing but what may stand within a number is before it."""
    words = (part.group().lower() for part in _PART.finditer(text[: number[0].start]))
    return all(word in _BETWEEN for word in words)


def trails(number: Sequence[Digits], text: str) -> bool:
    """Whether nothing is behind it."""
    return not any(_PART.finditer(text[number[-1].end :]))


def replaced(text: str, places: Sequence[tuple[Sequence[Digits], str]]) -> str:
    """The text with something else in the place of each of these numbers, which are in order."""
    for number, instead in reversed(places):
        text = text[: number[0].start] + instead + text[number[-1].end :]
    return text


@dataclass(slots=True)
class _Number:
    """One that is being read."""

    is_foreign: bool = False
    """A plus began it."""
    _parts: list[Digits] = field(default_factory=list[Digits])
    _times: int = 1
    _times_start: int = 0
    _unit_due: bool = False
    """It ends with "twenty", which a "one" makes "twenty-one"."""

    def go_on(self, word: str, digits: str, start: int, end: int) -> None:
        is_unit = len(digits) == 1 and not word.isdigit() and digits != "0"
        if self._unit_due and is_unit:
            tens = self._parts[-1]
            self._parts[-1] = Digits(tens.digits[0] + digits, tens.start, end)
        else:
            start = self._times_start if self._times > 1 else start
            self._parts.append(Digits(digits * self._times, start, end))
        self._times, self._unit_due = 1, word in _TENS

    def repeat(self, times: int, start: int) -> None:
        """What comes is said so many times: "double"."""
        self._times, self._times_start, self._unit_due = times, start, False

    def over(self) -> Iterator[Sequence[Digits]]:
        """It, if it is one."""
        if self._parts and not self.is_foreign:
            yield self._parts


def _digits(word: str) -> str:
    if word.isascii() and word.isdigit():
        return word
    return _UNITS.get(word) or _TEENS.get(word) or _TENS.get(word) or ""
