"""The settings of a call in another language: the same house, other ears, words and voice."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.config import Settings, SettingsError
from bot.language.book import NAMES, Book, Language
from bot.providers.choice import orders
from bot.providers.role import Role
from bot.tools.briefing import Briefing, Listener
from bot.tools.briefing_es import SPANISH as SPANISH_BRIEFING
from bot.tools.parting import (
    BOOKED,
    BOOKING,
    CONNECTING,
    GOODBYE,
    SWITCHED,
    Confirmation,
    Parting,
)
from bot.tools.spoken import moment
from bot.tools.spoken_es import moment as spanish_moment
from processors.patience import OPENINGS


def book_of(settings: Settings, language: Language) -> Book:
    """All that is said word for word in that language."""
    match language:
        case "en":
            return _english(settings)
        case "es":
            return settings.spanish


def spoken_in(settings: Settings, language: Language) -> Settings:
    """The settings of a call in that language, whose providers all speak it.

    What says nothing is as it was: patience, prices, keys. The local engines follow nobody in
    another language than English.
    """
    if language == "en":
        return settings
    book = book_of(settings, language)
    return settings.model_copy(
        update={
            **_providers(settings, book, language),
            "persona": book.persona,
            "greeting": book.greeting,
            "disclosure": book.disclosure if settings.disclosure else "",
            "apology": book.apology,
            "breakdown": book.breakdown,
            "breakdown_handover": book.breakdown_handover,
            "resume": settings.resume.model_copy(update={"bridge": book.bridge}),
            "filler": settings.filler.model_copy(
                update={
                    "openings": {
                        **dict.fromkeys(OPENINGS, book.fillers_otherwise),
                        **book.fillers,
                    },
                    "otherwise": book.fillers_otherwise,
                    "still": book.fillers_still,
                }
            ),
            "silence": settings.silence.model_copy(
                update={"questions": book.silence_questions, "goodbye": book.silence_goodbye}
            ),
            "talk": settings.talk.model_copy(update={"line": book.long_talk}),
            "reticence": settings.reticence.model_copy(update={"refusal": book.refusal}),
            "loop": settings.loop.model_copy(
                update={"question": book.loop_question, "goodbye": book.loop_goodbye}
            ),
            "limit": settings.limit.model_copy(
                update={"warning": book.limit_warning, "goodbye": book.limit_goodbye}
            ),
            # It asks in English, about English words.
            "repair": settings.repair.model_copy(update={"below": 0}),
            "emergency": settings.emergency.model_copy(
                update={
                    "words": book.emergency,
                    "transfer_words": book.emergency_transfer,
                    "digits": book.digits,
                }
            ),
            "recording": settings.recording.model_copy(
                update={
                    "question": book.recording_question,
                    "thanks": book.recording_thanks,
                    "refused": book.recording_refused,
                }
            ),
        }
    )


def hearing_any(settings: Settings) -> Settings:
    """The same, with ears that hear every language and tell which it was, a little less well."""
    deepgram = settings.deepgram.model_copy(
        update={"language": "multi", "flux_model": "flux-general-multi"}
    )
    return settings.model_copy(update={"deepgram": deepgram})


def parting_in(settings: Settings, language: Language) -> Parting:
    """What is said in that language to callers who leave."""
    book = book_of(settings, language)
    colleague = settings.handoff.language or language
    return Parting(
        book.goodbye,
        book.connecting,
        book.switched,
        Confirmation(book.text_booking, book.text_booked, MOMENTS[language]),
        Listener(BRIEFINGS[colleague], caller_speaks=language),
    )


MOMENTS: Mapping[Language, Callable[[datetime], str]] = {"en": moment, "es": spanish_moment}
"""A day and a time of day, in words."""

BRIEFINGS: Mapping[Language, Briefing] = {"en": Briefing(), "es": SPANISH_BRIEFING}
"""What a colleague who speaks it is told of a caller."""


def check_languages(settings: Settings) -> None:
    """Raises SettingsError if a language is to be spoken that the engines chosen cannot speak."""
    order = orders(settings)
    keys = [f"{role} ({key})" for role, key in _KEYS.items() if order[role][0].provider == "local"]
    foreign = [NAMES[language] for language in settings.languages if language != "en"]
    if not foreign or not keys:
        return
    raise SettingsError(
        f"LANGUAGES names {' and '.join(foreign)}, and the local engines know English only: "
        f'choose cloud providers for {", ".join(keys)}, or LANGUAGES=["en"].'
    )


_KEYS: Mapping[Role, str] = {
    "STT": "DEEPGRAM_API_KEY",
    "LLM": "OPENAI_API_KEY or ANTHROPIC_API_KEY",
    "TTS": "CARTESIA_API_KEY or ELEVENLABS_API_KEY",
}


def _providers(settings: Settings, book: Book, language: Language) -> dict[str, object]:
    followers = {
        f"{role.lower()}_backups": tuple(
            each.provider for each in following if each.provider != "local"
        )
        for role, (_, *following) in orders(settings).items()
    }
    return {
        **followers,
        "deepgram": settings.deepgram.model_copy(
            update={"language": language, "flux_model": "flux-general-multi"}
        ),
        "cartesia": settings.cartesia.model_copy(
            update={"language": language, "voice": book.cartesia_voice}
        ),
        "elevenlabs": settings.elevenlabs.model_copy(
            update={"language": language, "voice": book.elevenlabs_voice}
        ),
        "openai": settings.openai.model_copy(update={"realtime_voice": book.openai_realtime_voice}),
        "realtime": settings.realtime.model_copy(update={"language": language}),
    }


def _english(settings: Settings) -> Book:
    """The words of the parts' own settings."""
    return Book(
        persona=settings.persona,
        greeting=settings.greeting,
        disclosure=settings.disclosure,
        apology=settings.apology,
        breakdown=settings.breakdown,
        breakdown_handover=settings.breakdown_handover,
        bridge=settings.resume.bridge,
        fillers={**OPENINGS, **settings.filler.openings},
        fillers_otherwise=settings.filler.otherwise,
        fillers_still=settings.filler.still,
        silence_questions=settings.silence.questions,
        silence_goodbye=settings.silence.goodbye,
        long_talk=settings.talk.line,
        refusal=settings.reticence.refusal,
        loop_question=settings.loop.question,
        loop_goodbye=settings.loop.goodbye,
        limit_warning=settings.limit.warning,
        limit_goodbye=settings.limit.goodbye,
        emergency=settings.emergency.words,
        emergency_transfer=settings.emergency.transfer_words,
        digits=settings.emergency.digits,
        recording_question=settings.recording.question,
        recording_thanks=settings.recording.thanks,
        recording_refused=settings.recording.refused,
        goodbye=GOODBYE,
        connecting=CONNECTING,
        switched=SWITCHED,
        say_language="en-US",
        phone_apology=settings.twilio.apology,
        phone_busy=settings.vonage.busy,
        phone_nobody=settings.twilio.nobody,
        phone_hold=settings.twilio.hold,
        phone_back=settings.twilio.back,
        phone_voicemail=settings.outbound.voicemail,
        text_booking=BOOKING,
        text_booked=BOOKED,
        cartesia_voice=settings.cartesia.voice,
        elevenlabs_voice=settings.elevenlabs.voice,
        openai_realtime_voice=settings.openai.realtime_voice,
    )
