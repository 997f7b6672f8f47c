"""Text to speech: name -> service."""

from pipecat.services.tts_service import TextAggregationMode, TTSService

from bot.providers.by_heart import ByHeart
from bot.providers.choice import Choice
from bot.providers.settings import MissingKeyError, ProviderSettings, required
from bot.providers.warm import Engines, loaded


def tts(choice: Choice, settings: ProviderSettings, engines: Engines) -> TTSService:
    """The service that says the answer while it is still being written.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "cartesia":
            from pipecat.services.cartesia.tts import CartesiaTTSService

            class Cartesia(ByHeart, CartesiaTTSService):
                """Given token by token: Cartesia decides itself how much it needs to begin."""

            cartesia = settings.cartesia
            return Cartesia(
                repertoire=engines.repertoire,
                api_key=required(cartesia.api_key, "CARTESIA_API_KEY", "TTS=local"),
                url=cartesia.base_url,
                text_aggregation_mode=TextAggregationMode.TOKEN,
                settings=CartesiaTTSService.Settings(
                    model=cartesia.model, voice=cartesia.voice, language=cartesia.language
                ),
            )
        case "elevenlabs":
            raise MissingKeyError("TTS=elevenlabs is not served yet: choose cartesia or local.")
        case _:
            from bot.providers.local.tts import HibariTTS

            class Hibari(ByHeart, HibariTTS):
                """Clause by clause, out of memory where it can."""

            return Hibari(repertoire=engines.repertoire, voice=loaded(engines.voice))
