"""Which engine serves each role, and the stages of one call built from them."""

from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.providers.choice import choices
from bot.providers.llm import Brief, llm
from bot.providers.realtime import realtime
from bot.providers.settings import ProviderSettings
from bot.providers.stand_in import StandIn
from bot.providers.stt import stt, turn_strategies
from bot.providers.tts import tts
from bot.providers.typed import Typed
from bot.providers.warm import Engines, loaded
from bot.turns import TurnSettings
from processors.end_of_audio import EndOfAudio
from processors.filler import Filler, FillerPolicy
from processors.one_turn import OneTurn
from processors.silence import AttentiveVAD, SilenceTeller
from processors.whole_chunks import WholeChunks

__all__ = ["Brief", "RealtimeStages", "Stages", "realtime_stages", "stages", "strategies"]


SPEECH_ACTIVITY_SECS = 1.0
"""How often a caller who goes on speaking is reported; only an idle call's end depends on it."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The processors of one call in a cascade, in the order a voice meets them."""

    vad: FrameProcessor
    stt: FrameProcessor
    llm: FrameProcessor
    filler: FrameProcessor
    tts: FrameProcessor


def stages(
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
    vad: AttentiveVAD,
    filler: FillerPolicy,
) -> Stages:
    """The stages of one call; nothing is loaded here, `engines` are warm."""
    serving = choices(settings)
    return Stages(
        vad=SilenceTeller(vad_analyzer=vad, speech_activity_period=SPEECH_ACTIVITY_SECS),
        stt=stt(serving["STT"], settings, engines),
        llm=Pipeline([EndOfAudio(), OneTurn(), llm(serving["LLM"], settings, engines, brief)]),
        filler=Filler(filler, pace=engines.pace),
        tts=Pipeline([tts(serving["TTS"], settings, engines), WholeChunks()]),
    )


def strategies(
    settings: ProviderSettings, engines: Engines, turn: TurnSettings
) -> UserTurnStrategies:
    """Who says when the caller begins and is done: it depends on the speech to text."""
    return turn_strategies(choices(settings)["STT"], settings, engines, turn)


@dataclass(frozen=True, slots=True)
class RealtimeStages:
    """The processors of one call, speech to speech, in the order a voice meets them."""

    vad: FrameProcessor
    stand_in: FrameProcessor
    model: FrameProcessor
    filler: FrameProcessor


def realtime_stages(
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
    vad: VADAnalyzer,
    filler: FillerPolicy,
    context: LLMContext,
) -> RealtimeStages:
    """The stages of one call whose model hears and speaks.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    model = realtime(settings, brief, context)
    vad_processor = VADProcessor(vad_analyzer=vad, speech_activity_period=SPEECH_ACTIVITY_SECS)
    return RealtimeStages(
        vad=Pipeline([vad_processor, Typed()]),
        stand_in=StandIn(loaded(engines.voice), lambda: model.can_speak),
        model=Pipeline([model, EndOfAudio()]),
        filler=Filler(filler, FrameDirection.UPSTREAM, engines.pace),
    )
