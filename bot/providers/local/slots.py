"""What a caller's words hold: yes or no, e-mails, names, places, reasons, one of several offers."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.providers.local.moments import hour_in, moment_in

_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|yah|ya|yea|aye|sure|ok|okay|okey|correct|right|exactly|absolutely"
    r"|definitely|certainly|of course|please do|go ahead|go for it|do it|do that"
    r"|sounds? (?:good|great|fine|perfect)|perfect|great|fine|good|confirm(?:ed)?|i do|uh[- ]?huh"
    r"|mm+[- ]?hmm*|that works|works for me|why not|affirmative|by all means|please)\b"
)
_NO = re.compile(
    r"\b(?:no|nope|nah|nay|don'?t|do not|never ?mind|forget (?:it|that|about it)|cancel that|stop"
    r"|not (?:now|yet|really|that|right|correct|sure|today|quite|good|anymore)|wait|hold on|hang on"
    r"|better not|rather not|negative|changed my mind|leave it|skip it|wrong|incorrect|isn'?t"
    r"|actually|scratch that|not (?!a (?:problem|worry))\w+)\b"
)
_YES_DESPITE_NO = re.compile(
    r"\bno (?:problem|worries|doubt|objections?)\b|\bno,? (?:that'?s|that is|it'?s|it is) "
    r"(?:right|fine|correct|good|ok|okay|perfect|all right)\b|\bwhy not\b|\bdon'?t mind\b"
    r"|\b(?:yes|yeah|sure|of course),? i (?:don'?t|do not) mind\b"
)
_FILLER = re.compile(
    r"^(?:(?:um+|uh+|er+|hm+|mm+|oh|ah|well|so|okay|ok|yes|yeah|yep|sure|right|and|actually|sorry"
    r"|hello|hi|please|like|no|let me see|let me think|let's see|i think|i guess|i believe"
    r"|i suppose|it would be|that would be|that's|that is|it's|it is|its|this is|i said|i mean"
    r"|i meant|the)\b[\s,.…!\-]*)+",
    re.I,
)
_TAIL = re.compile(
    r"[\s,]*\b(?:please|thanks|thank you|i guess|i think|i suppose|if possible|then|actually"
    r"|if you can|instead)\b[\s,.!?]*$",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SIGNS = {
    "dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-",
    "plus": "+",
}  # fmt: skip
_DIGIT_NAMES = "zero one two three four five six seven eight nine"
_DIGIT_WORDS = {word: str(i) for i, word in enumerate(_DIGIT_NAMES.split())}
_NAME_LEADS = re.compile(
    r"(?:\bmy name(?:'s| is)|\bname(?:'s| is|,)|\bunder the name(?: of)?|\bin the name of|\bcall me"
    r"|\bname of|\bunder|\bfor my \w+,?|\bfor (?:mr|mrs|ms|miss|dr)\b\.?)\s+(?P<name>[^.?!;]+)",
    re.I,
)
_NAME_CAPITALS = re.compile(
    r"\b(?:for|this is|i am|i'm|it's|it is|here is)\s+"
    r"(?P<name>[A-Z][\w'’\-]+(?:\s+[A-Z][\w'’\-]+){0,3})"
)
_NOT_A_NAME_WORDS = (
    "a an and at the my me it is on in of to for order number tomorrow today tonight morning "
    "afternoon evening please but because appointment booking monday tuesday wednesday "
    "thursday friday saturday sunday next this that i you can what when with by not no "
    "calling thanks thank if or from so now same then one first second third last other yes sure"
)
_NOT_A_NAME = frozenset(_NOT_A_NAME_WORDS.split())
_PLACE_LEAD = re.compile(
    r"\b(?:in|for|at|around|near|of|over in|to)\s+(?=(?P<place>[^,.?!;]+))", re.I
)
_NOT_A_PLACE_WORDS = (
    "where what when how today tomorrow tonight now right currently this that next on at the "
    "please monday tuesday wednesday thursday friday saturday sunday later be is like weekend and "
    "morning afternoon evening going outside if will would for day week me my you your i it there "
    "here do does looking during or but because order a an"
)
_NOT_A_PLACE = frozenset(_NOT_A_PLACE_WORDS.split())
_FAULT = re.compile(
    r"\b(?:(?:way |far |much )?too (?:small|big|large|tight|loose|long|short|heavy|dark|bright|loud"
    r"|late|expensive)|(?:the )?wrong (?:size|colou?r|item|one|thing|model|product)"
    r"|broken|damaged|smashed(?: to bits)?|defective|faulty|cracked|scratched|torn"
    r"|(?:does|did)(?:n'?t| not) (?:work|fit|match|turn on|like it|suit me)|stopped working"
    r"|changed my mind|do(?:n'?t| not) (?:fit|like (?:it|them)|want (?:it|them)(?: any ?more)?"
    r"|need (?:it|them)(?: any ?more)?)|no longer need(?: it| them)?|missing (?:parts?|pieces?)"
    r"|not (?:as described|what i ordered|what i expected)|poor quality)\b",
    re.I,
)
_BECAUSE = re.compile(r"\b(?:because|since|the reason is|due to|as it|as they)\s+(.+)", re.I)
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "early": 0, "earlier": 0, "earliest": 0, "soonest": 0,
    "last": -1, "late": -1, "later": -1, "latest": -1,
}  # fmt: skip


def yes_or_no(text: str) -> bool | None:
    """True for a plain yes, False for a no or a "wait", None for neither.

    A no anywhere outweighs a yes: a change is made only on a yes that nothing takes back.
    """
    text = re.sub(r"[’']", "'", text.lower())
    if _YES_DESPITE_NO.search(text):
        return True
    if _NO.search(text):
        return False
    return True if _YES.search(text) else None


def settled(text: str) -> str:
    """The text without what the speaker took back: "not 1042, 1043" -> "1043"."""
    text = re.sub(r"\b(?:no|sorry|wait|actually|i mean)\b[\s,]*(?=not\b)", " ", text, flags=re.I)
    kept = re.sub(
        r"\b(?:rather than|instead of|not)\s+(?!sure|really|yet|a\b|able|going|been|be|come|have"
        r"|make|here|there|arriv|fit|work|like|want|need)"
        r"(?:(?:on|at|for|the|under|in|order|number)\s+)*"
        r"(?:[\w:.'@-]+(?: (?:one|two|three|four|five|six|seven|eight|nine|zero|oh|\d+|hundred"
        r"|[a-z]+ty(?:-\w+)?|[a-z]+teen)\b)*)(?:\s*[,.;]\s*|\s+but\s+|\s*$)",
        ". ",
        text,
        flags=re.I,
    ).strip()
    return kept or text


def bare(text: str) -> str:
    """The text without "um, I think it's" before and "please" after what was asked for."""
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    return _FILLER.sub("", text).strip(" ,.!?…-")


def email_in(text: str) -> str:
    """The e-mail address, written or spelled: "maria dot lopez at example dot com"; "" if none."""
    if written := _EMAIL.search(text):
        return written[0].lower().rstrip(".")
    plainly = re.sub(r"['’]s\b", "", re.sub(r"\s*@\s*", " @ ", text.lower()))
    words = re.findall(r"[\w+-]+(?:\.[\w+-]+)*|@", plainly)
    for i in (i for i in reversed(range(len(words))) if words[i] in ("at", "@")):
        host, local = _host(words[i + 1 :]), _mailbox(words[:i])
        if host and local:
            return f"{local}@{host}"
    return ""


def _host(words: Sequence[str]) -> str:
    """ "g mail dot com please" -> gmail.com."""
    host, rest = "", list(words)
    while rest and len(host) < 60:
        word = rest.pop(0)
        if word in ("dot", "point"):
            host += "."
        elif word in ("dash", "hyphen"):
            host += "-"
        elif "." in host and not host.endswith((".", "-")):
            break
        else:
            host += word
    return host if re.fullmatch(r"[\w-]+(?:\.[a-z]{2,})+", host) and len(words) > 0 else ""


def _mailbox(words: Sequence[str]) -> str:
    """The word before "at" and all that a sign, a letter or a digit joins to it."""
    local, joined, spelling = "", True, False
    for word in reversed(words):
        piece = _DIGIT_WORDS.get(word, word)
        single = len(piece) == 1 or piece.isdigit()
        if word in _SIGNS:
            local, joined = _SIGNS[word] + local, True
        elif joined or local[0].isdigit() or (single and (spelling or piece not in ("i", "a"))):
            local, joined, spelling = piece + local, False, single
        else:
            break
    return local.strip(".-_+")


def name_in(text: str, *, expected: bool = False) -> str:
    """A person's name: "my name is Maria Lopez", "it's for Sam"; "" if none.

    With `expected` the speaker was asked for it, and it may be all that was said.
    """
    found = [_name(match["name"]) for match in _NAME_LEADS.finditer(text)]
    found += [_name(match["name"]) for match in _NAME_CAPITALS.finditer(text)]
    if expected and not any(found):
        found = [_name(re.sub(r"^(?:for|to|under|put|use)\s+", "", bare(text), flags=re.I))]
    if _all_capitals(bare(text)):
        found.append(_name(bare(text)))
    if expected or any(found):
        found += [_name(part) for part in re.split(r"[.!?;]", text) if _all_capitals(part)]
    return max(found, key=lambda name: len(name.split()), default="")


def _all_capitals(text: str) -> bool:
    words = text.split()
    return 1 < len(words) <= 4 and all(re.fullmatch(r"[A-Z][\w'’\-]*", word) for word in words)


def _name(words: str) -> str:
    """The words up to the first that no name holds, each with a capital; "" if none are left."""
    kept: list[str] = []
    for word in re.split(r"[\s,]+", words.strip()):
        plain = word.strip("\"'.").lower()
        if not plain or plain in _NOT_A_NAME or not re.fullmatch(r"[^\W\d_][\w'’\-.]*", word):
            break
        kept.append(word.strip("."))
    if len(kept) > 2 and all(len(word) == 1 for word in kept):
        return "".join(kept).capitalize()
    if len(kept) > 4:
        return ""
    return " ".join(word if word[0].isupper() else word.capitalize() for word in kept)


def place_in(text: str, *, expected: bool = False) -> str:
    """A town: "the weather in New York tomorrow", "I'm in Seattle"; "" if none."""
    for match in reversed(list(_PLACE_LEAD.finditer(text))):
        if place := _place(match["place"]):
            return place
    capitals = re.findall(r"(?:(?<=\s)|^(?=\w+,))[A-Z][a-z]+(?: [A-Z][a-z]+)*", text)
    places = [place for words in capitals if (place := _place(words))]
    if places:
        return places[-1]
    lead = r"^(?:i'm|i am|i live)?\s*(?:in|for|at|from)\s+"
    return _place(re.sub(lead, "", bare(text), flags=re.I)) if expected else ""


def _place(words: str) -> str:
    kept: list[str] = []
    for word in words.split():
        plain = word.strip(",.?!").lower()
        if plain in _NOT_A_PLACE or not re.fullmatch(r"[^\W\d_][\w'’.\-]*", plain):
            break
        kept.append(plain.capitalize() if word.islower() else word.strip(",?!"))
    return " ".join(kept) if len(kept) <= 4 else ""


def reason_in(text: str, *, expected: bool = False) -> str:
    """Why something goes back: "it's the wrong color" -> "wrong color"; "" if nothing says why."""
    if fault := _FAULT.search(text):
        return re.sub(r"^the ", "", fault[0].lower())
    if because := _BECAUSE.search(text):
        return because[1].strip(" .!?")
    return re.sub(r"^because\s+", "", bare(text), flags=re.I) if expected else ""


def chosen(text: str, offers: Sequence[datetime], now: datetime) -> datetime | None:
    """The offer taken: "the second one", "Wednesday", "ten thirty is fine"; else None."""
    moment = moment_in(text, now)
    fitting = [
        offer
        for offer in offers
        if (not moment.day or offer.date() == moment.day)
        and (not moment.at or moment.limit or moment.until or offer.time() == moment.at)
        and _in_part(offer, moment.part)
    ]
    exact = moment.day or (moment.at and not moment.limit and not moment.until) or moment.part
    if exact and len(fitting) < 2:
        return fitting[0] if fitting else None
    offers = fitting if exact else offers
    place = ordinal_in(text, len(offers))
    if place is not None:
        return offers[place]
    hour = hour_in(text) if not re.search(r"\bone\b", text.lower()) else None
    at_hour = [offer for offer in offers if (offer.hour - 1) % 12 + 1 == hour]
    return at_hour[0] if len(at_hour) == 1 else None


def described_in(text: str, question: str, offers: Sequence[str]) -> str:
    """The offer that the question describes with the caller's words: "the lamp"; "" if not one."""
    words = {word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in _NOT_A_NAME}
    places = [(question.find(offer), offer) for offer in offers if offer in question]
    ends = [start for start, _ in sorted(places)[1:]] + [len(question)]
    described = {
        offer: set(re.findall(r"[a-z]{3,}", question[start:end].lower()))
        for (start, offer), end in zip(sorted(places), ends, strict=True)
    }
    common = set.intersection(*described.values()) if len(described) > 1 else set[str]()
    fitting = [offer for offer, said in described.items() if words & (said - common)]
    return fitting[0] if len(fitting) == 1 else ""


def ordinal_in(text: str, count: int) -> int | None:
    """The index that "the second one" or "the last" has among so many; None if none is said."""
    words = [word for word in re.findall(r"\w+", text.lower()) if word in _ORDINALS]
    fitting = [_ORDINALS[word] for word in words if -count <= _ORDINALS[word] < count]
    return fitting[0] if fitting else None


def _in_part(offer: datetime, part: str) -> bool:
    spans = {"morning": (0, 12), "lunch": (12, 14), "afternoon": (12, 17), "evening": (17, 24)}
    start, end = spans.get(part, (0, 24))
    return start <= offer.hour < end
