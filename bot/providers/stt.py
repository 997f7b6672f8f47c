"""Speech to text: name -> service, and who takes turns by it."""

from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.providers.choice import Choice
from bot.providers.settings import DeepgramSettings, ProviderSettings, required
from bot.providers.warm import Engines, loaded
from bot.turns import TurnSettings, decided_elsewhere
from processors.long_talk import LongTalk, LongTalkSettings
from processors.verdict import InterruptionSettings


def stt(choice: Choice, settings: ProviderSettings, engines: Engines) -> STTService:
    """The service that turns a caller's audio into words.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    deepgram = settings.deepgram
    match choice.provider:
        case "deepgram":
            from bot.providers.deepgram import PromptDeepgram

            words = [*settings.vocabulary] or None
            takes_keyterms = deepgram.model.startswith("nova-3")
            return PromptDeepgram(
                api_key=required(deepgram.api_key, "DEEPGRAM_API_KEY", "STT=local"),
                base_url=deepgram.base_url,
                settings=PromptDeepgram.Settings(
                    model=deepgram.model,
                    language=deepgram.language,
                    endpointing=deepgram.endpointing_ms,
                    interim_results=True,
                    punctuate=True,
                    smart_format=True,
                    keyterm=words if takes_keyterms else None,
                    keywords=None if takes_keyterms else words,
                ),
            )
        case "flux":
            from bot.providers.flux import Flux, address

            return Flux(
                api_key=required(deepgram.api_key, "DEEPGRAM_API_KEY", "STT=local"),
                url=address(deepgram.base_url),
                enable_eager_end_of_turn=True,
                settings=Flux.Settings(
                    model=deepgram.flux_model,
                    eot_threshold=deepgram.flux_eot_threshold,
                    eager_eot_threshold=deepgram.flux_eager_eot_threshold,
                    eot_timeout_ms=deepgram.flux_eot_timeout_ms,
                    language_hints=_flux_hints(deepgram),
                    keyterm=[*settings.vocabulary],
                ),
            )
        case _:
            from bot.providers.local.stt import WhisperSTT

            return WhisperSTT(loaded(engines.whisper), settings.whisper)


def _flux_hints(deepgram: DeepgramSettings) -> list[Language] | None:
    """What a Flux that knows several languages expects; English is none: it may be anything."""
    is_one_of_several = deepgram.flux_model == "flux-general-multi" and deepgram.language not in (
        "en",
        "multi",
    )
    return [Language(deepgram.language)] if is_one_of_several else None


def turn_strategies(
    choice: Choice,
    settings: ProviderSettings,
    engines: Engines,
    turn: TurnSettings,
    interruption: InterruptionSettings | None = None,
    talk: LongTalk | None = None,
) -> UserTurnStrategies:
    """When the caller begins and is done: Flux knows by itself, for others Smart Turn listens."""
    judged = interruption or InterruptionSettings()
    talk = talk or LongTalk(LongTalkSettings())
    match choice.provider:
        case "flux":
            return decided_elsewhere(turn, judged, talk)
        case _:
            return engines.ears.strategies(turn, judged, talk)
