"""Whether a caller's words tell of an emergency, by the words alone: no model is asked.

In doubt it is one. English here, Spanish in `emergency_es`: whoever is in danger falls back on
their own language, whatever the call is in. The phrases are in `emergency_words`.
"""

import re

from processors import emergency_es
from processors.emergency_words import (
    DANGER,
    EMERGENCY,
    EMERGENCY_IF_NOW,
    EMERGENCY_UNLESS_BUSINESS,
    IDIOM,
    SOMEBODY,
)
from processors.lexicon import Lexicon
from processors.said_over import plain


def is_emergency(text: str) -> bool:
    """Whether somebody's life, body or home is in danger as far as these words go."""
    said = _EXPECTED_NO.sub(" ", _written_out(_HESITATION.sub(" ", plain(text))))
    if _JEST.search(said):
        return False
    # "Help! Help!" says more than "help", "he's, he's not breathing" says it twice.
    ways = {said, _REPEATED.sub(r"\1", said)}
    return any(map(_ENGLISH.tells_of_one, ways)) or emergency_es.is_emergency(text)


def _written_out(said: str) -> str:
    """Without contractions, with or without their apostrophes: recognisers write both."""
    for short, long in _CONTRACTIONS:
        said = short.sub(long, said)
    return " ".join(said.split())


_CONTRACTIONS = [
    (re.compile(short), long)
    for short, long in (
        (r"\bcan ?'?t\b|\bcannot\b", "can not"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(is|are|was|were|do|does|did|has|have|had|could|would)n'?t\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (r"\b(he|she|it|there|that|someone|somebody|who)'?s\b", r"\1 is"),
        (r"\b(he|she|they|i|we|it)'ll\b|\b(they)ll\b", r"\1\2 will"),
        (r"(\w)'s (?=(?:not|been|got|gone|had|just|dead|blue|hurt|\w+ing|\w+ed)\b)", r"\1 is "),
        (
            r"(\w)'s (?=(?:on|in|at|under|inside|out|upside|stuck|full|so|really|having)\b)",
            r"\1 is ",
        ),
        (r"(\w)'s (?=unconscious\b)", r"\1 is "),
        (r"\b(we|they|you)'?re\b", r"\1 are"),
        (r"\b(i|we|they|you)'ve\b|\b(i|they)ve\b", r"\1\2 have"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bnine(?: |-)?(?:one|eleven)(?: |-)?(?:one)?\b|\b9 1 1\b", "911"),
    )
]
_HESITATION = re.compile(r"\b(?:u+h+m*|u+m+|e+r+m*|a+h+|hm+)\b")
_REPEATED = re.compile(r"\b([\w']+(?: [\w']+){0,2})(?: \1\b)+")

_EXPECTED_NO = re.compile(
    r"\b(?:no|(?:not|never|no longer) (?:have|smell|see|feel|hear)(?: any| a)?|without(?: any| a)?"
    r"|not in) (?:chest pains?|heart attack|fire|smoke|gas|emergency|danger|pain)\b"
    r"|\b(?:nobody|no one|none of us) (?:is|was|got|were) (?:\w+ )?(?:hurt|injured|bleeding|dead)\b"
)
"""A caller who says that there is none."""
_JEST = re.compile(r"\b(?:just|only) (?:kidding|joking)$")
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|spring"
    "|summer|autumn|fall|winter"
)
_PAST = re.compile(
    rf"\b(?:last (?:year|month|week|{_MONTHS})|(?:years?|months?|weeks?) ago|yesterday"
    rf"|in (?:{_MONTHS}|the past)|when i was|(?<!at )once)\b"
)
_BUSINESS = re.compile(
    r"\b(?:order(?:s|ed|ing)?|return(?:s|ing|ed)?|refund|appointments?|book(?:ing|ed)?|reschedul\w+"
    r"|cancel\w*|visit|check ?up|follow up|next (?:week|month)|in stock|sell|buy|bought|deliver\w*"
    r"|shipp\w+|size|price|invoice|account|discount|movie|film|game|costume|toy"
    r"|see (?:him|the doctor))\b"
)

_ENGLISH = Lexicon(
    always=EMERGENCY,
    long_ago=_PAST,
    if_now=EMERGENCY_IF_NOW,
    business=_BUSINESS,
    unless_business=EMERGENCY_UNLESS_BUSINESS,
    danger=DANGER,
    idiom=IDIOM,
    somebody=SOMEBODY,
)
