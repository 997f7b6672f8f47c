"""Whether the caller said yes, to what, and in whose words: from the conversation alone.

A model's word for it does not count, nor does anything a tool returned: only what the STT wrote
down (the messages of the user) and what the caller heard of Echo (those of the assistant) do.
English and Spanish, whichever the call is in: both may be spoken in one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.tools import consent_es as spanish

Group = frozenset[str]
"""Ways to say one part of a value: any of them will do."""

_LEADS_TO_YES = re.compile(r"\bno,? (?:problem|worries|objections?)\b|\bwhy not\b|\bdon'?t mind\b")
_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|yah|ya|yea|aye|sure|ok|okay|okey|correct|right|exactly|absolutely"
    r"|definitely|certainly|of course|please|go ahead|go for it|do (?:it|that|so)|sounds"
    r"|(?:book|cancel|return|start) (?:it|that)|perfect|great|fine|good|confirm(?:ed)?|i do"
    r"|uh huh|mm+ hmm*|mhm|that works|works for me|affirmative|by all means|alright|all right)\b"
)
_NOT_YES = re.compile(
    r"\b(?:no|nope|nah|nay|not|never|nothing|none|neither|without|but|except|unless|if|or|instead"
    r"|rather|actually|wait|hold|hang|stop|later|maybe|perhaps|possibly|wrong|incorrect|negative"
    r"|forget|skip|leave|changed?|other|another|different|else|question|what|when|where|why|how"
    r"|who|which|can|could|should|\w+n't|dont|wont|cant|isnt)\b"
)
_AROUND = (
    "um uh er hm mm mhm oh ah well so and then yes yeah yep yup yah ya yea aye sure ok okay okey "
    "correct right exactly absolutely definitely certainly of course please go ahead for it do "
    "that that's it's is this sounds sound good great fine perfect confirm confirmed confirming i "
    "i'd i'm huh hmm works work me affirmative by all means alright lovely wonderful excellent "
    "brilliant thanks thank you very much on at in the a would be will like to want now just my "
    "let's let us ma'am sir echo you're your one yours agree agreed happy with totally indeed quite"
)
_AROUND_A_YES = frozenset(_AROUND.split())
_ASSENT = re.compile(
    r"\b(?:right|correct|ok|okay|ahead|confirm|proceed|do (?:that|it)" rf"|{spanish.ASSENT})\b"
)
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

_PERSON = (
    r"(?:person|human(?: being)?|people|agent|representative|operator|someone|somebody|manager"
    r"|supervisor|colleague|receptionist|staff|employee|advisor|boss)"
)
_WANTS_PERSON = re.compile(
    r"\b(?:talk|speak|connect|put|transfer|pass|get|give|want|need|let|reach|rather|prefer|bring"
    rf"|forward|chat|hand|word)\b(?: \S+){{0,7}}? {_PERSON}\b"
    rf"|^(?:(?:a|an|the|real|live|human|um|uh|please|yes|no) )*{_PERSON}(?: please)?$"
)
_NO_PERSON = re.compile(
    rf"\b(?:not|never|no|\w+n't|dont|without)\b(?: \S+){{0,5}}? {_PERSON}\b|\bare you\b"
)
_LATEST_TURNS = 2


@dataclass(frozen=True, slots=True)
class Exchange:
    """The end of a conversation, as both heard it."""

    turns: int = 0
    """How often the caller has spoken: within one turn it stays the same."""
    question: str = ""
    """What the caller heard between their last turn and the one before it."""
    reply: str = ""
    """The caller's last turn."""
    said: tuple[str, ...] = ()
    """All of the caller's turns."""


@dataclass(frozen=True, slots=True)
class Readback:
    """What a yes is for: words for the deed, and for each value that goes with it."""

    deed: re.Pattern[str]
    values: tuple[Group, ...] = ()


RETURN = re.compile(rf"\b(?:return|refund|send(?:ing)? .*back|{spanish.DEED_RETURN})", re.I)
BOOKING = re.compile(rf"\b(?:book|reserve|{spanish.DEED_BOOKING})", re.I)
CANCELLATION = re.compile(rf"\b(?:cancel|{spanish.DEED_CANCELLATION})", re.I)
HANDOVER = re.compile(rf"\b(?:connect|transfer|hand|put|{_PERSON}|{spanish.DEED_HANDOVER})\b", re.I)


def exchange(messages: Sequence[object]) -> Exchange:
    """How a context's messages end; what is neither the caller's nor Echo's is passed over."""
    stretches: list[tuple[str, list[str]]] = []
    turns = 0
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") not in ("user", "assistant"):
            continue
        role, words = str(message.get("role")), text_of(message.get("content"))
        turns += role == "user"
        if words and stretches and stretches[-1][0] == role:
            stretches[-1][1].append(words)
        elif words:
            stretches.append((role, [words]))
    said = [(role, " ".join(parts)) for role, parts in stretches]
    last = max((at for at, (role, _) in enumerate(said) if role == "user"), default=-1)
    return Exchange(
        turns=turns,
        question=said[last - 1][1] if last > 0 else "",
        reply=said[last][1] if last >= 0 else "",
        said=tuple(words for role, words in said if role == "user"),
    )


def text_of(content: object) -> str:
    """The words of a message's content; "" when there are none."""
    match content:
        case str():
            return content
        case [*parts]:
            return " ".join(
                str(part["text"]) for part in parts if isinstance(part, Mapping) and "text" in part
            )
        case _:
            return ""


def is_yes(text: str, question: str = "") -> bool:
    """Whether it is an explicit yes and nothing but that.

    A question, a condition, a no anywhere, or a word that is neither usual beside a yes nor from
    the question makes it something else: "yes, at three" to "At two?" is none.
    """
    words = _LEADS_TO_YES.sub("sure", text.lower().replace("’", "'"))
    words = spanish.LEADS_TO_YES.sub("claro", words)
    plain = _plain(words)
    if "?" in words or _NOT_YES.search(plain):
        return False
    if spanish.is_yes(words, question):
        return True
    if not _YES.search(plain):
        return False
    return set(plain.split()) <= _AROUND_A_YES | set(_plain(question).split())


def wants_person(said: Sequence[str]) -> bool:
    """Whether the caller's own words ask for a person, in the last turns and not taken back."""
    latest = said[-_LATEST_TURNS:]
    asked = [at for at, words in enumerate(latest) if _asks_for_person(_plain(words))]
    if not asked:
        return False
    since = latest[asked[-1] :]
    if any(_takes_back(clause) for words in since for clause in re.split(r"[.,;!?]", words)):
        return False
    return len(since) == 1 or not _NOT_YES.search(_plain(latest[-1]))


def _asks_for_person(words: str) -> bool:
    return bool(_WANTS_PERSON.search(words)) or spanish.asks_for_person(words)


def _takes_back(clause: str) -> bool:
    return bool(_NO_PERSON.search(_plain(clause))) or spanish.takes_person_back(clause)


def agreed(readback: Readback, last: Exchange) -> bool:
    """Whether the caller's last turn is a yes to this read-back.

    That is: the last question they heard was for this deed, they said yes and no more, and each
    value was heard in it or named by the caller.
    """
    return (
        _asked(readback.deed, last.question)
        and is_yes(last.reply, last.question)
        and all(_named(value, (last.question, *last.said)) for value in readback.values)
    )


def _asked(deed: re.Pattern[str], heard: str) -> bool:
    if not deed.search(heard):
        return False
    questions = re.findall(r"[^.?!]*\?", heard)
    return not questions or bool(deed.search(questions[-1]) or _ASSENT.search(questions[-1]))


def number(value: int) -> tuple[Group, ...]:
    """An order's number, digit by digit or at once."""
    return (frozenset({str(value)}),)


def person(name: str) -> tuple[Group, ...]:
    """Each of the names of a person, in any order."""
    return tuple(frozenset({word}) for word in _plain(name).split())


def moment(value: datetime, today: datetime) -> tuple[Group, ...]:
    """A day and a time of day, in the clinic's ways to say them."""
    days = {f"{value:%A}".lower(), f"{value.day}", f"{value:%Y-%m-%d}", *_ordinals(value.day)}
    near = {0: "today", 1: "tomorrow"}.get((value.date() - today.date()).days)
    days |= spanish.days(value, today)
    return frozenset({*days, near} if near else days), frozenset(
        _clock(value) | spanish.clock(value)
    )


def _ordinals(day: int) -> Iterable[str]:
    return (f"{day}{ending}" for ending in ("st", "nd", "rd", "th"))


def _clock(value: datetime) -> set[str]:
    hours = {value.hour, value.hour % 12 or 12}
    if value.minute == 0:
        words = {_NUMBERS[hour] for hour in hours if hour < len(_NUMBERS)}
        noon = {"noon", "midday"} if value.hour == 12 else set[str]()
        return noon | words | {f"{hour}{end}" for hour in hours for end in ("", ":00", "am", "pm")}
    minutes = _TENS.get(value.minute, "")
    fractions = {30: "half past", 15: "quarter past", 45: "quarter to"}
    before = 1 if value.minute == 45 else 0
    said = {f"{hour}{mark}{value.minute:02}" for hour in hours for mark in (":", ".", " ", "")}
    for hour in hours:
        named = _NUMBERS[hour] if hour < len(_NUMBERS) else ""
        said |= {f"{named} {minutes}"} if minutes and named else set()
        later = (hour + before) % 12 or 12
        if fraction := fractions.get(value.minute):
            said |= {f"{fraction} {later}", f"{fraction} {_NUMBERS[later]}"}
    return said


def _named(value: Group, texts: Iterable[str]) -> bool:
    return any(f" {way} " in _searched(text) for text in texts for way in value)


def _searched(text: str) -> str:
    """The text in plain words, and again with its digits joined: "one oh 3 8" -> "1038"."""
    plain = _plain(text)
    digits = re.sub(r"[a-z']+", lambda word: _DIGITS.get(word[0], word[0]), plain)
    joined = re.sub(r"(?<=\d) (?=\d)", "", digits)
    return f" {plain} {joined} "


def _plain(text: str) -> str:
    """Lower case, words and clock times, one space between."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"[^\w':.]+|[.:'](?!\w)|(?<!\w)[.:']", " ", text)
    return " ".join(text.split())
