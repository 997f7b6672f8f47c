"""Card numbers in what was said: found, and replaced by `[card ending 1111]` (pure).

A number counts as a card's when it has 13 to 19 digits and the check digit of ISO/IEC 7812 (Luhn)
is right. Order numbers and telephone numbers are shorter, or begin with a plus. English only for
numbers in words; digits are found in any language.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SHORTEST, LONGEST = 13, 19
"""Digits of a card number, ISO/IEC 7812-1."""

NUMBER = "[number]"
"""Stands for digits that are part of a card number whose end is said elsewhere."""

WITHHELD = "[number withheld]"
"""Stands for digits said while a secret is being keyed in."""

_UNITS = {
    "zero": "0",
    "oh": "0",
    "o": "0",
    "nought": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
_TEENS = {
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
}
_TENS = {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
_TIMES = {"double": 2, "triple": 3}
_BETWEEN = frozenset(("um", "uh", "er", "and", "then", "dash", "hyphen", "space"))
"""Words that may stand between the digits of one number."""

_PART = re.compile(
    r"\[card ending \d{4}\]|\d+|[a-z]+|\+|[^\da-z+\s,.;:…/'’()\u2010-\u2015-]+", re.IGNORECASE
)
_BEGINS = re.compile(r"4|5[0-8]|2[2-7]|3[0-8]|6")
"""What card numbers begin with in the networks there are."""
_TAKEN_APART = re.compile(r"(?:[\d][\d\s,.-]*)?(?:\[number\][\s,.]*)+(\[card ending \d{4}\])")


@dataclass(frozen=True, slots=True)
class _Digits:
    """A part of a number: its digits, and where in the text they are."""

    digits: str
    start: int
    end: int


def is_card(digits: str) -> bool:
    """Whether these are the digits of a card number."""
    return SHORTEST <= len(digits) <= LONGEST and luhn(digits) and len(set(digits)) > 1


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def named(digits: str) -> str:
    """What stands for a card number."""
    return f"[card ending {digits[-4:]}]"


def hide(text: str) -> str:
    """The text with `[card ending 1111]` for each card number in it, whoever wrote it down."""
    return _replaced(text, [card for run in _numbers(text) for card in _cards(run)])


def withhold(text: str, from_digits: int = 3) -> str:
    """The text without any number of so many digits or more."""
    long = [(run, WITHHELD) for run in _numbers(text) if len(_joined(run)) >= from_digits]
    return _replaced(text, long)


@dataclass(frozen=True, slots=True)
class OpenNumber:
    """A number that a text ends with; more of it may be said."""

    start: int
    digits: str
    goes_on: bool
    """Nothing is before it, so that it may go on from the text before."""

    @property
    def may_be_a_card(self) -> bool:
        """Whether card numbers begin so."""
        return bool(_BEGINS.match(self.digits))


def open_number(text: str, before: str = "") -> OpenNumber | None:
    """The number that the text ends with; `before` are the digits that the last one ended with."""
    *_, last = ([], *_numbers(text))
    if not last or any(_PART.finditer(text[last[-1].end :])):
        return None
    goes_on = _leads(last, text)
    digits = (before if goes_on else "") + _joined(last)
    return OpenNumber(last[0].start, digits, goes_on)


def mended(text: str) -> str:
    """One placeholder for a number that was taken apart by pauses, with what came before it."""
    return _TAKEN_APART.sub(r"\1", text)


class InPieces:
    """Finds card numbers of which each final transcript holds a part.

    What has been passed on cannot be taken back: of a number that begins as cards do, no more
    than the first 12 digits are, of the usual four groups the first two. `mended` removes those,
    once the number is known to be a card's.
    """

    def __init__(self) -> None:
        self._before = ""
        """The number that the last transcript ended with, as digits."""

    def clear(self) -> None:
        """Something else was said: what comes does not go on with a number."""
        self._before = ""

    def interim(self, text: str) -> str:
        """A transcript that may grow: a number that may become a card's is held back."""
        text = hide(text)
        long = [
            (run, NUMBER)
            for run in _numbers(text)
            if len(digits := self._with_before(run, text)) > 11 and _BEGINS.match(digits)
        ]
        return _replaced(text, long)

    def final(self, text: str) -> str:
        """A transcript to be kept."""
        if whole := self._completed(text):
            return whole
        text, before = hide(text), self._before
        runs = [*_numbers(text)]
        goes_on = bool(before and runs and _leads(runs[0], text))
        self._remember(runs, text, before if goes_on else "")
        if goes_on:
            digits = before + _joined(runs[0])
            long = len(digits) > 11 and _BEGINS.match(digits)
            return _replaced(text, [(runs[0], NUMBER)]) if long else text
        return self._held_back(text)

    def _completed(self, text: str) -> str:
        """The transcript, if the number it begins with ends a card's that began before it."""
        first, before = next(_numbers(text), None), self._before
        if not before or not first or not _leads(first, text):
            return ""
        for end in range(len(first), 0, -1):
            if card := _ending(before + _joined(first[:end]), at_least=len(before)):
                rest = hide(text[first[end - 1].end :])
                self._remember([*_numbers(rest)], rest, "")
                return f"{text[: first[0].start]}{NUMBER} {named(card)}{rest}"
        return ""

    def _held_back(self, text: str) -> str:
        """Without a number at its end that is too long for a telephone's: more of it may come."""
        *_, last = ([], *_numbers(text))
        cut = len(self._before) >= SHORTEST and last and _BEGINS.match(self._before)
        return _replaced(text, [(last, NUMBER)]) if cut else text

    def _with_before(self, run: Sequence[_Digits], text: str) -> str:
        return (self._before if _leads(run, text) else "") + _joined(run)

    def _remember(self, runs: Sequence[Sequence[_Digits]], text: str, before: str) -> None:
        self._before = ""
        if runs and not any(_PART.finditer(text[runs[-1][-1].end :])):
            carried = before if len(runs) == 1 else ""
            self._before = (carried + _joined(runs[-1]))[: 2 * LONGEST]


def _ending(digits: str, at_least: int) -> str:
    """The card number that these digits end with and that began among the first `at_least`."""
    for start in range(at_least):
        if is_card(digits[start:]) and (start == 0 or _BEGINS.match(digits[start:])):
            return digits[start:]
    return ""


def _leads(run: Sequence[_Digits], text: str) -> bool:
    """Whether nothing but what may stand within a number is before it."""
    words = (part.group().lower() for part in _PART.finditer(text[: run[0].start]))
    return all(word in _BETWEEN for word in words)


def _joined(run: Sequence[_Digits]) -> str:
    return "".join(part.digits for part in run)


def _cards(run: Sequence[_Digits]) -> Iterator[tuple[Sequence[_Digits], str]]:
    """The cards in one number; what is before or behind them stays."""
    if is_card(_joined(run)):
        yield run, named(_joined(run))
        return
    start = 0
    while start < len(run):
        for end in range(len(run), start, -1):
            digits = _joined(run[start:end])
            if is_card(digits) and _BEGINS.match(digits):
                yield run[start:end], named(digits)
                start = end - 1
                break
        start += 1


def _replaced(text: str, places: Sequence[tuple[Sequence[_Digits], str]]) -> str:
    for run, instead in reversed(places):
        text = text[: run[0].start] + instead + text[run[-1].end :]
    return text


def _numbers(text: str) -> Iterator[list[_Digits]]:
    """Each number in a text: digits that only pauses are between. Telephone numbers that say so
    with a plus are none."""
    run: list[_Digits] = []
    foreign = False  # a plus began it
    times, tens = 1, False
    opened = 0
    for part in _PART.finditer(text):
        word = part.group().lower()
        if digits := _digits(word):
            start, end = part.span()
            if tens and run and len(digits) == 1 and not word.isdigit() and digits != "0":
                run[-1] = _Digits(run[-1].digits[0] + digits, run[-1].start, end)
            else:
                run.append(_Digits(digits * times, opened if times > 1 else start, end))
            times, tens = 1, word in _TENS
        elif word in _TIMES:
            times, opened, tens = _TIMES[word], part.start(), False
        elif word not in _BETWEEN:
            if run and not foreign:
                yield run
            run, foreign, times, tens = [], word in ("+", "plus"), 1, False
    if run and not foreign:
        yield run


def _digits(word: str) -> str:
    if word.isascii() and word.isdigit():
        return word
    return _UNITS.get(word) or _TEENS.get(word) or _TENS.get(word) or ""
