"""What the words so far say about whether more is to come, whoever wrote them down.

Marks at the end are not looked at: recognisers set a full stop at every pause. English only; words
of another language are taken for plain, and then the voice alone decides.
"""

import re
from enum import Enum, auto

from processors.cards import NUMBER


class Looks(Enum):
    """How a turn's words look at their end."""

    OPEN = auto()
    """They cannot end so: "my order number is", "and", "um"."""
    GROWING = auto()
    """A number, an address, letters or a date that may be longer."""
    LOOSE = auto()
    """They may end so, and often do not: "an appointment", "on Friday"."""
    PLAIN = auto()
    """They may end so."""
    WHOLE = auto()
    """A number or an address that is as long as such things are."""
    ANSWER = auto()
    """A lone yes, no or okay: nobody waits for more."""


def looks(text: str) -> Looks:
    """How the words of a turn so far look."""
    if text.rstrip(" .").endswith(NUMBER):
        return Looks.GROWING
    words = re.sub(r"[^\w\s@.'-]|[.-]+(?=\s|$)", " ", text.lower()).split()
    if not words:
        return Looks.OPEN
    if "-".join(words) in _ANSWERS:
        return Looks.ANSWER
    last = words[-1].strip("-'")
    if last in _FILLERS:
        return Looks.OPEN
    return (
        _number(words)
        or _address(words)
        or _letters(words)
        or _date(words)
        or _lead(words)
        or Looks.PLAIN
    )


_ANSWERS = frozenset(
    """yes no yeah yep nope okay ok sure right correct exactly thanks bye goodbye yes-please
    no-thanks no-thank-you thank-you that's-right that-is-right yes-that's-right that's-correct
    yes-that-is-right sounds-good go-ahead of-course yes-it-is no-it-isn't yes-i-do
    no-i-don't""".split()  # noqa: SIM905
)
_FILLERS = frozenset("um uh uhm umm erm er hmm hm well so like actually basically".split())  # noqa: SIM905
_LEADING = frozenset(
    """a an the my your our their every another
    and or but because if when while since than then as though although unless until
    to of in on at for from with by about into onto over under between through without
    is are was were am be been it's i'm he's she's they're we're you're isn't aren't
    i we they he she who which whose what's where's
    can could would should will shall may might must
    has have had having i'd i'll i've we'd we'll you'd want wanna need gonna
    very really quite too not mr mrs ms dr""".split()  # noqa: SIM905
)
"""Words that lead to another: articles, prepositions, conjunctions, auxiliaries, subjects."""
_STRANDED = frozenset(
    "to in on at for from with by about into over under is are was were have has".split()  # noqa: SIM905
)
"""They may end a question: "who am I talking to?"."""
_LEAD_INS = (
    *("can you", "could you", "would you", "will you", "do you", "if you", "that you"),
    *("would like", "i was wondering", "wondering if", "let me", "you know", "i mean", "kind of"),
    *("looking for", "calling because", "don't think", "hold on", "hang on", "let's see"),
    *("my name", "my email", "my e-mail", "i think", "spelled", "my number", "the number"),
)
_LOOSE = frozenset(
    """appointment refund tomorrow today morning afternoon evening week
    monday tuesday wednesday thursday friday saturday sunday""".split()  # noqa: SIM905
)
_WH = frozenset(("who", "what", "what's", "where", "where's", "which", "whose", "how"))
_ASKING = frozenset(
    """what what's when where where's how who which is are do does did can could will would
    please cancel""".split()  # noqa: SIM905
)
"""A question or a wish that begins so is as long as it sounds."""
_STORY = re.compile(
    r"^(i|we|it|my \w+|there)('ve| have| has)? "
    r"(been|arrived|ordered|bought|got|received|called|was)\b"
)
"""Who tells what happened has more to tell."""
_INTRODUCED = re.compile(r"^(my name is|that's|it's|this is|i'm) \w+$")
"""A name is often spelled after it."""
_CALLED_BY_NUMBER = ("phone", "call", "reach", "mobile", "cell", "telephone", "dial")
_ORDER_DIGITS = (4,)
_PHONE_DIGITS = (7, 10, 11)
_SPOKEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TIMELY = frozenset(("at", "past", "till", "until", "around", "before", "after"))
_IS = frozenset(("is", "it's", "number", "order"))
_ENDINGS = frozenset(("com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "eu", "us"))
_MONTHS = frozenset(
    """january february march april june july august september october november december
    jan feb mar apr jun jul aug sept sep oct nov dec""".split()  # noqa: SIM905
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
)
_ORDINAL = re.compile(
    r"\d{1,2}(st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|eleventh|twelfth|\w+teenth|twentieth|thirtieth"
)
_NUMBERED = re.compile(r"\d[\d.-]*")
_ADDRESS_DUE = re.compile(r"\be-?mail( address)? is\b|\bwrite to\b|\bmail me at\b")
_NAME_LETTERS = 5
"""Most names are at least as long."""


def _ends_with(words: list[str], phrases: tuple[str, ...]) -> bool:
    end = " ".join(words[-2:])
    return any(end == phrase or end.endswith(f" {phrase}") for phrase in phrases)


def _lead(words: list[str]) -> Looks | None:
    if words[-1] in _STRANDED and words[0] in _WH:
        return Looks.PLAIN
    if words[-1] in _LEADING or _ends_with(words, _LEAD_INS):
        return Looks.OPEN
    said = " ".join(words)
    tells = words[0] not in (*_ASKING, "good") and words[-1] in _LOOSE
    loose = tells or _STORY.search(said) or _INTRODUCED.search(said)
    return Looks.LOOSE if loose else None


def _number(words: list[str]) -> Looks | None:
    """A run of digits at the end; one or two digits are a time or a count as often."""
    digits, count = _digits_at_end(words)
    if not digits:
        return None
    before = words[: len(words) - count]
    last = before[-1] if before else ""
    if last in _MONTHS or (digits <= 2 and last in _TIMELY):
        return Looks.PLAIN
    if words[-1] == "one" and count == 1 and last not in _IS:
        return None  # "the right one"
    by_phone = any(word in before for word in _CALLED_BY_NUMBER)
    whole = _PHONE_DIGITS if by_phone else (*_ORDER_DIGITS, *_PHONE_DIGITS)
    return Looks.WHOLE if digits in whole else Looks.GROWING


def _digits_at_end(words: list[str]) -> tuple[int, int]:
    """How many digits the words end with, and how many words those are."""
    digits, count = 0, 0
    for word in reversed(words):
        if _NUMBERED.fullmatch(word):
            digits += sum(each.isdigit() for each in word)
        elif word in _TENS:  # "forty two" is two digits
            digits += 1 if digits % 2 else 2
        elif word in _TEENS:
            digits += 2
        elif word in _SPOKEN:
            digits += 1
        else:
            break
        count += 1
    return digits, count


def _address(words: list[str]) -> Looks | None:
    """An e-mail address, in signs or in words; one without its ending goes on."""
    recent = words[-8:]
    named = any(word in ("email", "e-mail", "mail", "write") for word in words)
    in_signs = any("@" in word for word in recent)
    dotted = any(word == "dot" or re.fullmatch(r"\w+(\.\w+)+", word) for word in recent)
    if not (named or in_signs or dotted):
        return None
    ending = re.split(r"[.\s]", words[-1])[-1]
    told = in_signs or "at" in recent
    if ending in _ENDINGS and told:
        return Looks.WHOLE
    if named and not in_signs and not dotted and not _ADDRESS_DUE.search(" ".join(words)):
        return None
    return Looks.GROWING


def _letters(words: list[str]) -> Looks | None:
    """Letters being spelled; a word that was said before, spelled to its end, is whole."""
    letters = ""
    for word in reversed(words):
        if not re.fullmatch(r"[a-z](-[a-z])*", word):
            break
        letters = word.replace("-", "") + letters
    if len(letters) < 2 and not (len(letters) == 1 and letters not in "ai"):
        return None
    if letters in words:
        return Looks.WHOLE
    return Looks.LOOSE if len(letters) >= _NAME_LETTERS else Looks.GROWING


def _date(words: list[str]) -> Looks | None:
    last = words[-1]
    if _ORDINAL.fullmatch(last):
        recent = words[-4:-1]
        return None if any(word in _MONTHS for word in recent) else Looks.GROWING
    if last in _MONTHS or (last == "may" and words[-2:-1] in (["in"], ["by"], ["of"])):
        dated = any(_ORDINAL.fullmatch(word) or word.isdigit() for word in words[-4:-1])
        return Looks.PLAIN if dated else Looks.GROWING
    alone = last in _DAYS and len(words) <= 2  # "on Friday": which?
    return Looks.GROWING if alone or last in ("next", "half", "quarter", "past") else None
