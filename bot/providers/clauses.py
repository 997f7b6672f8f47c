"""Text that arrives token by token, cut into clauses as soon as each can be spoken.

A clause is what a speaker says in one breath. The first one decides when the caller hears
something, so it may be as short as "Okay,"; the later ones are synthesised while the earlier ones
play, so they are left as long as prosody wants them.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from pipecat.services.tts_service import TTSService
from pipecat.utils.text.base_text_aggregator import Aggregation, BaseTextAggregator, TextType

_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_INSIDE_A_DATE = re.compile(rf"\b(?:{_WEEKDAY}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)$", re.I)
_DATE_PART = re.compile(rf"(?:{_MONTH}\b|\d|the$)", re.I)
_URL_OR_EMAIL = re.compile(r"(?:^|[\s(<])(?:\w+://|www\.|[\w.+-]+@)\S*$")
_CLOSERS = "\"')]}”’*_"
_ORPHANS = re.compile("[!?.,;:…" + re.escape(_CLOSERS) + "]*")
"""Left over at the front when a clause was released at its mark and more follows: `?` + `"`."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words("dr mr mrs ms prof st mt vs eg ie nos approx dept fig ext")
"""Abbreviations that always stand before another word: their period ends nothing."""
_SOMETIMES_LAST = _words(
    "inc ltd co corp etc jr sr ave blvd rd am pm us no jan feb mar apr jun jul aug sep sept oct nov"
    " dec mon tue tues wed thu thurs fri sat sun"
)
"""Abbreviations that may end a sentence: they do when a capital follows."""

_JOINS = _words("and but or so because which that who if when while as until unless then where")
"""A clause may begin with one of these without a mark before it."""
_LEADS = _words("for to on at in with from by after before during about by between")
"""A phrase may begin with one of these, when the clause is already long."""
_CLINGS = _words(
    "a an the my your our his her their its this these those and or but of to for from with by on"
    " in at as is are was be been not no very than about into each every until mr mrs ms dr"
)
"""Nobody draws breath after one of these."""


@dataclass(frozen=True, slots=True)
class WordsBefore:
    """How many words a clause must have before each kind of place may end it."""

    mark: int
    """A comma, colon, semicolon or dash."""
    join: int
    """In front of "and", "because", ..."""
    lead: int
    """In front of "for", "until", ..."""
    anywhere: int
    """Between any two words that do not cling to each other."""


_SILENT = WordsBefore(mark=1, join=5, lead=6, anywhere=10)
"""Nothing has been said yet: every token waited for is silence at the caller's ear."""
_SILENT_AND_FLUENT = WordsBefore(mark=1, join=3, lead=3, anywhere=4)
"""The same for a voice whose melody goes on from text to text: it takes a breath nowhere."""
_BARELY_SPEAKING = WordsBefore(mark=3, join=5, lead=6, anywhere=10)
"""Only "Okay," plays: under half a second in which the next clause must become ready."""
_SPEAKING = WordsBefore(mark=8, join=25, lead=30, anywhere=40)
"""Speech runs many times slower than tokens: whole sentences, unless they grow very long."""
_ENOUGH_WORDS = 6
"""About two seconds of speech: from here the next sentence is always ready in time."""


def _words_before(words_spoken: int, *, fluent: bool) -> WordsBefore:
    if words_spoken == 0:
        return _SILENT_AND_FLUENT if fluent else _SILENT
    return _BARELY_SPEAKING if words_spoken < _ENOUGH_WORDS else _SPEAKING


class _Undecided(Exception):
    """The text ends at a mark that only the next character can explain."""


class ClauseSplitter:
    """Feed it text as it arrives; it hands back each clause at the earliest sensible moment.

    Never cut: "1,042", "$1,299.50", "10:30", "a.m.", "Dr. Smith", "J. Smith", e-mail addresses,
    URLs, "Tuesday, November 24th, 2026". Clauses are trimmed; joined with spaces they are the text.

    fluent: the voice goes on from text to text as if they were one, so that the first may be short.
    """

    def __init__(self, words_spoken: int = 0, *, fluent: bool = False) -> None:
        self._held = ""
        self._fluent = fluent
        self._words_spoken = words_spoken

    @property
    def held(self) -> str:
        """The text that no clause has taken yet."""
        return self._held

    def feed(self, text: str) -> Iterator[str]:
        """The clauses that `text` completes. Consume all of them."""
        self._held += text
        while end := self._end():
            yield self._take(end)

    def flush(self) -> str:
        """The rest as one clause, "" if there is none; the splitter starts over."""
        rest = self._start().strip()
        self.reset()
        return rest

    def reset(self) -> None:
        self._held = ""
        self._words_spoken = 0

    def _end(self) -> int | None:
        least = _words_before(self._words_spoken, fluent=self._fluent)
        return _clause_end(self._start(), least)

    def _start(self) -> str:
        if self._words_spoken and (orphans := _ORPHANS.match(self._held)):
            self._held = self._held[orphans.end() :]
        return self._held

    def _take(self, end: int) -> str:
        clause, self._held = self._held[:end].strip(), self._held[end:]
        self._words_spoken += len(clause.split())
        return clause


def clauses(text: str, words_spoken: int = 0) -> list[str]:
    """All clauses of a text that is there at once, after `words_spoken` words of the same reply."""
    splitter = ClauseSplitter(words_spoken)
    found = list(splitter.feed(text))
    rest = splitter.flush()
    return [*found, rest] if rest else found


_MARK = re.compile(r"\n|[!?]+|\.{2,}|…|[.,;:—–]|(?<=\s)--?(?=\s)")


def _clause_end(text: str, least: WordsBefore) -> int | None:
    """Where the first clause of `text` ends, None if more text must come first."""
    try:
        for mark in _MARK.finditer(text):
            words = len(text[: mark.start()].split())
            if words and _ends_clause(text, mark, words, least):
                return _past_closers(text, mark.end())
    except _Undecided:
        return None
    return _breath(text, least)


def _ends_clause(text: str, mark: re.Match[str], words: int, least: WordsBefore) -> bool:
    before, after, sign = text[: mark.start()], text[mark.end() :], mark.group()
    if sign == "\n":
        return True
    if _URL_OR_EMAIL.search(before):
        if not after:
            raise _Undecided
        return after[0].isspace() and (sign[0] in "!?." or words >= least.mark)
    if sign[0] in "!?…" or sign.startswith(".."):
        return True
    if sign == ".":
        return _period_ends(before, after)
    return words >= least.mark and _pause_mark_ends(before, after, sign)


def _period_ends(before: str, after: str) -> bool:
    if not after:
        raise _Undecided
    if not (after[0].isspace() or after[0] in _CLOSERS):
        return False
    word = before.split()[-1].lstrip("(\"'“").lower()
    bare = word.replace(".", "")
    if bare in _NEVER_LAST or (len(bare) == 1 and bare.isalpha() and bare != "i"):
        return False
    if re.fullmatch(r"\s*\d{1,2}", before):  # "1. Open the box"
        return False
    if bare in _SOMETIMES_LAST:
        follower = after.lstrip()
        if not follower:
            raise _Undecided
        return follower[0].isupper()
    return True


def _pause_mark_ends(before: str, after: str, sign: str) -> bool:
    if not after and (before[-1].isdigit() or before.endswith(("http", "https"))):
        raise _Undecided  # "1,042" or "in 2026, we"
    if after and not (after[0].isspace() or after[0] in _CLOSERS) and sign not in "—–":
        return False
    if sign in ("–", "-", "--") and (before.rstrip()[-1].isdigit() or not before[-1].isspace()):
        return False  # "9 – 5", "Mon–Fri"
    return not (sign == "," and _INSIDE_A_DATE.search(before) and _date_goes_on(after))


def _date_goes_on(after: str) -> bool:
    follower = after.split(maxsplit=1)
    if not follower or after.lstrip() == follower[0]:  # it may still grow: "Nov" + "ember"
        raise _Undecided
    return bool(_DATE_PART.match(follower[0]))


def _past_closers(text: str, end: int) -> int:
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    return end


_WORD = re.compile(r"\S+(?=\s)")


def _breath(text: str, least: WordsBefore) -> int | None:
    """Where a speaker could draw breath in a run without marks."""
    if text.rstrip().endswith((".", ",", ":")):  # the next character decides about a mark
        return None
    words = list(_WORD.finditer(text))
    for count in range(least.join, len(words)):
        before, word = words[count - 1].group(), words[count].group().lower()
        enough = (
            (word in _JOINS)
            or (count >= least.lead and word in _LEADS)
            or (count >= least.anywhere)
        )
        if enough and not _cling(text[: words[count].start()], before, word):
            return words[count].start()
    return None


def _cling(so_far: str, before: str, after: str) -> bool:
    """Whether a breath between these two words would sound wrong."""
    return (
        before.lower() in _CLINGS
        or (before[-1].isdigit() and not after.isalpha())
        or after[0].isdigit()
        or any(so_far.count(opener) > so_far.count(closer) for opener, closer in ("()", "[]", "“”"))
        or any(so_far.count(quote) % 2 for quote in ('"', "**", "`"))
        or bool(_INSIDE_A_DATE.search(before))
    )


class ClauseAggregator(BaseTextAggregator):
    """A pipecat text aggregator that yields clauses; see `ByClause`."""

    def __init__(self, *, fluent: bool = False) -> None:
        super().__init__(aggregation_type=TextType.SENTENCE)
        self._splitter = ClauseSplitter(fluent=fluent)

    @property
    def text(self) -> Aggregation:
        return _clause(self._splitter.held.strip())

    async def aggregate(self, text: str) -> AsyncIterator[Aggregation]:
        for clause in self._splitter.feed(text):
            yield _clause(clause)

    async def flush(self) -> Aggregation | None:
        rest = self._splitter.flush()
        return _clause(rest) if rest else None

    async def handle_interruption(self) -> None:
        self._splitter.reset()

    async def reset(self) -> None:
        self._splitter.reset()


def _clause(text: str) -> Aggregation:
    return Aggregation(text=text, type=TextType.SENTENCE)


class ByClause(TTSService):
    """Makes any TTS service speak clause by clause: `class X(ByClause, CartesiaTTSService)`."""

    fluent = False
    """Whether its melody goes on from clause to clause, as within one context of a provider's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._text_aggregator = ClauseAggregator(fluent=self.fluent)
