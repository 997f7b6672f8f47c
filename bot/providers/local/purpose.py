"""What a call of ours is for, as it is said to whoever answers (pure).

A purpose is written for an agent, like "Get through to sales, and ask about order 1042.": its first
sentence is said, without the way to the person who is being told; what follows are instructions.
"""

import re

HELP = "How can I help?"
"""What Echo asks callers, and nobody whom it has called itself."""
_SENTENCES = re.compile(r"(?<=[.!?])(?<!\b(?:Mr|Ms|Dr|No)\.)(?<!\bMrs\.)\s+")
_VERBS = frozenset(
    {
        *("ask", "tell", "remind", "confirm", "check", "book", "cancel", "change", "move"),
        *("reschedule", "schedule", "arrange", "order", "return", "track", "find", "get", "make"),
        *("let", "inform", "invite", "offer", "pay", "speak", "talk", "thank", "verify", "report"),
        *("request", "apologise", "apologize", "say", "set", "discuss", "explain", "hear", "learn"),
        *("give", "buy", "follow", "see", "collect", "clarify"),
    }
)
"""How a purpose begins that says what is to be done."""
_VERB = "|".join(sorted(_VERBS))
_WAY = re.compile(
    r"\A(?:get through|be put through|navigate) to [^,.;]+?"
    rf"(?:,? (?:and then|and|then)|[.;]) (?=(?:{_VERB})\b)",
    re.I,
)
"""What is done before anybody is there to be told."""
_PLEASE = re.compile(r"\A(?:please|kindly) ", re.I)
_NO_VERB = re.compile(r"order (?:number )?\d|return of|change of|report on|offer of", re.I)


def opening(greeting: str, purpose: str) -> str:
    """Who calls, which is what the greeting says, and why."""
    who = [each for each in _SENTENCES.split(greeting.strip()) if not each.endswith("?")]
    return " ".join([*who, reason(purpose)]).strip()


def reason(purpose: str) -> str:
    """Such as "I'm calling to ask about order 1042." or "I'm calling about your order."."""
    what = _WAY.sub("", _PLEASE.sub("", purpose.strip()))
    what = _SENTENCES.split(what)[0].rstrip(" .!;,")
    first, _, rest = what.partition(" ")
    if first.lower() in ("to", "about", "because"):
        return f"I'm calling {first.lower()} {rest}."
    if first.lower() in _VERBS and not _NO_VERB.match(what):
        return f"I'm calling to {first.lower()} {rest}".rstrip() + "."
    return f"I'm calling about {what}."
