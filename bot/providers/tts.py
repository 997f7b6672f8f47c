"""Text to speech: name -> service."""

from bot.providers.by_heart import ByHeart
from bot.providers.choice import Choice
from bot.providers.settings import ProviderSettings, required
from bot.providers.warm import Engines, loaded


def tts(
    choice: Choice, settings: ProviderSettings, engines: Engines, *, reconnects: bool = True
) -> ByHeart:
    """The service that says the answer while it is still being written.

    reconnects: by itself when its socket drops, which loses what it was to say; False: another
    goes on in its place, and the drop is an error at once.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "cartesia":
            from bot.providers.cartesia import Cartesia

            cartesia = settings.cartesia
            return Cartesia(
                repertoire=engines.repertoire,
                reconnect_on_error=reconnects,
                api_key=required(cartesia.api_key, "CARTESIA_API_KEY", "TTS=local"),
                url=cartesia.base_url,
                append_trailing_space=True,  # clauses of one context are joined as they are
                settings=Cartesia.Settings(
                    model=cartesia.model, voice=cartesia.voice, language=cartesia.language
                ),
            )
        case "elevenlabs":
            from bot.providers.elevenlabs import ElevenLabs

            elevenlabs = settings.elevenlabs
            return ElevenLabs(
                repertoire=engines.repertoire,
                reconnect_on_error=reconnects,
                api_key=required(elevenlabs.api_key, "ELEVENLABS_API_KEY", "TTS=local"),
                url=elevenlabs.base_url,
                append_trailing_space=True,  # what it ends is a whole word
                settings=ElevenLabs.Settings(
                    model=elevenlabs.model, voice=elevenlabs.voice, language=elevenlabs.language
                ),
            )
        case _:
            from bot.providers.local.tts import HibariTTS

            class Hibari(ByHeart, HibariTTS):
                """Clause by clause, out of memory where it can."""

            return Hibari(repertoire=engines.repertoire, voice=loaded(engines.voice))
