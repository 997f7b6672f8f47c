"""Whether Echo has asked for leave to do a deed, or something else that its words are in (pure).

"Shall I book it?" asks for leave; "have you booked before?", "shall I book it or not?" and "would
you like to hear about returns?" do not, and neither does what is no question. In doubt it does not:
the tool's own question then follows, which does.
"""

import re

from bot.tools import consent_es as spanish
from bot.tools.wording import plain, sentences

_ASKING = (
    r"(?:shall|should|may|can|could) (?:i|we)|(?:want|need|like) me to|ready (?:for me )?to"
    r"|(?:ok|okay|right|fine|good) (?:if (?:i|we)|for me to|to)"
    r"|(?:do you|you) want to|you(?:'d| would) like to|would you like to"
    r"|i(?:'ll| will|'m| am| can| could)(?: going to)?|we(?:'ll| will)|let me"
    r"|(?:starting|processing|arranging|making)"
)
_ON_THE_WAY = (
    r"(?: (?:please|just|now|then|also|go ahead(?: and)?|proceed|start|begin|make|do|process"
    r"|initiate|complete|confirm|place|arrange|set up|put through|get|have|with|to|the|a|your"
    r"|this|that|in|on|for|and))*"
)
_ASKING_ES = (
    r"(?:(?:quiere|desea|puedo|podr[ií]a|voy a|va a|vamos a|le gustar[ií]a|hago|haga|inici[oe]"
    r"|procedo a|proceda a|confirmo|le|la|lo|los|las|se)"
    r"(?: (?:usted|que|la|lo|le|se|el|una|un|a|con|yo|haga|inicie|confirme|proceda a))*)"
)
_LEAVE = (
    rf"(?:\b(?:{_ASKING}){_ON_THE_WAY} |\b(?:shall|should) i (?:\w+ ){{1,8}}and |\b{_ASKING_ES} "
    r"|(?:^|[,;:.–—] )(?:(?:so|and|then) )?)"
)
"""What stands before the deed where Echo asks for leave: "shall I", "want me to go ahead and", or
nothing: "return order 1036?"."""

_OPENS = re.compile(
    r"\b(?:shall|should|may|can|could) (?:i|we)\b|\bwould you like\b|\b(?:you )?want me to\b"
    rf"|{spanish.OPENS}"
)
"""How a question for leave begins; only needed where nobody wrote a question mark."""

_ELSE = re.compile(
    r"\b(?:not|never|nor|or|instead|rather|keep\w*|leav\w+|without|mind|policy|policies|hear|know"
    r"|learn|tell|explain|describe|read|remind|remember|check|look|find|search|track|print|text"
    r"|e ?mail|calling|change|move|reschedule|label|how|what|why|when|where|which|who|whose|whether"
    r"|if|another|anything|something|else|help|ever|already|before|problem|terms|address|fees?)\b"
    r"|n't\b"
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
    if _asks(deed, said[at]):
        return True
    before = said[at - 1] if at else ""
    mere_assent = set(plain(said[at]).split()) <= _ASSENT
    return mere_assent and _asks(deed, before) and not _is_about_else(before)


def _asks(deed: re.Pattern[str], sentence: str) -> bool:
    words = _words(sentence)
    return any(re.search(f"{_LEAVE}$", words[: found.start()]) for found in deed.finditer(words))


def _is_about_else(sentence: str) -> bool:
    words = re.sub(r"\b(?:ok|okay|right|fine|good) if (?:i|we)\b", "ok", _words(sentence))
    return bool(_ELSE.search(words) or _ASKS_FACT.search(words) or spanish.is_about_else(sentence))


def _words(sentence: str) -> str:
    return sentence.lower().replace("’", "'").strip(" ¿¡")
