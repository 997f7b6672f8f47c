"""Days and times as people say them -> a day, a time, a part of the day. Given the clock, pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import dateparser

from bot.providers.local.numbers import in_numerals

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_ORDINALS = {
    word: i
    for i, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
} | {"thirtieth": 30}
_PARTS = {
    "morning": "morning",
    "first thing": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "tonight": "evening",
    "after work": "evening",
    "lunchtime": "lunch",
    "lunch": "lunch",
}
_HALF_DAY = r"(?P<half>[ap])\.?\s?m\b\.?"
_CLOCKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bhalf past (?P<hour>\d{1,2})(?P<minute>(?<=\d))",
        r"\b(?:a )?quarter past (?P<hour>\d{1,2})(?P<quarter>)",
        r"\b(?:a )?quarter to (?P<hour>\d{1,2})(?P<before>)",
        r"\b(?P<past>\d{1,2}) (?:minutes )?past (?P<hour>\d{1,2})\b",
        r"\b(?P<to>5|10|20|25) to (?P<hour>\d{1,2})\b",
        rf"\b(?P<hour>\d{{1,2}})[:.,h ]?(?P<minutes>[0-5]\d)\s*{_HALF_DAY}",
        rf"\b(?P<hour>\d{{1,2}})\s*{_HALF_DAY}",
        r"\b(?P<hour>\d{1,2})[:.](?P<minutes>[0-5]\d)\b(?!\.\d)",
        r"\b(?P<hour>\d{1,2})(?:\s|-)(?P<minutes>[0-5]\d)\b(?!\s?\d)(?<!\d \d\d \d\d)",
        r"\b(?P<hour>\d{1,2}) (?:0|o|oh) (?P<minutes>\d)\b(?!\s?\d)",
        r"\b(?P<hour>\d{1,2})\s*o.?clock",
        r"\b(?P<hour>\d{1,2}) in the (?:morning|afternoon|evening)\b",
        r"\b(?:at|around|about|by|after|before|past|from|until|till|since|between|and) "
        r"(?P<hour>\d{1,2})\b(?!\s?(?:\d|[a-z]{2,} (?:ago)|days?|weeks?|people|st|nd|rd|th))",
    )
)
_ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBER_WORD_GAP = re.compile(r"(?<=\d)\s?-\s?(?=\d)")
_QUALIFIER = re.compile(
    r"\b(after|before|from|until|till|by|later than|earlier than)\s+(?:about )?$"
)
_QUALIFIED_AS = {
    "from": "after", "later than": "after",
    "until": "before", "till": "before", "by": "before", "earlier than": "before",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """What was said of a day and of a time; None and "" where nothing was."""

    day: date | None = None
    weeks: str = ""
    """"this week" or "next week", when no day was said."""
    at: time | None = None
    part: str = ""
    """"morning", "lunch", "afternoon" or "evening"."""
    limit: str = ""
    """"after" or "before" the time."""
    until: time | None = None
    """The end of "between two and four"."""

    @property
    def day_words(self) -> str:
        """ISO date, or "next week", or ""."""
        return self.day.isoformat() if self.day else self.weeks

    @property
    def time_words(self) -> str:
        """ "10:30", "after 15:00", "between 14:00 and 16:00", "morning", or ""."""
        if self.at and self.until:
            return f"between {self.at:%H:%M} and {self.until:%H:%M}"
        return f"{self.limit} {self.at:%H:%M}".strip() if self.at else self.part

    @property
    def start(self) -> datetime | None:
        """Day and time together, when both were said exactly."""
        exact = self.day and self.at and not self.limit and not self.until
        return datetime.combine(self.day, self.at) if exact and self.day and self.at else None


def moment_in(text: str, now: datetime) -> Moment:
    """The last day and the last time said in the text: a later one corrects an earlier one."""
    plain = _plain(text)
    part = next((part for words, part in _PARTS.items() if re.search(rf"\b{words}\b", plain)), "")
    times, limit, rest = _times_in(plain, part)
    day = _day_in(rest, now)
    weeks = re.search(r"\b(this|next) week\b", plain)
    span = len(times) > 1 and re.search(r"\b(between|from)\b", plain)
    return Moment(
        day=day,
        weeks=weeks[0] if weeks and not day else "",
        at=times[-2] if span else times[-1] if times else None,
        part="" if times else part,
        limit="" if span else limit,
        until=times[-1] if span else None,
    )


def hour_in(text: str) -> int | None:
    """A bare hour from 1 to 12: "nine works"; for choosing among times that were offered."""
    found = re.search(r"\b(1[0-2]|[1-9])\b(?!\s?(?:st|nd|rd|th)\b)", _plain(text))
    return int(found[1]) if found else None


def _plain(text: str) -> str:
    text = re.sub(r"[’']", "'", text.lower())
    text = re.sub(r"\b(twenty|thirty)[ -](\w+)\b", _tens_ordinal, text)
    text = re.sub(r"\b(?:noon|midday|mid day)\b", "12 p.m.", text)
    text = re.sub(r"\btomorow\b|\btmrw\b", "tomorrow", text)
    text = re.sub(
        r"\bthe (\w+)(?= of| at\b| please|[.,!?]|$)(?! one)",
        lambda m: f"the {_ORDINALS[m[1]]}th" if m[1] in _ORDINALS else m[0],
        text,
    )
    month_day = rf"\b({_MONTHS}) (?:the )?(\w+)\b"
    text = re.sub(
        month_day,
        lambda m: f"{m[1]} {_ORDINALS[m[2]]}th" if m[2] in _ORDINALS else m[0],
        text,
    )
    text = re.sub(r"\bthe (\w+) of\b", _ordinal_of, text)
    return " ".join(in_numerals(re.sub(r"(?<=[a-z]),(?=\s)", "", text)).split())


def _tens_ordinal(match: re.Match[str]) -> str:
    unit = _ORDINALS.get(match[2], 0)
    tens = {"twenty": 20, "thirty": 30}[match[1]]
    return f"{tens + unit}th" if 0 < unit < 10 else match[0]


def _ordinal_of(match: re.Match[str]) -> str:
    return f"the {_ORDINALS[match[1]]}th of" if match[1] in _ORDINALS else match[0]


def _times_in(text: str, part: str) -> tuple[list[time], str, str]:
    """Times in the order said, "after" or "before" the last one, and the text without them."""
    text = text if _ISO_DATE.search(text) else _NUMBER_WORD_GAP.sub(" ", text)
    dates = {match.span() for match in _ISO_DATE.finditer(text)}
    found: list[tuple[int, time, str]] = []
    masked = _blank(text, dates)
    for clock in _CLOCKS:
        while match := clock.search(masked):
            at = _clock(match, part)
            qualifier = _QUALIFIER.search(masked[: match.start()])
            lead = re.match(r"after|before|from|until|till|by", match[0])
            limit = qualifier[1] if qualifier else lead[0] if lead else ""
            if at:
                found.append((match.start(), at, _QUALIFIED_AS.get(limit, limit)))
            text = _blank(text, {match.span()})
            masked = _blank(masked, {match.span()})
    found.sort(key=lambda said: said[0])
    return [at for _, at, _ in found], found[-1][2] if found else "", text.replace("_", " ")


def _blank(text: str, spans: set[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "_" * (end - start) + text[end:]
    return text


def _clock(match: re.Match[str], part: str) -> time | None:
    said = match.groupdict()
    hour, minute = int(said["hour"]), int(said.get("minutes") or 0)
    if match[0].startswith("half"):
        minute = 30
    elif "quarter past" in match[0]:
        minute = 15
    elif "quarter to" in match[0]:
        hour, minute = hour - 1 or 12, 45
    elif said.get("past"):
        minute = int(said["past"])
    elif said.get("to"):
        hour, minute = hour - 1 or 12, 60 - int(said["to"])
    if said.get("half"):
        hour = hour % 12 + (12 if said["half"] == "p" else 0)
    elif hour < 12 and part in ("afternoon", "evening"):
        hour += 12
    elif 0 < hour < 7 and part != "morning":
        hour += 12  # nobody means three in the night
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day_in(text: str, now: datetime) -> date | None:
    found = [*_weekdays(text, now), *_relative(text, now), *_dates(text, now)]
    return max(found)[1] if found else None


def _weekdays(text: str, now: datetime) -> list[tuple[int, date]]:
    """ "Tuesday" is the coming one; "next Tuesday" is the one of next calendar week."""
    found: list[tuple[int, date]] = []
    pattern = rf"\b(?P<lead>next |this |a week (?:on|from) )?(?P<day>{'|'.join(_WEEKDAYS)})s?\b"
    for match in re.finditer(pattern + r"(?P<after> next week| week)?", text):
        weekday = _WEEKDAYS.index(match["day"])
        ahead = (weekday - now.weekday()) % 7 or (7 if match["lead"] == "next " else 0)
        if match["lead"] == "next " or (match["after"] or "").strip() == "next week":
            ahead = weekday - now.weekday() + 7
        elif (match["lead"] or "").startswith("a week") or match["after"]:
            ahead += 7
        found.append((match.start(), now.date() + timedelta(days=ahead)))
    return found


def _relative(text: str, now: datetime) -> list[tuple[int, date]]:
    found: list[tuple[int, date]] = []
    pattern = r"\bday after tomorrow\b|(?<!after )\btomorrow\b|\btoday\b|\btonight\b"
    ahead = {"day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0}
    for match in re.finditer(pattern, text):
        found.append((match.start(), now.date() + timedelta(days=ahead[match[0]])))
    for match in re.finditer(
        r"\bin (?P<n>an?|\d+) (?P<unit>day|week)s?\b|\ba week from now\b", text
    ):
        count = int(match["n"]) if (match["n"] or "a").isdigit() else 1
        days = count * (1 if match["unit"] == "day" else 7)
        found.append((match.start(), now.date() + timedelta(days=days)))
    return found


def _dates(text: str, now: datetime) -> list[tuple[int, date]]:
    number = r"(?:3[01]|[12]\d|0?[1-9])"
    nth = rf"{number}(?:st|nd|rd|th)"
    pattern = (
        rf"\b\d{{4}}-\d\d-\d\d\b|\b(?:{_MONTHS})\.? (?:the )?{number}(?:st|nd|rd|th)?\b"
        rf"|\b{number}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b|\b{nth}(?! one)\b"
    )
    found: list[tuple[int, date]] = []
    for match in re.finditer(pattern, text):
        day = _looked_up(re.sub(r"\b(?:the|of)\b", "", match[0]), now)
        if day:
            found.append((match.start(), day))
    return found


def _looked_up(words: str, now: datetime) -> date | None:
    """The date of "24th" or "november 24", today's or the next to come."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words.strip()):
        try:
            return date.fromisoformat(words.strip())
        except ValueError:
            return None
    if nth := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", words.strip()):
        return _next_of_month(int(nth[1]), now.date())
    midnight = datetime.combine(now.date(), time.min)
    settings = {"RELATIVE_BASE": midnight, "PREFER_DATES_FROM": "future"}
    found = dateparser.parse(" ".join(words.split()), languages=["en"], settings=settings)
    if found is None:
        return None
    same_day = (found.month, found.day) == (now.month, now.day)
    return now.date() if same_day else found.date()


def _next_of_month(day: int, today: date) -> date | None:
    for ahead in range(62):
        candidate = today + timedelta(days=ahead)
        if candidate.day == day:
            return candidate
    return None
