"""What a carrier's own voice says in each language: to callers whom Echo's cannot reach."""

from collections.abc import Mapping
from functools import partial

from bot.config import Settings
from bot.language.book import Language
from bot.language.choice import PARAMETER, Known, beginning
from bot.language.localized import book_of
from transports.phone.phrases import Colleague, Phrases, Speaks


def spoken_by_carriers(settings: Settings) -> Speaks:
    """By what is known of a call outside of it, and the language it has gone on in."""
    return partial(_phrases, settings)


def _phrases(settings: Settings, caller: str, called: str, language: str) -> Phrases:
    known = Known(caller, called, {PARAMETER: language} if language else {})
    first = beginning(known, settings.languages, settings.spoken)
    told = first.language if first.is_known else ""
    colleague = _COLLEAGUES[settings.handoff.language or first.language]
    if first.language == "en":
        return Phrases(told, colleague=colleague)
    book = book_of(settings, first.language)
    return Phrases(
        language=told,
        say_in=book.say_language,
        apology=book.phone_apology,
        busy=book.phone_busy,
        nobody=book.phone_nobody,
        hold=book.phone_hold,
        back=book.phone_back,
        voicemail=book.phone_voicemail,
        colleague=colleague,
    )


_COLLEAGUES: Mapping[Language, Colleague] = {
    "en": Colleague(),
    "es": Colleague(
        say_in="es-ES",
        how="Pulse 1 para atender la llamada, o cuelgue para dejarla.",
        gone="La persona que llamaba ha colgado. Adiós.",
        left="La persona que llamaba ha dejado la llamada. Adiós.",
        not_taken="Gracias. Le diré que ahora mismo no puede ponerse. Adiós.",
    ),
}
