"""The arguments of a tool, read out of what the caller said."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.providers.local.catalog import Parameter, Tool
from bot.providers.local.intents import plain
from bot.providers.local.moments import Moment, moment_in
from bot.providers.local.numbers import identifiers_in, plain_numerals
from bot.providers.local.slots import (
    bare,
    chosen,
    email_in,
    name_in,
    ordinal_in,
    place_in,
    reason_in,
    settled,
    yes_or_no,
)

_SHORTEST_UNASKED = 3
"""Digits of a number that is taken for an order's although nobody asked for one."""
_LONGEST_REMAINDER = 5
_COUNTED = re.compile(
    r"\s*(?:dollars?|bucks|euros?|pounds?|cents?|percent|%|people|items?|days?|weeks?|months?|years?"
    r"|hours?|minutes?|times)\b",
    re.I,
)
_REASONS = ("reason", "why", "cause", "problem")

Offers = Mapping[str, Sequence[str]]
"""What a tool has offered, by the parameter that takes it: starts_at -> ISO times."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was said and what it may refer to."""

    text: str
    now: datetime
    offers: Offers

    @property
    def kept(self) -> str:
        """The text without what the caller took back."""
        return settled(self.text)

    @property
    def moment(self) -> Moment:
        return moment_in(self.kept, self.now)


def arguments_in(words: Words, tool: Tool, asked: Collection[str] = ()) -> dict[str, object]:
    """The values said for the tool's parameters; those `asked` for may be all that was said."""
    found: dict[str, object] = {}
    for parameter in tool.parameters:
        value = _value(words, tool, parameter, parameter.name in asked)
        if value not in ("", None):
            found[parameter.name] = value
    return _one_meaning(found, tool, asked)


def choice_in(words: Words, parameter: str) -> str:
    """The offer for this parameter that the caller takes, "" if none."""
    offers = words.offers.get(parameter, ())
    times = [time for offer in offers if (time := _time(offer))]
    if times:
        taken = chosen(words.kept, times, words.now)
        return taken.isoformat(timespec="minutes") if taken else ""
    place = ordinal_in(words.kept, len(offers))
    return offers[place] if place is not None else ""


def asked_by(question: str, tool: Tool) -> frozenset[str]:
    """Which parameters a tool's question is about; those still open if it does not say."""
    plainly = question.lower().replace("-", "")
    named = {p.name for p in tool.parameters if any(word in plainly for word in _called(p))}
    if named:
        return frozenset(named)
    return frozenset(p.name for p in tool.parameters)


def _called(parameter: Parameter) -> tuple[str, ...]:
    by_kind: Mapping[str, tuple[str, ...]] = {
        "identifier": (parameter.words, "number", "which order"),
        "email": ("email",),
        "name": ("name", "who"),
        "place": (parameter.words, "city", "where"),
        "day": ("day", "when", "date"),
        "time": ("time", "when", "morning", "afternoon"),
        "moment": ("day", "time", "when", "which one"),
    }
    words = by_kind.get(parameter.kind, (parameter.words,))
    return (*words, *_REASONS) if parameter.name in _REASONS else words


def _value(words: Words, tool: Tool, parameter: Parameter, asked: bool) -> object:
    text = words.kept
    match parameter.kind:
        case "identifier":
            choice = choice_in(words, parameter.name)
            return _identifier(text, asked=False) or choice or _identifier(text, asked)
        case "email":
            return email_in(text)
        case "name":
            return name_in(text, expected=asked)
        case "place":
            return place_in(text, expected=asked)
        case "day":
            return words.moment.day_words
        case "time":
            return words.moment.time_words
        case "moment":
            return choice_in(words, parameter.name) or _start(words.moment)
        case "number":
            return _number(text)
        case "flag":
            return yes_or_no(text) if asked else None
        case "text":
            return _free_text(text, tool, parameter, asked)


def _identifier(text: str, asked: bool) -> str:
    if email_in(text):
        return ""
    numerals = plain_numerals(text)
    fitting = [
        number.digits
        for number in identifiers_in(text, expected=asked)
        if (
            len(number.digits) >= (1 if asked else _SHORTEST_UNASKED)
            or re.search(r"(?:order|number|#)\s*$", numerals[: number.start], re.I)
        )
        and not _COUNTED.match(numerals, number.end)
    ]
    longest = max((len(digits) for digits in fitting), default=0)
    return next((digits for digits in reversed(fitting) if len(digits) >= min(longest, 3)), "")


def _number(text: str) -> int | None:
    found = [number.digits for number in identifiers_in(text) if number.digits.isdigit()]
    return int(found[-1]) if found else None


def _start(moment: Moment) -> str:
    """ISO day and time, or the one of them that was said."""
    if moment.start:
        return moment.start.isoformat(timespec="minutes")
    return moment.day.isoformat() if moment.day else f"{moment.at:%H:%M}" if moment.at else ""


def _time(offer: str) -> datetime | None:
    try:
        return datetime.fromisoformat(offer)
    except ValueError:
        return None


def _free_text(text: str, tool: Tool, parameter: Parameter, asked: bool) -> str:
    if parameter.choices:
        said = plain(text)
        return next((c for c in parameter.choices if plain(c.replace("_", " ")) in said), "")
    if parameter.name in _REASONS:
        return reason_in(text, expected=asked) or _subject(text)
    return bare(text) if asked else _after_example(text, tool) if parameter.required else ""


def _subject(text: str) -> str:
    about = re.search(r"\babout\s+(.+)", text, re.I)
    return about[1].strip(" .!?") if about else ""


def _after_example(text: str, tool: Tool) -> str:
    """What follows the words shared with an example: "how do I cook" + "lasagna"."""
    said, best = text.split(), ""
    for example in tool.examples:
        shared = _shared(plain(text).split(), plain(example).split())
        rest = said[len(said) - (len(plain(text).split()) - shared) :] if shared >= 2 else []
        remainder = " ".join(rest).strip(" .!?")
        if 0 < len(rest) <= _LONGEST_REMAINDER and (not best or len(remainder) < len(best)):
            best = remainder
    return best


def _shared(words: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(words, others, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(words), len(others)))


def _one_meaning(found: dict[str, object], tool: Tool, asked: Collection[str]) -> dict[str, object]:
    """Without a name or a free text that only repeats what another parameter holds."""
    sure = [p.name for p in tool.parameters if p.name in found and p.kind not in ("name", "text")]
    if not sure or not asked:
        return found
    weak = {p.name for p in tool.parameters if p.kind == "text" and p.name not in _REASONS}
    return {name: value for name, value in found.items() if name not in weak or name in asked}
