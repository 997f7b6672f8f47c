"""The values of a deed: whether a caller heard or named these, and no others of their kind (pure).

English and Spanish. A number that is a price is no order's, "one" is no time of day by itself, and
a Tuesday is the coming one: a value counts where it is said as one of its kind.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.tools import values_es as spanish
from bot.tools.names import Person
from bot.tools.wording import MONTHS, WEEKDAYS, plain, sentences

_DIGITS = {
    word: str(value)
    for value, words in enumerate(
        ("zero oh o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
} | spanish.DIGITS
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_NUMBERS = _NUMBER_WORDS.split()
_TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"}
_MONEY = re.compile(r"[$€] ?\d[\d,.]*|\b\d[\d,.]* (?:dollars?|bucks|euros?|d[oó]lares|pesos)\b")
_ORDER = re.compile(r"(?:\b(?:orders?|pedidos?|number|n[uú]mero) ?|#)(?:number |n[uú]mero )?\d{3,}")


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are said."""

    read: Callable[[str], str]
    """The words of a text in which such a value may be, with a space at either end."""
    any: re.Pattern[str]
    """Any value of this kind, in such words."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a deed."""

    kind: Kind
    ways: frozenset[str]
    """Ways to say it: any of them will do."""
    beside: frozenset[str] = frozenset()
    """What may be said with it, and is no value by itself: its month."""

    def is_in(self, text: str) -> bool:
        words = self.kind.read(text)
        return any(f" {way} " in words for way in self.ways)

    def has_rival_in(self, text: str) -> bool:
        """Whether another value of this kind is said."""
        words = self.kind.read(text)
        for way in sorted(self.ways | self.beside, key=len, reverse=True):
            words = words.replace(f" {way} ", "  ")
        return bool(self.kind.any.search(words))

    def named_alone(self, text: str) -> bool | None:
        """Whether these words name it and no other; None if they name none of its kind."""
        rival = self.has_rival_in(text)
        return not rival if rival or self.is_in(text) else None


def understood(values: Sequence[Value | Person], question: str, said: Sequence[str]) -> bool:
    """Whether each value is the one that the question is about, or else the caller's own.

    The nearest before the end of the question is what it is about; with another of its kind beside
    it, nobody can tell. What the question leaves open counts as the caller named it last.
    """
    heard = [value for value in values if value.is_in(question)]
    tail = _tail_with(heard, question)
    return all(
        not value.has_rival_in(tail)
        if value in heard
        else not value.has_rival_in(question) and _named_last(value, said)
        for value in values
    )


def _tail_with(heard: Sequence[Value | Person], question: str) -> str:
    """The last sentences, from where all that is heard of the values has been said."""
    tail = ""
    for sentence in reversed(sentences(question)):
        tail = f"{sentence} {tail}".strip()
        if all(value.is_in(tail) for value in heard):
            break
    return tail


def _named_last(value: Value | Person, said: Sequence[str]) -> bool:
    named = (value.named_alone(text) for text in reversed(said))
    return next((alone for alone in named if alone is not None), False)


def number(value: int) -> tuple[Value, ...]:
    """An order's number, digit by digit or at once."""
    return (Value(NUMBER, frozenset({str(value)})),)


def moment(value: datetime, today: datetime) -> tuple[Value, ...]:
    """A day and a time of day, in the clinic's ways to say them."""
    ahead = (value.date() - today.date()).days
    weekday, month, date = f"{value:%A}".lower(), f"{value:%B}".lower(), value.day
    days = {f"{month} {date}", f"{date} {month}", f"{date} of {month}", f"the {date}"}
    days |= {*_ordinals(date), f"{value:%Y %m %d}", *spanish.dates(value)}
    if ahead < 7:  # a weekday's name is the coming one's
        days |= {weekday, *spanish.days(value, today)}
    if near := {0: "today", 1: "tomorrow"}.get(ahead):
        days |= {near}
    beside = frozenset({weekday, month, *spanish.beside(value)})
    return (
        Value(DAY, frozenset(days), beside),
        Value(TIME, frozenset(_clock(value) | spanish.clock(value))),
    )


def _ordinals(day: int) -> Iterable[str]:
    return (f"{day}{ending}" for ending in ("st", "nd", "rd", "th"))


def _clock(value: datetime) -> set[str]:
    hours = {value.hour, value.hour % 12 or 12}
    return _full(hours) if value.minute == 0 else _parted(hours, value.minute)


def _full(hours: set[int]) -> set[str]:
    """By itself a number is no time: "that one"."""
    noon = {"noon", "midday"} if 12 in hours else set[str]()
    said = {f"{hour}{end}" for hour in hours for end in (":00", "am", "pm")}
    named = {*map(str, hours), *(_NUMBERS[hour] for hour in hours if hour < len(_NUMBERS))}
    for hour in named:
        said |= {f"at {hour}", f"around {hour}", f"{hour} am", f"{hour} pm", f"{hour} o'clock"}
    return noon | said


def _parted(hours: set[int], minute: int) -> set[str]:
    said = {f"{hour}{mark}{minute:02}" for hour in hours for mark in (":", ".", " ")}
    said |= {f"at {hour}{minute:02}" for hour in hours}
    said |= {f"{hour}:{minute:02}{half}" for hour in hours for half in ("am", "pm")}
    if minutes := _TENS.get(minute):
        said |= {f"{_NUMBERS[hour]} {minutes}" for hour in hours if hour < len(_NUMBERS)}
    fractions = {30: "half past", 15: "quarter past", 45: "quarter to"}
    if fraction := fractions.get(minute):
        later = {(hour + (minute == 45)) % 12 or 12 for hour in hours}
        said |= {f"{fraction} {way}" for hour in later for way in (hour, _NUMBERS[hour])}
    return said


def _numbers(text: str) -> str:
    """In plain words, and again with digits joined: "one oh 3 8" -> "1038"; no prices."""
    text = _MONEY.sub(" ", text.lower())
    digits = re.sub(r"[^\W\d_]+", lambda word: _DIGITS.get(word[0], word[0]), text)
    digits = re.sub(r"(?<!\d)(\d),? +(?=\d(?!\d))", r"\1", digits)  # "1, 0, 3, 8", not "103, 8"
    digits = re.sub(r"(?<=\d)[ -](?=\d)", "", digits)
    return f" {plain(text)}  {plain(digits)} "


def _times(text: str) -> str:
    """In plain words, without prices and orders' numbers: 1030 is one, and no half past ten."""
    return f" {plain(_ORDER.sub(' ', _MONEY.sub(' ', text.lower())))} "


_HOUR = rf"(?:\d{{1,2}}|{'|'.join(_NUMBERS[1:13])})"
_MAY_BE_OTHER_WORDS = ("may", "march")

NUMBER = Kind(
    _numbers,
    re.compile(
        r"\b(?:orders?|number|return|refund|pedidos?|n[uú]mero|devolver|devoluci[oó]n)"
        r"(?: +(?:number|the|of|order|and|or|is|el|la|del|de|n[uú]mero|pedido|y|o|es)){0,3}"
        r" +\d{3,}\b|^ *(?:(?:yes|yeah|no|s[ií]|it's|es|el) +)*\d{3,} "
    ),
)
DAY = Kind(
    _times,
    re.compile(
        rf"\b(?:{'|'.join(WEEKDAYS)}|today|tomorrow|hoy|mañana a|para mañana"
        rf"|{'|'.join(month for month in MONTHS if month not in _MAY_BE_OTHER_WORDS)}"
        r"|\d{1,2}(?:st|nd|rd|th)|(?:may|march) \d{1,2})\b(?!')"
    ),
)
TIME = Kind(
    _times,
    re.compile(
        r"\b(?:\d{1,2}[:.]\d\d(?:[ap]m)?|\d{1,2} ?[ap]m|noon|midday|half past|quarter (?:past|to)"
        r"|(?:thirty|fifteen|forty five)(?! (?:days|minutes|dollars|percent))"
        rf"|at {_HOUR}|{_HOUR} o'clock|{spanish.ANY_TIME})\b"
    ),
)
