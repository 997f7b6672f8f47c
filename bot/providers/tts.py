"""Text to speech: name -> service."""

from pipecat.services.tts_service import TTSService

from bot.providers.choice import Choice
from bot.providers.clauses import ByClause
from bot.providers.settings import MissingKeyError, ProviderSettings, required
from bot.providers.warm import Engines, loaded


def tts(choice: Choice, settings: ProviderSettings, engines: Engines) -> TTSService:
    """The service that says the answer, clause by clause.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "cartesia":
            from pipecat.services.cartesia.tts import CartesiaTTSService

            class ByClauseCartesia(ByClause, CartesiaTTSService):
                """Cartesia, given a clause at a time instead of a sentence."""

            cartesia = settings.cartesia
            return ByClauseCartesia(
                api_key=required(cartesia.api_key, "CARTESIA_API_KEY", "TTS=local"),
                url=cartesia.base_url,
                settings=CartesiaTTSService.Settings(model=cartesia.model, voice=cartesia.voice),
            )
        case "elevenlabs":
            raise MissingKeyError("TTS=elevenlabs is not served yet: choose cartesia or local.")
        case _:
            from bot.providers.local.tts import HibariTTS

            return HibariTTS(loaded(engines.voice))
