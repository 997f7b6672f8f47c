"""What calls in each language have of their own; everything else all calls share."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.config import Settings, SettingsError
from bot.language.book import NAMES, Language
from bot.language.localized import parting_in, spoken_in
from bot.last_words import LastWords, by_cloud, texts
from bot.providers import Brief
from bot.providers.choice import choices
from bot.providers.opening import OPENINGS, SPANISH_OPENINGS
from bot.providers.rehearsal import practise
from bot.providers.warm import Engines, Progress, told
from bot.tools.parting import Parting

AGAIN_SECS = 30.0
"""Until last words that no voice could say are tried again."""


@dataclass(slots=True)
class Tongue:
    """One language: settings whose providers hear and speak it, and its words."""

    settings: Settings
    brief: Brief
    parting: Parting
    openings: tuple[str, ...]
    """How replies begin, where the voice is to know that by heart."""
    last_words: LastWords | None = None
    """None while no voice of this language has been able to say them: English ones are said."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """What is always said in the same words, the most urgent first."""
        settings = self.settings
        said = (
            settings.disclosure,
            settings.greeting,
            settings.apology,
            settings.resume.bridge,
            *self.openings,
            *settings.filler.phrases,
            *settings.silence.phrases,
            *settings.talk.phrases,
            *settings.loop.phrases,
            *settings.limit.phrases,
        )
        return tuple(filter(None, said))


def tongue(settings: Settings, language: Language) -> Tongue:
    """Nothing is spoken yet. Raises SettingsError when its persona cannot be read."""
    own = spoken_in(settings, language)
    persona = _persona(own) + _for_a_colleague(settings, language)
    brief = Brief(persona, own.greeting, own.clinic.now)
    by_cloud_voice = choices(own)["TTS"].provider != "local"  # which opens in no time by itself
    openings = _OPENINGS[language] if by_cloud_voice else ()
    return Tongue(own, brief, parting_in(settings, language), openings)


_OPENINGS: Mapping[Language, tuple[str, ...]] = {"en": OPENINGS, "es": SPANISH_OPENINGS}


_REASON = """

The `reason` that you give `talk_to_human` is for a colleague: write it in {language}.
"""


def _for_a_colleague(settings: Settings, language: Language) -> str:
    """What a model has to know of one who does not speak the language of the call."""
    theirs = settings.handoff.language or language
    return "" if theirs == language else _REASON.format(language=NAMES[theirs])


def in_all_languages(settings: Settings) -> Mapping[Language, Tongue]:
    """Those of the `LANGUAGES`, in their order."""
    tongues: dict[Language, Tongue] = {}
    for language in settings.languages:
        tongues[language] = tongue(settings, language)
    return tongues


def repertoire(tongues: Mapping[Language, Tongue]) -> tuple[str, ...]:
    """What voices are to know by heart: in English the last words are the local voice's."""
    said = [phrase for each in tongues.values() for phrase in each.phrases]
    foreign = [each for language, each in tongues.items() if language != "en"]
    return (*said, *(text for each in foreign for text in texts(each.settings)))


async def prepare(
    tongues: Mapping[Language, Tongue], engines: Engines, english: LastWords, progress: Progress
) -> None:
    """Has the last words said in each language, before anybody calls."""
    for language, each in tongues.items():
        if language == "en":
            each.last_words = english
            continue
        name = NAMES[language]
        each.last_words = await told(
            f"the last words in {name}", by_cloud(each.settings, engines), progress
        )
        if each.last_words is None:
            progress(f"No voice could say the last words in {name}: callers hear them in English.")


async def keep_preparing(tongues: Iterable[Tongue], engines: Engines) -> None:
    """Until all last words are there."""
    missing = [each for each in tongues if each.last_words is None]
    while missing:
        await asyncio.sleep(AGAIN_SECS)
        for each in missing:
            each.last_words = await by_cloud(each.settings, engines)
        missing = [each for each in missing if each.last_words is None]


async def keep_practising(tongues: Iterable[Tongue], engines: Engines) -> None:
    """At the rates of the phones too, and there first: there nobody waits to be connected."""
    for each in tongues:
        settings = each.settings
        phones = (settings.twilio, settings.vonage, settings.telnyx, settings.plivo)
        rates = (*(phone.out_hz for phone in phones), settings.websocket.out_hz)
        for rate in dict.fromkeys(filter(None, rates)):
            await practise(settings, engines, rate, each.phrases)


def _persona(settings: Settings) -> str:
    try:
        return settings.persona.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"PERSONA={settings.persona} cannot be read: {error}.") from None
