"""Written text as a person says it, for an engine that reads plain prose, money and dates well.

What an engine reads badly is spelled out for it: order numbers and other identifiers, telephone
numbers, e-mail addresses, web addresses; Markdown and emoji are left out. The written text stays
what memory and transcripts hold: `Speech` says how long each of its words takes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@dataclass(frozen=True, slots=True)
class WrittenWord:
    text: str
    share: float
    """Its part of the time the whole takes to say; the shares of a text add up to 1."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What to say for a written text."""

    text: str
    """For the engine; empty when nothing in it can be said (a lone emoji)."""
    words: tuple[WrittenWord, ...]
    """The written text, word by word, in order."""


def speech(written: str, before: str = "") -> Speech:
    """How to say `written`, which follows upon `before` (whose "order number:" may explain "1042").

    The shares are an estimate from the letters of what is said and the pauses in it.
    """
    pieces = list(_pieces(written, before))
    said = _tidy("".join(piece.spoken for piece in pieces))
    weights = [weight for piece in pieces for weight in piece.weights()]
    return Speech(said, tuple(_shares(written, weights)))


def spoken(written: str, before: str = "") -> str:
    """The text of `speech()` alone."""
    return speech(written, before).text


@dataclass(frozen=True, slots=True)
class _Piece:
    written: str
    spoken: str

    def weights(self) -> Iterator[float]:
        """How long each written character takes, in letters; what is said is spread evenly."""
        if self.spoken == self.written:
            yield from map(_weight, self.written)
            return
        total = sum(map(_weight, self.spoken))
        solid = max(1, len("".join(self.written.split())))
        yield from (0.0 if char.isspace() else total / solid for char in self.written)


_PAUSES = {",": 3.0, ";": 3.0, ":": 3.0, "—": 3.0, ".": 4.0, "!": 4.0, "?": 4.0, "…": 4.0}
_SYMBOLS = {"$": 5.0, "€": 4.0, "£": 4.0, "%": 6.0, "°": 6.0, "&": 2.0, "#": 5.0, "@": 2.0}


def _weight(char: str) -> float:
    if char.isdigit():
        return 4.0  # "three", "forty"
    if char.isalpha():
        return 1.0
    return _PAUSES.get(char, _SYMBOLS.get(char, 0.2))


def _shares(written: str, weights: list[float]) -> Iterator[WrittenWord]:
    end = len(written.rstrip(" \n,;:.!?…—"))  # the pause after the last word is not part of it
    found = [(word.group(), word.start(), min(word.end(), end)) for word in _WORD.finditer(written)]
    parts = [sum(weights[start:stop]) for _, start, stop in found]
    if not any(parts):
        parts = [1.0] * len(found)
    for (text, _, _), part in zip(found, parts, strict=True):
        yield WrittenWord(text, part / sum(parts))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text).strip().lstrip(",;:-— ")
    return text if any(map(str.isalnum, text)) else ""


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing to be read in its own way, and what stands around it."""

    text: str
    before: str
    after: str


def _pieces(written: str, before: str) -> Iterator[_Piece]:
    at = 0
    for match in _RULES.finditer(written):
        if match.start() > at:
            yield _Piece(written[at : match.start()], written[at : match.start()])
        left = f"{before} {written[: match.start()]}"
        found = _Found(match.group(), left, written[match.end() :])
        yield _Piece(match.group(), _READERS[match.lastgroup or ""](found))
        at = match.end()
    if at < len(written):
        yield _Piece(written[at:], written[at:])


# Digits and identifiers


def _one_by_one(digits: str) -> str:
    """ "58213" -> five eight two one three; from six digits on in groups, as people say them."""
    if len(digits) <= 5:
        groups = [digits]
    else:
        size = 4 if len(digits) % 4 == 0 or len(digits) > 10 else 3
        rest = len(digits) % size
        cuts = list(range(0, len(digits) - rest, size))
        groups = [digits[cut : cut + size] for cut in cuts]
        if rest:
            groups[-1:] = (
                [groups[-1] + digits[-rest:]] if rest == 1 else [groups[-1], digits[-rest:]]
            )
    return ", ".join(" ".join(_DIGITS[int(digit)] for digit in group) for group in groups)


_IDENTIFIED = re.compile(
    r"(?:\b(?:orders?|references?|ref|tracking|confirmation|tickets?|cases?|accounts?|invoices?"
    r"|bookings?|numbers?|codes?|pin|zip|extension|ext|ids?|sku|ending in|po)\b|\#)"
    r"[\s:\#\"'“(]*(?:(?:numbers?|no\.?|ids?|codes?|is|are|was)\b[\s:\#\"'“(]*)*"
    r"(?:[A-Z]*\d[\w-]*(?:\s*,\s*(?:and |or )?|\s+(?:and|or)\s+)\#?)*$",
    re.I,
)
_COUNTED = re.compile(
    r"\s+(?!(?:is|was|has|does|this|yes|as|us|always|ships|arrives|includes|costs|contains)\b)"
    r"(?:[a-z]{2,}s|people|percent)\b"
)


def _number(found: _Found) -> str:
    digits = found.text.lstrip("#").replace(",", "")
    counted = _COUNTED.match(found.after)
    identified = found.text.startswith("#") or _IDENTIFIED.search(found.before)
    if len(digits) < 3:
        return f"number {digits}" if found.text.startswith("#") else digits
    if "," in found.text and (counted or not identified):
        return found.text
    if counted:
        return f"{int(digits):,}"
    if identified or digits[0] == "0" or len(digits) > 4:
        said = _one_by_one(digits)
        return f"number {said}" if _needs_number(found) else said
    if len(digits) == 4 and not 1700 <= int(digits) < 2100:
        return _one_by_one(digits)
    return digits


def _needs_number(found: _Found) -> bool:
    """ "#1042" alone is "number ..."; "order #1042" and "number #1042" need no more words."""
    return found.text.startswith("#") and not _IDENTIFIED.search(found.before)


def _identifier(found: _Found) -> str:
    runs = re.findall(r"[A-Za-z]+|\d+", found.text)
    return ", ".join(_one_by_one(run) if run.isdigit() else " ".join(run.upper()) for run in runs)


def _phone(found: _Found) -> str:
    plus = "plus " if found.text.startswith("+") else ""
    groups = re.findall(r"\d+", found.text)
    return plus + ", ".join(
        "eight hundred" if group == "800" else _one_by_one(group) for group in groups
    )


# Addresses

_SIGNS = {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "@": "at"}
_SPELLED_DOMAINS = frozenset(("uk", "us", "io", "ai", "eu", "tv"))


def _address(text: str) -> str:
    parts = re.findall(r"[A-Za-z]+|\d+|[._+@-]", text)
    return " ".join(_address_part(part) for part in parts)


def _address_part(part: str) -> str:
    if part.isdigit():
        return _one_by_one(part)
    if part in _SPELLED_DOMAINS:
        return " ".join(part.upper())
    return _SIGNS.get(part, part)


def _email(found: _Found) -> str:
    return _address(found.text)


def _url(found: _Found) -> str:
    host = re.sub(r"^\w+://|^www\.", "", re.sub(r"^\w+://", "", found.text))
    return _address(re.split(r"[/?#:]", host, maxsplit=1)[0])


# Marks that are seen, not heard


def _link(found: _Found) -> str:
    label = re.sub(r"^!?\[|\]\([^)]*\)$", "", found.text)
    return spoken(label, found.before)


def _unsaid(found: _Found) -> str:
    return " " if found.text.endswith((" ", "\n")) else ""


def _list_number(found: _Found) -> str:
    return f"{found.text.strip().rstrip('.)')}, "


def _moment(found: _Found) -> str:
    return found.text.replace("T", ", ")[: len("2026-11-24, 10:30")]


def _half(found: _Found) -> str:
    return re.sub(r"\s*(?:1/2|½)$", " and a half", found.text)


def _always(words: str) -> Callable[[_Found], str]:
    return lambda found: words


_EMOJI = "\U0001f000-\U0001faff☀-➿⬀-⯿︎️‍⃣\U000e0020-\U000e007f"
_TLD = r"(?:com|org|net|edu|gov|io|co|ai|app|dev|info|biz|us|uk|ca|de|eu|tv|shop|store)"

_TABLE: tuple[tuple[str, str, Callable[[_Found], str]], ...] = (
    ("link", r"!?\[[^\]\n]+\]\([^)\s]*\)", _link),
    ("email", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", _email),
    ("url", r"\b(?:\w+://|www\.)[^\s<>()]*[\w/]", _url),
    ("site", rf"\b(?:[a-z0-9-]+\.)+{_TLD}\b(?:/[^\s<>()]*[\w/])?(?!\.\w)", _url),
    ("heading", r"^[ \t]*(?:\#{1,6}|>)[ \t]+", _unsaid),
    ("bullet", r"^[ \t]*[-*+•][ \t]+", _unsaid),
    ("listed", r"^[ \t]*\d{1,2}[.)][ \t]+(?=\S)", _list_number),
    ("emphasis", r"\*+|`+|~~+|(?<!\w)_+|_+(?!\w)|\#(?!\w)", _unsaid),
    ("html", r"</?[a-z][^<>]*>", _unsaid),
    ("face", r"(?<!\w)[:;]-?[)(DP](?!\w)", _unsaid),
    ("emoji", rf"[{_EMOJI}]+", _unsaid),
    ("moment", r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?", _moment),
    ("always_open", r"\b24/7\b", _always("twenty-four seven")),
    ("half", r"\b\d+(?:\s+1/2\b|\s*½)", _half),
    ("for_example", r"\be\.g\.,?", _always("for example,")),
    ("that_is", r"\bi\.e\.,?", _always("that is,")),
    (
        "phone",
        r"(?<![\w.-])(?:(?:\+?1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}|\d{3}-\d{4}"
        r"|\+\d{1,3}(?:[-. ]\d{2,4}){2,5})(?![\w-])",
        _phone,
    ),
    (
        "identifier",
        r"(?<![\w@.])(?:[A-Z]{1,6}-?\d{3,}[A-Z0-9]*(?:-[A-Z0-9]+)*"
        r"|(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z-]*\d){3})[A-Z0-9]{2,}(?:-?[A-Z0-9]{2,})+)(?!\w)",
        _identifier,
    ),
    (
        "number",
        r"(?:\#|(?<![\w.$€£,:/+°-]))(?:\d{1,3}(?:,\d{3})+|\d+)(?![\w%°½]|[.,:/–-]\d|\s?[aApP]\.?[mM]\b)",
        _number,
    ),
)
"""In the order they are tried where several would fit."""

_RULES = re.compile("|".join(f"(?P<{name}>{rule})" for name, rule, _ in _TABLE), re.MULTILINE)
_READERS = {name: reader for name, _, reader in _TABLE}
