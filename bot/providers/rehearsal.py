"""Does once what a first caller would otherwise wait for."""

import asyncio

from loguru import logger
from pipecat.frames.frames import TTSSpeakFrame, TTSStoppedFrame
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

PHRASE_SECS = 5.0
"""A provider that takes longer for a phrase says this and the rest when they are needed."""


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
    """Have the voice say its repertoire at `rate` Hz, to know it by heart; beside the calls.

    One phrase after the other: providers count what is spoken at once, and calls come first.
    """
    voice = tts(choices(settings)["TTS"], settings, engines)
    worker = PipelineWorker(
        Pipeline([voice]),
        params=PipelineParams(audio_out_sample_rate=rate),
        enable_rtvi=False,
        enable_turn_tracking=False,
    )
    well: asyncio.Queue[bool] = asyncio.Queue()
    worker.set_reached_downstream_filter((TTSStoppedFrame,))

    @worker.event_handler("on_frame_reached_downstream")
    async def stopped(*_: object) -> None:
        well.put_nowait(True)

    @worker.event_handler("on_pipeline_error")
    async def failed(*_: object) -> None:
        well.put_nowait(False)

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        for phrase in engines.repertoire.phrases:
            await worker.queue_frame(TTSSpeakFrame(phrase, append_to_context=False))
            async with asyncio.timeout(PHRASE_SECS):
                if not await well.get():
                    raise ConnectionError
        await worker.stop_when_done()
        await running
    except Exception as error:  # noqa: BLE001  a provider is a plug-in, and no call depends on this
        logger.bind(cause=type(error).__name__).warning("the voice could not practise")
    finally:
        await worker.cancel()
        await asyncio.wait([running])
