"""What is said when nobody is left to say anything: in memory, whoever is out of reach."""

from dataclasses import dataclass

from loguru import logger

from bot.config import Settings
from bot.providers.clip import Clip, spoken
from bot.providers.rehearsal import learned
from bot.providers.warm import Engines, loaded

HZ = 24_000
"""Of the clips that a provider has spoken."""


@dataclass(frozen=True, slots=True)
class LastWords:
    """Clips in the language of a call."""

    goodbye: Clip
    handover: Clip
    emergency: Clip
    emergency_transfer: Clip


def texts(settings: Settings) -> tuple[str, str, str, str]:
    """What they say, in the order of the fields."""
    emergency = settings.emergency
    return (
        settings.breakdown,
        settings.breakdown_handover,
        emergency.spoken,
        emergency.transfer_words,
    )


async def by_local_voice(settings: Settings, engines: Engines) -> LastWords:
    """In English, which the local voice speaks: it is always there."""
    voice = loaded(engines.voice)
    return LastWords(*[await spoken(voice, text) for text in texts(settings)])


async def by_cloud(settings: Settings, engines: Engines) -> LastWords | None:
    """In the language of the settings, by whoever of its voices can be had; None if nobody can."""
    clips = await learned(settings, engines, texts(settings), HZ)
    if clips is None:
        logger.warning("no voice in the cloud could say the last words")
    return LastWords(*clips) if clips else None
