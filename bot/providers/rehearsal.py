"""Does once what a first caller would otherwise wait for."""

import asyncio

from loguru import logger
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.workers.runner import WorkerRunner

from bot.providers import Brief, stages
from bot.providers.choice import can_speak_to_speech, choices
from bot.providers.realtime import realtime
from bot.providers.settings import ProviderSettings
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import TurnSettings
from processors.filler import FillerPolicy

PRACTICE_SECS = 120.0
"""A provider that has not said its phrases by then says them when they are needed."""


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


async def practise(settings: ProviderSettings, engines: Engines, rate: int) -> None:
    """Have the voice say its repertoire at `rate` Hz, to know it by heart; beside the calls."""
    voice = tts(choices(settings)["TTS"], settings, engines)
    worker = PipelineWorker(
        Pipeline([voice]),
        params=PipelineParams(audio_out_sample_rate=rate),
        enable_rtvi=False,
        enable_turn_tracking=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    for phrase in engines.repertoire.phrases:
        await worker.queue_frame(TTSSpeakFrame(phrase, append_to_context=False))
    await worker.stop_when_done()
    try:
        async with asyncio.timeout(PRACTICE_SECS):
            await runner.run()
    except Exception as error:  # noqa: BLE001  a provider is a plug-in, and no call depends on this
        logger.bind(cause=type(error).__name__).warning("the voice could not practise")
