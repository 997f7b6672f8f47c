"""Does once what a first caller would otherwise wait for."""

from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers import Brief, stages
from bot.providers.choice import can_speak_to_speech
from bot.providers.realtime import realtime
from bot.providers.settings import ProviderSettings
from bot.providers.warm import Engines
from bot.turns import TurnSettings
from processors.filler import FillerPolicy


async def rehearse(settings: ProviderSettings, engines: Engines, brief: Brief) -> None:
    """Build the stages of a call, which imports their SDKs.

    Raises:
        MissingKeyError: a provider was chosen whose key is not set.
    """
    vad = engines.ears.vad(TurnSettings())
    rehearsed = stages(settings, engines, brief, vad, FillerPolicy())
    for stage in (rehearsed.vad, rehearsed.stt, rehearsed.llm, rehearsed.filler, rehearsed.tts):
        await stage.cleanup()
    if settings.mode == "realtime" or can_speak_to_speech(settings):
        model = realtime(settings, brief, LLMContext())
        await model.cleanup()
    await vad.cleanup()
