"""Which language a call begins in: from what is known of it before anybody has spoken (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict

from bot.language.book import Language

Why = Literal["asked for", "number called", "country of the caller", "first of LANGUAGES"]

_SPANISH = (
    *("+34", "+52", "+53", "+54", "+56", "+57", "+58", "+51"),
    *("+591", "+593", "+595", "+598", "+502", "+503", "+504", "+505", "+506", "+507", "+240"),
    *("+1787", "+1939", "+1809", "+1829", "+1849"),
)
PREFIXES: Mapping[str, Language] = dict.fromkeys(_SPANISH, "es")
"""Of E.164 numbers, where most speak that language. +1 is none's: who calls from there speaks what
comes first."""

PARAMETER = "language"
"""Of a stream (`<Parameter name="language" value="es">`) and of the `body` of a `/start`."""


class LanguageSettings(BaseModel):
    """Which call begins in which of the `LANGUAGES`; callers may go on in another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_numbers: Mapping[str, Language] = {}
    """By the number called, as JSON: `{"+34910000000": "es"}`."""
    follow: bool = True
    """Deepgram hears all languages until the caller's is known, and who speaks another is answered
    in it. Without, callers have to ask for it. A language that was asked for, or that the number
    called tells, is known."""
    from_prefixes: Mapping[str, Language] = PREFIXES
    """By how the caller's own number begins; the longest that fits counts."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a way in knows of a call; empty where it knows nothing."""

    caller: str = ""
    called: str = ""
    body: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Beginning:
    """A call's first language, and what it was chosen by."""

    language: Language
    why: Why

    @property
    def is_known(self) -> bool:
        """Whether somebody has chosen it; else it is a guess."""
        return self.why in ("asked for", "number called")


def beginning(known: Known, languages: Sequence[Language], by: LanguageSettings) -> Beginning:
    """The language asked for, else that of the number called, else that of the caller's country.

    A language that is not among `languages` is none; the first of them is left when all else is.
    """
    found: tuple[tuple[Language | None, Why], ...] = (
        (named(known.body.get(PARAMETER)), "asked for"),
        (_of_number(known.called, by.at_numbers), "number called"),
        (_country(known.caller, by.from_prefixes), "country of the caller"),
    )
    for language, why in found:
        if language and language in languages:
            return Beginning(language, why)
    return Beginning(languages[0], "first of LANGUAGES")


_BY_NAME: Mapping[str, Language] = {
    **dict.fromkeys(("eng", "english", "inglés", "ingles"), "en"),
    **dict.fromkeys(("spa", "spanish", "español", "espanol", "castellano"), "es"),
}
_LONGEST = 64
"""Of the names and tags there are; what is longer is none, and is not looked into."""


def named(tag: object) -> Language | None:
    """The language of a tag such as `es-MX`, or of its name; None for whatever else there is."""
    if not isinstance(tag, str) or len(tag) > _LONGEST:
        return None
    base = normalize("NFC", tag).strip().replace("_", "-").partition("-")[0].casefold()
    return cast("Language", base) if base in get_args(Language) else _BY_NAME.get(base)


def wrong_language(body: Mapping[str, object], languages: Sequence[Language]) -> str | None:
    """Why a client cannot have the language it asked for, in words for it; None if it can."""
    asked = body.get(PARAMETER)
    if asked is None or named(asked) in languages:
        return None
    shown = repr(asked)[:_LONGEST]
    return f"Unknown language {shown}; choose {' or '.join(languages)}."


def _of_number(called: str, numbers: Mapping[str, Language]) -> Language | None:
    for number, language in numbers.items():
        if _e164(number) == _e164(called):
            return language
    return None


def _e164(number: str) -> str:
    """With the plus that Vonage does not write."""
    return f"+{number.lstrip('+')}"


def _country(number: str, prefixes: Mapping[str, Language]) -> Language | None:
    number = _e164(number)
    fitting = [prefix for prefix in prefixes if number.startswith(prefix)]
    return prefixes[max(fitting, key=len)] if fitting else None
