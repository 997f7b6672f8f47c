"""Does once what a first caller would otherwise wait for."""

from collections.abc import Sequence

from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers import Brief, stages
from bot.providers.local.brain import Brain
from bot.providers.settings import ProviderSettings
from bot.providers.warm import Engines
from bot.turns import TurnSettings
from processors.filler import FillerPolicy


async def rehearse(
    settings: ProviderSettings, engines: Engines, brief: Brief, tools: Sequence[DirectFunction]
) -> None:
    """Build the stages of a call, which imports their SDKs, and teach the brain the tools.

    Raises:
        MissingKeyError: a provider was chosen whose key is not set.
    """
    vad = engines.ears.vad(TurnSettings())
    rehearsed = stages(settings, engines, brief, vad, FillerPolicy())
    if isinstance(rehearsed.llm, Brain):
        await rehearsed.llm.warm(LLMContext(tools=[*tools]))
    for stage in (rehearsed.vad, rehearsed.stt, rehearsed.llm, rehearsed.filler, rehearsed.tts):
        await stage.cleanup()
    await vad.cleanup()
