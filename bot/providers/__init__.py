"""Which engine serves each role, and the stages of one call built from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.providers.candidate import Candidate, S
from bot.providers.choice import choices
from bot.providers.hearing import Hearing
from bot.providers.llm import Brief
from bot.providers.realtime import realtime
from bot.providers.roles import candidates
from bot.providers.settings import ProviderSettings
from bot.providers.speaking import Speaking
from bot.providers.stand_in import StandIn
from bot.providers.stt import turn_strategies
from bot.providers.thinking import Thinking
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
    able, health = candidates(settings, engines, brief), engines.health
    return Stages(
        vad=SilenceTeller(vad_analyzer=vad, speech_activity_period=SPEECH_ACTIVITY_SECS),
        stt=_alone(able.stt) or Hearing(able.stt, health, settings.hearing),
        llm=Pipeline(
            [
                EndOfAudio(),
                OneTurn(),
                _alone(able.llm) or Thinking(able.llm, health, settings.thinking),
            ]
        ),
        filler=Filler(filler),
        tts=Pipeline(
            [_alone(able.tts) or Speaking(able.tts, health, settings.speaking), WholeChunks()]
        ),
    )


def _alone(able: Sequence[Candidate[S]]) -> S | None:
    """The service of a role that nobody else has, where nothing can go wrong on the way to it."""
    return able[0].make() if len(able) == 1 and able[0].is_here else None


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
        filler=Filler(filler, speaker=FrameDirection.UPSTREAM),
    )
