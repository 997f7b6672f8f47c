"""Card numbers in what was said: found, and replaced by `[card ending 1111]` (pure).

A number counts as a card's when it has 13 to 19 digits and the check digit of ISO/IEC 7812 (Luhn)
is right. Order numbers and telephone numbers are shorter, or begin with a plus. With a wrong check
digit it was misheard or mistyped: what is as long as a card's is withheld all the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.codes import codes
from processors.spoken_digits import Digits, joined, leads, numbers, replaced, trails

SHORTEST, LONGEST = 13, 19
"""Digits of a card number, ISO/IEC 7812-1."""

NUMBER = "[number]"
"""Stands for digits that are part of a card number whose end is said elsewhere."""

WITHHELD = "[number withheld]"
"""Stands for digits that nobody is to know, such as those said while a secret is keyed in."""

_PHONE_DIGITS = 11
_USUAL = (15, 16)
"""Digits of nearly all card numbers there are."""
_GROUP = 4
_CODE_DIGITS = 3
_EXPIRY_DIGITS = 4
_BEGINS = re.compile(r"4|5[0-8]|2[2-7]|3[0-8]|6")
"""What card numbers begin with in the networks there are."""
_TAKEN_APART = re.compile(r"(?:[\d][\d\s,.-]*)?(?:\[number\][\s,.]*)+(\[card ending \d{4}\])")


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
    """The text with `[card ending 1111]` for each card number in it, whoever wrote it down.

    What is like one, a security code and a PIN that are named as such are withheld.
    """
    return _hidden(text, may_go_on=False)


def withhold(text: str, from_digits: int = 3) -> str:
    """The text without any number of so many digits or more."""
    long = [(run, WITHHELD) for run in numbers(text) if len(joined(run)) >= from_digits]
    return replaced(text, long)


def _hidden(text: str, *, may_go_on: bool) -> str:
    """may_go_on: of a number at the end of the text, more is yet to be said."""
    places: list[tuple[Sequence[Digits], str]] = []
    for run in numbers(text):
        cards = [*_cards(run)]
        grows = may_go_on and trails(run, text)
        places += cards or ([(run, WITHHELD)] if _is_like_one(run) and not grows else [])
    text = replaced(text, places)
    return replaced(text, [(code, WITHHELD) for code in codes(text)])


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
    *_, last = ([], *numbers(text))
    if not last or not trails(last, text):
        return None
    goes_on = leads(last, text)
    digits = (before if goes_on else "") + joined(last)
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
        self._apart = False
        """Echo has said something since."""

    def clear(self) -> None:
        """Echo has spoken: what comes goes on with a number only if that makes it a card's."""
        self._apart = True

    def interim(self, text: str) -> str:
        """A transcript that may grow: a number that may become a card's is held back."""
        text = _hidden(text, may_go_on=True)
        long = [
            (run, NUMBER)
            for run in numbers(text)
            if _may_become_a_card(self._with_before(run, text))
        ]
        return replaced(text, long)

    def final(self, text: str) -> str:
        """A transcript to be kept."""
        if whole := self._completed(text):
            return whole
        if self._apart and not self._is_group(text):
            self._before = ""
        self._apart = False
        text, before = _hidden(text, may_go_on=True), self._before
        runs = [*numbers(text)]
        goes_on = bool(before and runs and leads(runs[0], text))
        self._remember(runs, text, before if goes_on else "")
        if goes_on:
            long = _may_become_a_card(before + joined(runs[0]))
            return replaced(text, [(runs[0], NUMBER)]) if long else text
        return self._held_back(text)

    def _completed(self, text: str) -> str:
        """The transcript, if the number it begins with ends a card's that began before it."""
        first, before = next(numbers(text), None), self._before
        if not before or not first or not leads(first, text):
            return ""
        for end in range(len(first), 0, -1):
            card = _ending(before + joined(first[:end]), at_least=len(before))
            if self._apart and (len(card) not in _USUAL or not card.startswith(before)):
                continue
            if card:
                self._apart = False
                rest = _hidden(text[first[end - 1].end :], may_go_on=True)
                self._remember([*numbers(rest)], rest, "")
                return f"{text[: first[0].start]}{NUMBER} {named(card)}{rest}"
        return ""

    def _held_back(self, text: str) -> str:
        """Without a number at its end that is too long for a telephone's: more of it may come."""
        *_, last = ([], *numbers(text))
        cut = len(self._before) >= SHORTEST and last and _BEGINS.match(self._before)
        return replaced(text, [(last, NUMBER)]) if cut else text

    def _with_before(self, run: Sequence[Digits], text: str) -> str:
        before = "" if self._apart or not leads(run, text) else self._before
        return before + joined(run)

    def _is_group(self, text: str) -> bool:
        """Whether it is four digits more of a number that has come in fours: as on a card."""
        first = next(numbers(text), None)
        fours = first and len(joined(first)) == _GROUP and leads(first, text)
        return bool(fours and not len(self._before) % _GROUP and _BEGINS.match(self._before))

    def _remember(self, runs: Sequence[Sequence[Digits]], text: str, before: str) -> None:
        self._before = ""
        if runs and trails(runs[-1], text):
            carried = before if len(runs) == 1 else ""
            self._before = (carried + joined(runs[-1]))[: 2 * LONGEST]


def _may_become_a_card(digits: str) -> bool:
    """Begun as cards are, and longer than a telephone number."""
    return len(digits) > _PHONE_DIGITS and bool(_BEGINS.match(digits))


def _ending(digits: str, at_least: int) -> str:
    """The card number that these digits end with and that began among the first `at_least`."""
    for start in range(at_least):
        if is_card(digits[start:]) and (start == 0 or _BEGINS.match(digits[start:])):
            return digits[start:]
    return ""


def _cards(run: Sequence[Digits]) -> Iterator[tuple[Sequence[Digits], str]]:
    """The cards in one number; what is before or behind them stays."""
    if is_card(joined(run)):
        yield run, named(joined(run))
        return
    start = behind = 0
    while start < len(run):
        for end in range(len(run), start, -1):
            digits = joined(run[start:end])
            if is_card(digits) and _BEGINS.match(digits):
                yield run[start:end], named(digits)
                start, behind = end - 1, end
                break
        start += 1
    if behind and _holds_a_code(run[behind:]):
        yield run[behind:], WITHHELD


def _holds_a_code(rest: Sequence[Digits]) -> bool:
    """Whether what follows a card number is more than when it expires: its security code."""
    digits = len(joined(rest))
    return digits >= _CODE_DIGITS and digits != _EXPIRY_DIGITS


def _is_like_one(run: Sequence[Digits]) -> bool:
    return len(joined(run)) in _USUAL and bool(_BEGINS.match(joined(run)))
