"""Whether the caller said yes, to what, and in whose words: from the conversation alone.

A model's word for it does not count, nor does anything a tool returned: only what the STT wrote
down (the messages of the user) and what the caller heard of Echo (those of the assistant) do.
English and Spanish, whichever the call is in: both may be spoken in one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.tools import consent_es as spanish
from bot.tools.leave import asks_leave
from bot.tools.names import Person
from bot.tools.values import Value, understood
from bot.tools.wording import plain

_LEADS_TO_YES = re.compile(
    r"\bno,? (?:problem|worries|objections?)\b|\bwhy not\b|\bdon'?t mind\b"
    r"|\bi (?:already |just )?said yes\b"
)
_ALL_IS = re.compile(r"\b(?:all|everything)(?: is|'s)? (?=(?:correct|right|good|fine)\b)")
_ASKS_BACK = re.compile(
    r"^(?:(?:oh|well|so|um|uh|okay|ok|yes|yeah|and|hm+|huh) )*"
    r"(?:is (?:that|this|it)|are you|(?:would|will) (?:that|this|it|you|i)|do (?:i|you|we))\b"
)
"""A question, where nobody wrote a question mark: "is that right"."""
_SARCASM = re.compile(r"(?:(?:oh|well|ha+|um|uh|huh|hm+) )*(?:yeah|yah|ya|yea) right")
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
    "let's let us ma'am sir echo you're your one yours agree agreed happy with totally indeed "
    "quite thing me that'll ready"
)
_AROUND_A_YES = frozenset(_AROUND.split())
_PERSON = (
    r"(?:person|human(?: being)?|people|agent|representative|operator|someone|somebody|manager"
    r"|supervisor|colleague|receptionist|staff|employee|advisor|boss)"
)
_A_PERSON = (
    r"(?: (?:a|an|the|your|some|any|real|live|human|actual|to|see|reach|help|from|with)){0,4}"
    rf" {_PERSON}\b(?! (?:else|to (?!talk|speak|help)))"
)
_WANTS_PERSON = re.compile(
    r"\b(?:talk|speak|connect|transfer|chat|word"
    r"|(?:put|pass|hand|forward|get|give|bring|find) (?:me|us|this))\b"
    rf"(?: (?!my\b)\S+){{0,6}}? {_PERSON}\b(?! else)"
    rf"|\b(?:want|need|reach|rather|prefer|like|get (?:a|an|the|your|some)){_A_PERSON}"
    rf"|^(?:(?:a|an|the|real|live|human|um|uh|please|yes|no) )*{_PERSON}(?: please)?$"
)
"""Not "I want to give someone a lamp", nor "I have to talk to my boss"."""
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
    values: tuple[Value | Person, ...] = ()


RETURN = re.compile(rf"\b(?:return|refund|send(?:ing)? .*back|{spanish.DEED_RETURN})", re.I)
BOOKING = re.compile(rf"\b(?:book|reserve|{spanish.DEED_BOOKING})", re.I)
CANCELLATION = re.compile(rf"\b(?:cancel|{spanish.DEED_CANCELLATION})", re.I)
HANDOVER = re.compile(
    r"\b(?:(?:connect|transfer|put|hand|pass)(?:ting|ring|ing)? you"
    rf"|(?:talk|speak|get)(?:ing)?(?: \S+){{0,4}}? {_PERSON}"
    rf"|(?:do|would) you (?:like|want|rather|prefer)(?: \S+){{0,4}}? {_PERSON}"
    rf"|{spanish.DEED_HANDOVER})\b",
    re.I,
)


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
    words = _LEADS_TO_YES.sub("sure", _ALL_IS.sub("", text.lower().replace("’", "'")))
    words = spanish.LEADS_TO_YES.sub("claro", words)
    said = plain(words)
    if "?" in words or _NOT_YES.search(said) or _ASKS_BACK.search(said):
        return False
    if _SARCASM.fullmatch(said):
        return False
    if spanish.is_yes(words, question):
        return True
    if not _YES.search(said):
        return False
    return set(said.split()) <= _AROUND_A_YES | set(plain(question).split())


def wants_person(said: Sequence[str]) -> bool:
    """Whether the caller's own words ask for a person, in the last turns and not taken back."""
    latest = said[-_LATEST_TURNS:]
    asked = [at for at, words in enumerate(latest) if _asks_for_person(plain(words))]
    if not asked:
        return False
    since = latest[asked[-1] :]
    if any(_takes_back(clause) for words in since for clause in re.split(r"[.,;!?]", words)):
        return False
    return len(since) == 1 or not _NOT_YES.search(plain(latest[-1]))


def _asks_for_person(words: str) -> bool:
    return bool(_WANTS_PERSON.search(words)) or spanish.asks_for_person(words)


def _takes_back(clause: str) -> bool:
    return bool(_NO_PERSON.search(plain(clause))) or spanish.takes_person_back(clause)


def agreed(readback: Readback, last: Exchange) -> bool:
    """Whether the caller's last turn is a yes to this read-back.

    That is: the last question they heard was for this deed, they said yes and no more, and each
    value was heard in it or named by the caller.
    """
    return (
        asks_leave(readback.deed, last.question)
        and is_yes(last.reply, last.question)
        and not any(value.has_rival_in(last.reply) for value in readback.values)
        and understood(readback.values, last.question, last.said)
    )
