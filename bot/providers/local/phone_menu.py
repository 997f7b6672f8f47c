"""Which keys get a call that we have placed through a phone menu, by what the call is for (pure).

English menus, in the two ways in which they are read out: "for sales, press one" and "press one for
sales, two for support". A choice is taken for the words that it has in common with the purpose, or
for words of the same matter; who finds none asks for a person, where the menu offers one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

WAIT = "w"
"""Presses nothing, and says nothing."""

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMED = {
    **{word: str(digit) for digit, word in enumerate(_DIGITS)},
    **dict.fromkeys(("star", "asterisk"), "*"),
    **dict.fromkeys(("pound", "hash"), "#"),
}
_KEY = rf"(?:the )?(?:number )?(?P<key>\d\b|[*#]|(?:{'|'.join(_NAMED)})\b)"
_ANY_KEY = _KEY.replace("?P<key>", "?:")
_SIGN = r"(?: (?:key|sign|button))?"
_PRESS = r"(?:press|dial|push|hit|select|choose|touch|enter)(?: or say)?"
_STARTS = r"\b(?:for|to|if|in order to)\b "
_ENDS = r"(?=\s*(?:[,.;?!]|$|\b(?:for|to|if|or|and|now)\b))"
_PRESSED = re.compile(rf"\b{_PRESS} {_KEY}")
_TOPIC_FIRST = re.compile(
    rf"(?:{_STARTS}|^)(?P<about>(?:(?!\b{_PRESS} )[^.;?!])*?),?\s*"
    rf"(?:(?:you (?:can|may) |please |just )*{_PRESS} )?{_KEY}{_SIGN}{_ENDS}"
)
_NEXT_KEY = rf"(?:or|and) (?:{_PRESS} )?{_ANY_KEY}"
_KEY_FIRST = re.compile(
    rf"(?:\b{_PRESS} |^\s*|[,;] (?:or |and )?|\bor |\band ){_KEY}{_SIGN}"
    rf" (?:for|to|if(?: you)?) (?P<about>[^,.;?!]*?)(?=[,.;?!]|$| {_NEXT_KEY})"
)
_NUMBER_WANTED = re.compile(
    r"\b(?:enter|key in|type|dial)\b(?: \w+){0,4} (?:number|extension|code)\b", re.I
)
_HASH_AFTER = re.compile(r"\b(?:followed by|then|end with)\b.{0,12}\b(?:pound|hash|#)", re.I)
_COURTESY = re.compile(
    r"\b(?:thanks?|thank you)(?: very much)? for \w+(?:ing)?(?: [a-z]+)?[,.]?", re.I
)
_MACHINE = re.compile(
    r"\bmenu\b|\boptions?\b|\bthank(?:s| you) for (?:calling|holding|your patience)\b|\bpara espa"
    r"|\byour call\b|\bcalls? (?:may|will|is|are)\b|\b(?:please|kindly) (?:hold|wait|stay|listen)\b"
    r"|\b(?:on the line|extension|next available|not a valid|invalid|party)\b"
    r"|\b(?:agents|representatives|operators) are\b|\b(?:touch ?tone|keypad|the beep|the tone)\b"
)
_HALF = re.compile(rf"^\W*(?:(?:for|to|if) \w+|{_PRESS}\b|.*\b{_PRESS} {_KEY})", re.I)
"""Half a choice: the rest was said in another breath, or not understood."""
_BEGUN = re.compile(
    rf"(?:^|[.,;]\s*)((?:for|to|if) (?:(?!\b{_PRESS} {_ANY_KEY})[^.,;?!])+(?:, {_PRESS})?|{_PRESS})"
    r"[\s.,;]*$",
    re.I,
)
"""What a choice begins with, at the end of what was understood, and no key yet."""
_SOUNDS_LIKE = {"won": "one", "to": "two", "too": "two", "for": "four", "ate": "eight"}
_MISHEARD = re.compile(rf"\b({_PRESS}),? ({'|'.join(_SOUNDS_LIKE)})(?=\s*(?:[.;?!]|$))", re.I)
"""A digit that the recogniser took for another word: behind it the sentence ends."""
_SOMEBODY = re.compile(
    r"\?|\b(?:hello|hi|speaking|this is|my name|good (?:morning|afternoon|evening)"
    r"|how (?:can|may) (?:i|we)|what can (?:i|we)|help you)\b"
)
_SAME = (
    "order package parcel delivery shipment shipping tracking track status purchase",
    "return refund exchange",
    "billing bill invoice payment pay account balance charge",
    "support technical help problem trouble issue repair service",
    "appointment booking book schedule reservation reschedule reception",
    "sale buy quote product",
    "hour location address direction open opening",
)
_PERSON = frozenset(
    {
        *("operator", "representative", "agent", "person", "someone", "somebody", "human"),
        *("receptionist", "associate", "advisor", "colleague", "staff"),
    }
)
_IDLE = (
    "a an the of for to in on with and or you your our my me i we is are be it this that about "
    "have has would like want wish need please speak talk ask get through call calling reach hear "
    "out more all other any find new existing current general information department team option "
    "line customer"
)
_EMPTY = frozenset(_IDLE.split())
_MATTERS = {word: frozenset(words.split()) for words in _SAME for word in words.split()}


@dataclass(frozen=True, slots=True)
class Choice:
    """A key, and the words that go with it."""

    key: str
    about: str


@dataclass(frozen=True, slots=True)
class Menu:
    """What a menu has offered since the last key was pressed."""

    offered: tuple[Choice, ...] = ()
    begun: bool = False
    """Whether a menu has been heard in this call."""
    half: str = ""
    """A choice whose key has not been said yet."""

    def heard(self, text: str, purpose: str) -> tuple["Menu", str]:
        """The menu with these words of it, and the keys to press; "" if somebody is to be spoken
        to, who is no menu."""
        text = _MISHEARD.sub(_as_digit, f"{self.half} {text}".strip())
        new = choices_in(text)
        begun = self.begun or bool(new) or _is_machine(text)
        menu = Menu((*self.offered, *new), begun, _half(text))
        if number := _number_wanted(text, purpose):
            return menu.after_keys(), number
        if new:
            key = _key(menu.offered, new, purpose)
            return (menu.after_keys(), key) if key else (menu, WAIT)
        if _is_machine(text) or (self.begun and not _SOMEBODY.search(text.lower())):
            return menu, WAIT
        return replace(self, half=""), ""

    def after_keys(self) -> "Menu":
        """Another menu follows."""
        return Menu((), begun=True)


def choices_in(text: str) -> tuple[Choice, ...]:
    """What can be pressed, in the order in which it was said."""
    text = " ".join(_COURTESY.sub(" ", text.lower()).split())
    if not _PRESSED.search(text):
        return ()
    found: list[Choice] = []
    for sentence in re.split(r"(?<=[.;?!])\s+", text):
        ends_with_key = re.search(rf"{_KEY}{_SIGN}(?: now)?[\s.,;?!]*$", sentence)
        key_first = not ends_with_key
        pattern = _KEY_FIRST if key_first else _TOPIC_FIRST
        found += [_choice(match) for match in pattern.finditer(sentence)]
    return tuple(choice for choice in found if _stems(choice.about))


def _half(text: str) -> str:
    """What follows the last key, if that begins a choice."""
    found = _BEGUN.search(text)
    return found[1] if found else ""


def _as_digit(misheard: re.Match[str]) -> str:
    return f"{misheard[1]} {_SOUNDS_LIKE[misheard[2].lower()]}"


def _choice(match: re.Match[str]) -> Choice:
    key = match["key"]
    return Choice(_NAMED.get(key, key), match["about"].strip(" ,"))


def _key(offered: Iterable[Choice], new: Iterable[Choice], purpose: str) -> str:
    """The key of what fits best; of several that fit as well, the first."""
    wanted = _stems(purpose)
    best = max(new, key=lambda choice: _likeness(_stems(choice.about), wanted))
    if _likeness(_stems(best.about), wanted):
        return best.key
    if not wanted:
        return ""
    for choice in (*new, *offered):
        if "english" in choice.about or (_PERSON & set(_stems(choice.about))):
            return choice.key
    return ""


def _likeness(about: frozenset[str], wanted: frozenset[str]) -> int:
    """Two for each word in common, one for a word of the same matter."""
    alike = {word for word in about if any(word in _MATTERS.get(each, ()) for each in wanted)}
    return 2 * len(about & wanted) + len(alike - wanted)


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z]+", text.lower())
    stems = {word if word in _MATTERS else word.removesuffix("s") for word in words}
    return frozenset(stem for stem in stems if stem not in _EMPTY)


def _number_wanted(text: str, purpose: str) -> str:
    """The purpose's own number, where one has to be keyed in: its longest."""
    wanted = _NUMBER_WANTED.search(text)
    numbers = re.findall(r"\d{3,}", purpose)
    if not wanted or not numbers:
        return ""
    return max(numbers, key=len) + ("#" if _HASH_AFTER.search(text) else "")


def _is_machine(text: str) -> bool:
    lower = text.lower()
    return bool(_MACHINE.search(lower) or _HALF.search(lower)) and not _SOMEBODY.search(lower)
