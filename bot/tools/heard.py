"""What was heard -> values: order numbers, e-mails, names, days and times, however they arrive.

A model passes on what people say ("#1042", "maria at example dot com", "next Tuesday, after 3 pm");
nothing here has a clock or does I/O.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import dateparser

_DIGITS = {
    word: str(value)
    for value, words in enumerate(
        ("zero oh o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
}
_HOURS = {**{w: int(d) for w, d in _DIGITS.items()}, "ten": 10, "eleven": 11, "twelve": 12}
_ORDINALS = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ANY = re.compile(r"\b(any|anytime|whenever|soonest|earliest|asap|as soon as possible|next free)\b")
_INTRODUCED = re.compile(r"^(?:my name is|the name is|it's|it is|this is|i'm|i am|for) ", re.I)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}:\d{2})\S*)?", re.IGNORECASE)
_BEFORE_TIMES = "at|after|past|since|before|until|till|by|around|about"
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap])\.?\s?m\b\.?"
    r"|\b(?P<hour24>\d{1,2})[:.](?P<minute24>[0-5]\d)\b"
    r"|\b(?P<oclock>\d{1,2})\s*o.?clock"
    rf"|\b(?:{_BEFORE_TIMES}|from|between|and|to)\s+"
    r"(?P<bare>\d{1,2})\b(?![:.]\d|\s*(?:[ap]\.?\s?m|o.?clock|days?|weeks?)\b)"
)
_AROUND_DAYS = re.compile(r"\b(?:early|late|in the|this|at|on|(?<!day )after|before|around)(?= |$)")
_PARTS_OF_DAY = {
    "morning": (time(0), time(12)),
    "first thing": (time(0), time(12)),
    "lunch": (time(12), time(14)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time.max),
    "tonight": (time(17), time.max),
}


@dataclass(frozen=True, slots=True)
class Days:
    """Days from the first to the last, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of day from `start` up to, but not at, `end`."""

    start: time = time.min
    end: time = time.max


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time, each None where nobody said it."""

    day: date | None
    at: time | None


def order_number(said: object) -> int | None:
    """The number that was said; None when there is none, more than one, or one too long."""
    text = re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", f"{said}".lower())
    text = re.sub(r"(?<=\d)\.0+\b", "", text)
    text = re.sub(r"\b(double|triple) (\w+)\b", _repeat, text)
    text = re.sub(r"\b[a-z]+\b", lambda word: _DIGITS.get(word[0], word[0]), text)
    numbers = re.findall(r"\d+(?:[ -]+\d+)*(?![a-z\d])", text)
    digits = re.sub(r"\D", "", numbers[0]) if len(numbers) == 1 else ""
    return int(digits) if 0 < len(digits) <= 9 else None


def _repeat(match: re.Match[str]) -> str:
    times = {"double": 2, "triple": 3}[match[1]]
    return " ".join([match[2]] * times)


def email(said: object) -> str | None:
    """The e-mail address in lower case; None when what was said is none."""
    text = f"{said}".lower().strip()
    for word, sign in (("at", "@"), ("dot", "."), ("underscore", "_"), ("dash|hyphen", "-")):
        text = re.sub(rf"\s+(?:{word})\s+", sign, text)
    text = re.sub(r"(?<=\b\w) (?=\w\b)", "", text)  # spelled: "m a r i a@..."
    text = re.sub(r"\s*([@._-])\s*", r"\1", text)
    found = _EMAIL.findall(text)
    return found[0].rstrip(".") if len(found) == 1 else None


def name(said: object) -> str | None:
    """A person's name, written as names are; None when what was said has no letters."""
    text = " ".join(f"{said or ''}".split()).strip(" .,!?")
    text = _INTRODUCED.sub("", text)
    if not re.search(r"[^\W\d_]", text):
        return None
    return (text.title() if text in (text.lower(), text.upper()) else text)[:80]


def yes(confirmed: object) -> bool:
    """Whether a model's `confirmed` means true: models write it as a string as well."""
    return confirmed is True or f"{confirmed}".strip().lower() in ("true", "yes")


def days(said: object, today: date) -> Days | None:
    """The day or days that were said; None when no day can be found in it.

    "" and "any day" mean today and everything after.
    """
    text = _plain(said)
    if not text or _ANY.search(text):
        return Days(today, date.max)
    if "week" in text and (week := _week(text, today)):
        return week
    day = _day(text, today)
    return Days(day, day) if day else None


def hours(said: object) -> Hours | None:
    """The part of a day that was said; None when no time can be found in it.

    "" and "any time" mean the whole day; a time alone means the hour from then on.
    """
    text = _plain(said)
    if not text or _ANY.search(text):
        return Hours()
    times = _times(text)
    if len(times) > 1 and re.search(r"\b(between|from|to|and)\b", text):
        return Hours(min(times), max(times))
    if times:
        return _hours_around(text, times[0])
    for words, (start, end) in _PARTS_OF_DAY.items():
        if words in text:
            return Hours(start, end)
    return None


def moment(said: object, today: date) -> Moment:
    """The day and the time that were said.

    A time is the clinic's own, so the offset a model may add to an ISO time is ignored.
    """
    text = _plain(said)
    if iso := _ISO.search(text):
        at = _times(iso[2])[0] if iso[2] and _times(iso[2]) else None
        return Moment(_iso_day(iso[1]), at)
    times = _times(text)
    return Moment(_day(text, today), times[0] if times else None)


def _plain(said: object) -> str:
    """Lower case, hours and ordinals as digits, "noon" as a time."""
    text = " ".join(f"{said or ''}".lower().replace(",", " ").split())
    text = re.sub(r"\b(?:noon|midday)\b", "12:00 pm", text)
    text = re.sub(r"\b(half|quarter) (past|to) (\w+)\b", _fraction, text)
    text = re.sub(r"\b()(\w+)(?= (?:o.?clock|[ap]\.?\s?m\b))", _hour_word, text)
    text = re.sub(rf"\b({_BEFORE_TIMES}) (\w+)\b", _hour_word, text)
    return re.sub(r"\b[a-z]+\b", lambda word: _ORDINALS.get(word[0], word[0]), text)


def _hour_word(match: re.Match[str]) -> str:
    hour = str(_HOURS.get(match[2], match[2]))
    return f"{match[1]} {hour}" if match[1] else hour


def _fraction(match: re.Match[str]) -> str:
    hour = _HOURS.get(match[3]) or (int(match[3]) if match[3].isdigit() else None)
    if hour is None:
        return match[0]
    minute = 30 if match[1] == "half" else 15 if match[2] == "past" else 45
    return f"at {(hour - 1 or 12) if match[2] == 'to' else hour}:{minute}"


def _times(text: str) -> list[time]:
    return [at for match in _CLOCK.finditer(text) if (at := _time(match)) is not None]


def _time(match: re.Match[str]) -> time | None:
    written = match["hour"] or match["hour24"] or match["oclock"] or match["bare"]
    minute = int(match["minute"] or match["minute24"] or 0)
    hour = int(written)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    elif hour < 7 and not written.startswith("0"):
        hour += 12  # nobody asks a clinic for 3 in the morning
    return time(hour, minute) if hour < 24 else None


def _hours_around(text: str, at: time) -> Hours:
    if re.search(r"\b(after|from|since|later)\b", text):
        return Hours(at, time.max)
    if re.search(r"\b(before|until|till|by|earlier)\b", text):
        return Hours(time.min, at)
    return Hours(at, at.replace(hour=at.hour + 1) if at.hour < 23 else time.max)


def _day(text: str, today: date) -> date | None:
    if iso := _ISO.search(text):
        return _iso_day(iso[1])
    text = _CLOCK.sub(" ", text)
    text = re.sub(
        r"\b(early|late|in the|this|at|on|(?<!day )after|before|around)(?= |$)", " ", text
    )
    text = re.sub(r"^(.+) from (?:today|now)\b", r"in \1", text.strip())
    for words in _PARTS_OF_DAY:
        text = text.replace(words, "today" if words == "tonight" else " ")
    text = " ".join(text.split())
    if weekday := re.fullmatch(rf"(next |coming )?({'|'.join(_WEEKDAYS)})", text):
        ahead = (_WEEKDAYS.index(weekday[2]) - today.weekday()) % 7
        return today + timedelta(days=ahead or (7 if weekday[1] else 0))
    return _looked_up(text, today)


def _week(text: str, today: date) -> Days | None:
    """This week, next week, a weekend, or a weekday of next week."""
    monday = today + timedelta(days=7 - today.weekday())
    if "weekend" in text:
        first = monday + timedelta(days=5 if "next" in text else -2)
        return Days(max(first, today), first + timedelta(days=1))
    if "next week" in text:
        for ahead, weekday in enumerate(_WEEKDAYS):
            if weekday in text:
                return Days(monday + timedelta(days=ahead), monday + timedelta(days=ahead))
        return Days(monday, monday + timedelta(days=6))
    return Days(today, monday - timedelta(days=1)) if "this week" in text else None


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _looked_up(text: str, today: date) -> date | None:
    if not text:
        return None
    base = datetime.combine(today, time(12))
    found = dateparser.parse(
        text,
        languages=["en"],
        # With a zone named, dateparser does not go looking for the machine's.
        settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "TIMEZONE": "UTC"},
    )
    if found is None:
        return None
    # "November 24th" on November 24th is this year's, not the next.
    same_day = (found.month, found.day) == (today.month, today.day)
    return today if same_day and str(found.year) not in text else found.date()


def warm() -> None:
    """Loads the language data of dateparser, a quarter of a second, before a caller waits."""
    for said in ("tomorrow", "november 24th", "in two days"):
        days(said, date(2026, 1, 5))
