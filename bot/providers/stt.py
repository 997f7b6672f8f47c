"""Speech to text: name -> service."""

from pipecat.services.stt_service import STTService

from bot.providers.choice import Choice
from bot.providers.settings import MissingKeyError, ProviderSettings, required
from bot.providers.warm import Engines, loaded


def stt(choice: Choice, settings: ProviderSettings, engines: Engines) -> STTService:
    """The service that turns a caller's audio into words.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "deepgram":
            from pipecat.services.deepgram.stt import DeepgramSTTService

            deepgram = settings.deepgram
            return DeepgramSTTService(
                api_key=required(deepgram.api_key, "DEEPGRAM_API_KEY", "STT=local"),
                base_url=deepgram.base_url,
                settings=DeepgramSTTService.Settings(model=deepgram.model),
            )
        case "flux":
            raise MissingKeyError("STT=flux is not served yet: choose deepgram or local.")
        case _:
            from bot.providers.local.stt import WhisperSTT

            return WhisperSTT(loaded(engines.whisper), settings.whisper)
