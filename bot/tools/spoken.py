"""Values -> sentences for the ear, and the four ways in which a tool answers.

A tool's result has exactly one of `say`, `ask`, `confirm` and `error`, a sentence each, and plain
facts beside it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

Answer = dict[str, object]
"""What a tool gives to `params.result_callback`."""


def say(sentence: str, **facts: object) -> Answer:
    """An answer, fit to be spoken."""
    return {"say": sentence, **facts}


def ask(question: str, **facts: object) -> Answer:
    """A question: something is missing, or could not be understood."""
    return {"ask": question, **facts}


def confirm(question: str, **facts: object) -> Answer:
    """What is about to be changed, read back; a yes calls the tool again with `confirmed=true`."""
    return {"confirm": question, **facts}


def error(sentence: str, **facts: object) -> Answer:
    """Why it cannot be done, in words the caller can hear."""
    return {"error": sentence, **facts}


def money(cents: int) -> str:
    """`$149`, or `$149.50` where there are cents."""
    dollars, rest = divmod(cents, 100)
    return f"${dollars:,}.{rest:02}" if rest else f"${dollars:,}"


def day(value: date, today: date | None = None) -> str:
    """`Tuesday, November 24th`; with `today`, "today" and "tomorrow" are said as well."""
    words = f"{value:%A, %B} {value.day}{_ordinal(value.day)}"
    match (value - today).days if today else None:
        case 0:
            return "today"
        case 1:
            return f"tomorrow, {words}"
        case -1:
            return "yesterday"
        case _:
            return words


def _ordinal(number: int) -> str:
    if 11 <= number % 100 <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def clock(value: time) -> str:
    """`10:30 AM`, `9 AM`, `noon`."""
    if (value.hour, value.minute) == (12, 0):
        return "noon"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes} {'AM' if value.hour < 12 else 'PM'}"


def moment(value: datetime) -> str:
    """`Tuesday, November 24th at 10:30 AM`."""
    return f"{day(value.date())} at {clock(value.time())}"


def listing(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
