"""Whether Echo has asked for leave to do a deed, or something else that its words are in (pure).

"Shall I book it?" asks for leave; "have you booked before?", "shall I book it or not?" and "would
you like to hear about returns?" do not, and neither does what is no question. In doubt it does not:
the tool's own question then follows, which does.
"""

import re

from bot.tools import consent_es as spanish
from bot.tools.wording import plain, sentences

_OPENS = re.compile(
    r"\b(?:shall|should|may|can|could) (?:i|we)\b|\bwould you like\b|\b(?:you )?want me to\b"
    r"|\bis that (?:right|correct|ok)"
    rf"|{spanish.OPENS}"
)
"""How a question for leave begins; only needed where nobody wrote a question mark."""

_ELSE = re.compile(
    r"\b(?:not|never|nor|or|instead|rather|keep\w*|leav\w+|without|mind|policy|policies|hear|know"
    r"|learn|tell|explain|describe|read|remind|remember|check|look|find|search|track|print|text"
    r"|e ?mail|calling|change|move|reschedule|label|how|what|why|when|where|which|who|whose|whether"
    r"|if|another|anything|something|else|help|ever|already|before)\b|n't\b"
    r"|\bsend (?!.*\bback\b)"
    r"|\b(?:be|been|was|were|is|are|got|get) (?:\w+ )?(?:booked|cancell?ed|returned|refunded)\b"
)
"""What makes it a question about something else, for the opposite, or for one of two."""
_ASKS_FACT = re.compile(
    r"(?:^|[,;:–—] ?)(?:(?:so|and|but|okay|well|now|then),? )*"
    r"(?:is (?!that|this|it|everything|all)|are (?!you (?:sure|happy|ok|okay|ready|fine|good))"
    r"|was|were|has|have|had|did|does (?!that|this|it)"
    r"|do (?!you (?:want|wish|need|agree|confirm)|i)"
    r"|will (?!that|this|it))\b"
)
"""How a question begins that wants to know something."""
_INTENDS = re.compile(
    r"\b(?:i'll|i will|i'm|i am|i can|i could|i'd|we'll|let me|you'd|you would|you want|going to)\b"
    rf"|^(?:so |then |okay )*\w+ing\b|{spanish.INTENDS}"
)
_ASSENTING = (
    "is that's that this it all everything right correct okay ok good fine shall should may can "
    "could i we go ahead proceed do confirm you would like me to want with and so then please "
    "does sound sounds look alright yes now if"
)
_ASSENT = frozenset([*_ASSENTING.split(), *spanish.ASSENT.split()])


def asks_leave(deed: re.Pattern[str], heard: str) -> bool:
    """Whether what the caller heard ends in a question for leave to do the deed.

    It names the deed, or is a mere "is that right?" to what Echo said it would do.
    """
    said = sentences(heard)
    asked = [at for at, sentence in enumerate(said) if "?" in sentence]
    if not said or not (asked or _OPENS.search(_words(said[-1]))):
        return False
    at = asked[-1] if asked else len(said) - 1
    if _is_about_else(said[at]):
        return False
    if deed.search(said[at]):
        return True
    before = said[at - 1] if at else ""
    return (
        set(plain(said[at]).split()) <= _ASSENT
        and bool(deed.search(before) and _INTENDS.search(_words(before)))
        and not _is_about_else(before)
    )


def _is_about_else(sentence: str) -> bool:
    words = re.sub(r"\b(?:ok|okay|right|fine|good) if (?:i|we)\b", "ok", _words(sentence))
    return bool(_ELSE.search(words) or _ASKS_FACT.search(words) or spanish.is_about_else(sentence))


def _words(sentence: str) -> str:
    return sentence.lower().replace("’", "'").strip(" ¿¡")
