"""Values in what a caller said, that a tool may be given: where they are, and of what kind (pure).

English. What is found is what would be worth asking about: "1042", and not the "one" of "that one".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "day", "time", "name", "e-mail address"]

_DIGIT_WORDS = "zero oh one two three four five six seven eight nine".split()  # noqa: SIM905
_DIGITS = {word: str(max(0, at - 1)) for at, word in enumerate(_DIGIT_WORDS)}
_LARGER = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty "  # noqa: SIM905
    "forty fifty sixty seventy eighty ninety hundred thousand".split()
)
_FEWEST_DIGITS = 3
"""Shorter ones are counts and ordinals more often than what anybody is known by."""
_NUMBER = re.compile(r"#?\d[\d,.\-]*")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)?(?:[ap]\.?m)?")
_HALVES = frozenset(("am", "pm", "a.m", "p.m"))
_BEFORE_A_TIME = frozenset(("at", "by", "around", "about", "before", "after"))
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august"
    r"|september|october|november|december"
)
_DAY_OF_MONTH = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|first|second|third|\w+(?:th|ieth)")
_MONTH = re.compile(r"(?!.*day)\w+")
_NAME_IS = (("name", "is"), ("name's",), ("surname", "is"))
_MOST_NAMES = 3
_AT_ONCE = 5
"""Digits read back in one breath; more are grouped in threes."""


@dataclass(frozen=True, slots=True)
class Value:
    """Words `begins` to `ends`, the latter not among them."""

    kind: Kind
    begins: int
    ends: int


def values_in(words: Sequence[str]) -> list[Value]:
    """In the order in which they were said; none is part of another."""
    plain = [_plain(word) for word in words]
    found: list[Value] = []
    at = 0
    while at < len(words):
        value = _value_at(words, plain, at)
        if value:
            found.append(value)
        at = value.ends if value else at + 1
    return found


def aloud(kind: Kind, words: Sequence[str]) -> str:
    """The value, so that whoever hears it can tell each part: "one-zero-four-two"."""
    said = " ".join(words).strip(" ,.?!;:")
    if kind != "number" or any(_plain(word) in _LARGER for word in words):
        return said
    digits = "".join(_DIGITS.get(_plain(word), word) for word in words)
    spoken = [_DIGIT_WORDS[int(digit) + 1 if digit != "0" else 0] for digit in _only(digits)]
    groups = [spoken]
    while len(groups[-1]) > _AT_ONCE:
        groups[-1:] = [groups[-1][:3], groups[-1][3:]]
    return ", ".join("-".join(group) for group in groups)


def bare(text: str) -> str:
    """What is said, however it is written: "0-4, 8" and "zero four eight" are one."""
    said = re.sub(r"[a-z]+", lambda word: _DIGITS.get(word[0], word[0]), text.lower())
    return re.sub(r"[\W_]", "", said)


def _value_at(words: Sequence[str], plain: Sequence[str], at: int) -> Value | None:
    return (
        _email(words, plain, at)
        or _name(words, plain, at)
        or _day(plain, at)
        or _number(plain, at)
        or _time(plain, at)
    )


def _number(plain: Sequence[str], at: int) -> Value | None:
    ends = at
    while ends < len(plain) and _is_number(plain[ends]):
        ends += 1
    digits = sum(len(_only(word)) or 1 for word in plain[at:ends])
    return Value("number", at, ends) if digits >= _FEWEST_DIGITS else None


def _time(plain: Sequence[str], at: int) -> Value | None:
    after = at > 0 and plain[at - 1] in _BEFORE_A_TIME
    is_time = _CLOCK.fullmatch(plain[at]) or plain[at] in _DIGITS or plain[at] in _LARGER
    if not (after and is_time):
        return None
    ends = at + 1
    while ends < len(plain) and (plain[ends] in _HALVES or plain[ends].isdigit()):
        ends += 1
    return Value("time", at, ends)


def _day(plain: Sequence[str], at: int) -> Value | None:
    if not _DAY.fullmatch(plain[at]):
        return None
    ends = at + 1
    if _MONTH.fullmatch(plain[at]) and ends < len(plain) and _DAY_OF_MONTH.fullmatch(plain[ends]):
        ends += 1
    return Value("day", at, ends)


def _name(words: Sequence[str], plain: Sequence[str], at: int) -> Value | None:
    if not any(tuple(plain[max(0, at - len(lead)) : at]) == lead for lead in _NAME_IS):
        return None
    ends = at
    while ends < min(len(words), at + _MOST_NAMES) and words[ends][:1].isupper():
        ends += 1
        if words[ends - 1][-1:] in ".,?!":
            break
    return Value("name", at, ends) if ends > at else None


def _email(words: Sequence[str], plain: Sequence[str], at: int) -> Value | None:
    if "@" in words[at]:
        return Value("e-mail address", at, at + 1)
    domain = at + 2
    if domain >= len(words) or plain[at + 1] != "at":
        return None
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", plain[domain]):
        return Value("e-mail address", at, domain + 1)
    if plain[domain + 1 : domain + 2] == ["dot"] and domain + 2 < len(words):
        return Value("e-mail address", at, domain + 3)
    return None


def _is_number(plain: str) -> bool:
    return plain in _DIGITS or plain in _LARGER or bool(_NUMBER.fullmatch(plain))


def _only(text: str) -> str:
    return re.sub(r"\D", "", text)


def _plain(word: str) -> str:
    return word.lower().strip(' ,.?!;:"()')
