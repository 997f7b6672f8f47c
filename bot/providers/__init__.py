"""Which engine serves each role, and the stages of one call built from them."""

from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameProcessor

from bot.providers.choice import choices
from bot.providers.llm import Brief, llm
from bot.providers.settings import ProviderSettings
from bot.providers.stt import stt
from bot.providers.tts import tts
from bot.providers.warm import Engines
from processors.filler import Filler, FillerPolicy
from processors.whole_chunks import WholeChunks

__all__ = ["Brief", "Stages", "stages"]


@dataclass(frozen=True, slots=True)
class Stages:
    """The processors of one call, in the order a voice meets them."""

    vad: FrameProcessor
    stt: FrameProcessor
    llm: FrameProcessor
    filler: FrameProcessor
    tts: FrameProcessor


def stages(
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
    vad: VADAnalyzer,
    filler: FillerPolicy,
) -> Stages:
    """The stages of one call; nothing is loaded here, `engines` are warm."""
    serving = choices(settings)
    return Stages(
        vad=VADProcessor(vad_analyzer=vad),
        stt=stt(serving["STT"], settings, engines),
        llm=llm(serving["LLM"], settings, engines, brief),
        filler=Filler(filler),
        tts=Pipeline([tts(serving["TTS"], settings, engines), WholeChunks()]),
    )
