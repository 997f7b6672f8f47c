"""Does once what a first caller would otherwise wait for."""

from collections.abc import Sequence

from loguru import logger
from pipecat.frames.frames import TTSSpeakFrame, TTSStoppedFrame
from pipecat.pipeline.worker import PipelineParams
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers import Brief, stages
from bot.providers.aside import aside
from bot.providers.by_heart import ByHeart
from bot.providers.choice import can_speak_to_speech, choices, orders
from bot.providers.clip import Clip
from bot.providers.lineup import candidates
from bot.providers.realtime import realtime
from bot.providers.settings import ProviderSettings
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import TurnSettings
from processors.patience import FillerPolicy

PHRASE_SECS = 5.0
"""A provider that takes longer for a phrase says this and the rest when they are needed."""


async def rehearse(settings: ProviderSettings, engines: Engines, brief: Brief) -> None:
    """Build the stages of a call, which imports their SDKs.

    Raises:
        MissingKeyError: a provider was chosen whose key is not set.
    """
    vad = engines.ears.vad(TurnSettings())
    rehearsed = stages(settings, engines, brief, vad, filler=FillerPolicy())
    for stage in (rehearsed.vad, rehearsed.stt, rehearsed.llm, rehearsed.filler, rehearsed.tts):
        await stage.cleanup()
    able = candidates(settings, engines, brief)
    for candidate in (*able.stt, *able.llm, *able.tts):
        await candidate.make().cleanup()
    if settings.mode == "realtime" or can_speak_to_speech(settings):
        model = realtime(settings, brief, LLMContext())
        await model.cleanup()
    await vad.cleanup()


async def practise(
    settings: ProviderSettings, engines: Engines, rate: int, phrases: Sequence[str] | None = None
) -> None:
    """Have the voice say its repertoire at `rate` Hz, to know it by heart; beside the calls.

    One phrase after the other: providers count what is spoken at once, and calls come first.
    phrases: those of the repertoire that are in the language of the settings; else all of it.
    """
    voice = tts(choices(settings)["TTS"], settings, engines)
    await _say(voice, engines.repertoire.phrases if phrases is None else phrases, rate)


async def learned(
    settings: ProviderSettings, engines: Engines, phrases: Sequence[str], rate: int
) -> Sequence[Clip] | None:
    """The phrases, which are of the repertoire, by the first of the voices that says them all."""
    for choice in orders(settings)["TTS"]:
        voice = tts(choice, settings, engines)
        if await _say(voice, phrases, rate):
            clips = [Clip(voice.recited(phrase), rate) for phrase in phrases]
            if all(clip.audio for clip in clips):
                return clips
    return None


async def _say(voice: ByHeart, phrases: Sequence[str], rate: int) -> bool:
    """Whether it has said them all."""
    try:
        async with aside(voice, TTSStoppedFrame, PipelineParams(audio_out_sample_rate=rate)) as on:
            for phrase in phrases:
                await on.ask([TTSSpeakFrame(phrase, append_to_context=False)], PHRASE_SECS)
    except Exception as error:  # noqa: BLE001  a provider is a plug-in, and no call depends on this
        logger.bind(cause=type(error).__name__).warning("the voice could not practise")
        return False
    return True
