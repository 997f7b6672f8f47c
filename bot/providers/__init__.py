"""Which engine serves each role, and the stages of one call built from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.tts_service import TTSService
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.providers.by_heart import ByHeart
from bot.providers.candidate import Candidate, S
from bot.providers.certainty import certainty
from bot.providers.choice import choices
from bot.providers.control_line import ControlLine
from bot.providers.hearing import Hearing
from bot.providers.lineup import candidates
from bot.providers.llm import Brief
from bot.providers.realtime import controlled, realtime
from bot.providers.settings import ProviderSettings
from bot.providers.speaking import Speaking
from bot.providers.stand_in import StandIn
from bot.providers.stt import turn_strategies
from bot.providers.thinking import Thinking
from bot.providers.typed import Typed
from bot.providers.warm import Engines, loaded
from bot.turns import TurnSettings
from processors.alarm import Alarm, EmergencySettings
from processors.discreet import Discreet, Mended
from processors.end_of_audio import EndOfAudio
from processors.ends_at_a_clause import EndsAtAClause
from processors.filler import Filler
from processors.keypad import Keypad
from processors.long_talk import LongTalk, LongTalkSettings
from processors.loop import LoopSettings
from processors.loop_guard import LoopGuard
from processors.one_turn import OneTurn
from processors.own_voice import OwnVoice, OwnVoiceTap
from processors.patience import FillerPolicy
from processors.repair import Repairing, RepairSettings
from processors.resume import Heard, Playback, ResumeSettings
from processors.reticent import Reticence, Reticent
from processors.silence import AttentiveVAD, SilenceTeller
from processors.unheard import Unheard
from processors.vault import Vault
from processors.verdict import InterruptionSettings
from processors.whole_chunks import WholeChunks
from processors.word_limit import WordLimit

__all__ = [
    "Brief",
    "DirectStages",
    "RealtimeStages",
    "Stages",
    "direct_stages",
    "realtime_stages",
    "reciting",
    "stages",
    "strategies",
]


SPEECH_ACTIVITY_SECS = 1.0
"""How often a caller who goes on speaking is reported; only an idle call's end depends on it."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The processors of one call in a cascade, in the order a voice meets them."""

    vad: FrameProcessor
    stt: FrameProcessor
    alarm: FrameProcessor
    loop: FrameProcessor
    llm: FrameProcessor
    filler: FrameProcessor
    tts: FrameProcessor
    playback: FrameProcessor
    heard: FrameProcessor


def stages(
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
    vad: AttentiveVAD,
    *,
    filler: FillerPolicy,
    resume: ResumeSettings | None = None,
    own: OwnVoice | None = None,
    emergency: EmergencySettings | None = None,
    vault: Vault | None = None,
    keypad: Keypad | None = None,
    reticence: Reticence | None = None,
    repair: RepairSettings | None = None,
    talk: LongTalkSettings | None = None,
    loop: LoopSettings | None = None,
) -> Stages:
    """The stages of one call; nothing is loaded here, `engines` are warm.

    own: what `vad` knows our voice by: it is told what was sent.
    vault, keypad: of the call, if keys can be pressed in it; they are before its voice.
    reticence: keeps what the model was told from the caller.
    """
    able, health = candidates(settings, engines, brief), engines.health
    voice = _alone(able.tts) or Speaking(able.tts, health, settings.speaking)
    unheard, going_on = Unheard(), resume or ResumeSettings()
    ear = _alone(able.stt) or Hearing(able.stt, health, settings.hearing)
    vault = vault or Vault()
    Discreet(vault).watch(ear)
    WordLimit((talk or LongTalkSettings()).most_words).watch(ear)
    repairing = Repairing(repair or RepairSettings(), vault, certainty)
    repairing.watch(ear)
    model = _alone(able.llm) or Thinking(able.llm, health, settings.thinking)
    if reticence:
        Reticent(reticence).watch(model)
    silence = SilenceTeller(vad_analyzer=vad, speech_activity_period=SPEECH_ACTIVITY_SECS)
    return Stages(
        vad=Pipeline([keypad, silence]) if keypad else silence,
        stt=ear,
        alarm=Alarm(emergency or EmergencySettings()),
        loop=LoopGuard(loop or LoopSettings()),
        llm=Pipeline([EndOfAudio(), OneTurn(), Mended(), repairing, model]),
        filler=Filler(filler, pace=engines.pace),
        tts=Pipeline([voice, EndsAtAClause(), WholeChunks()]),
        playback=Playback(unheard, going_on, reciting(voice, going_on.bridge)),
        heard=Pipeline([Heard(unheard), OwnVoiceTap(own or OwnVoice())]),
    )


def _alone(able: Sequence[Candidate[S]]) -> S | None:
    """The service of a role that nobody else has, where nothing can go wrong on the way to it."""
    return able[0].make() if len(able) == 1 and able[0].is_here else None


def reciting(stage: TTSService | Speaking, phrase: str) -> Callable[[int], bytes]:
    """The phrase out of memory, at the rate asked for: the voice itself may be busy."""

    def recited(rate: int) -> bytes:
        voice = stage.voice if isinstance(stage, Speaking) else stage
        if isinstance(voice, ByHeart) and voice.sample_rate == rate:
            return voice.recited(phrase)
        return b""

    return recited


def strategies(
    settings: ProviderSettings,
    engines: Engines,
    turn: TurnSettings,
    interruption: InterruptionSettings,
    talk: LongTalk | None = None,
) -> UserTurnStrategies:
    """Who says when the caller begins and is done: it depends on the speech to text."""
    return turn_strategies(choices(settings)["STT"], settings, engines, turn, interruption, talk)


@dataclass(frozen=True, slots=True)
class RealtimeStages:
    """The processors of one call, speech to speech, in the order a voice meets them."""

    vad: FrameProcessor
    alarm: FrameProcessor
    loop: FrameProcessor
    stand_in: FrameProcessor
    model: FrameProcessor
    filler: FrameProcessor


def realtime_stages(
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
    vad: VADAnalyzer,
    context: LLMContext,
    *,
    filler: FillerPolicy,
    emergency: EmergencySettings,
    vault: Vault,
    keypad: Keypad,
    reticence: Reticence,
    loop: LoopSettings,
) -> RealtimeStages:
    """The stages of one call whose model hears and speaks.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    model = realtime(settings, brief, context, reticence)
    Discreet(vault).watch(model)
    vad_processor = VADProcessor(vad_analyzer=vad, speech_activity_period=SPEECH_ACTIVITY_SECS)
    return RealtimeStages(
        vad=Pipeline([keypad, vad_processor, Typed()]),
        alarm=Alarm(emergency),
        loop=LoopGuard(loop, model_hears=True),
        stand_in=StandIn(loaded(engines.voice), lambda: model.can_speak),
        model=Pipeline([model, EndOfAudio()]),
        filler=Filler(filler, FrameDirection.UPSTREAM, engines.pace),
    )


@dataclass(frozen=True, slots=True)
class DirectStages:
    """The processors of a call that goes past us."""

    model: FrameProcessor
    alarm: FrameProcessor
    filler: FrameProcessor


def direct_stages(
    settings: ProviderSettings,
    engines: Engines,
    line: ControlLine,
    context: LLMContext,
    *,
    filler: FillerPolicy,
    emergency: EmergencySettings,
    reticence: Reticence,
) -> DirectStages:
    """The stages of a call between a browser and the provider, under control by `line`."""
    model = controlled(settings, line, context, reticence)
    Discreet(Vault()).watch(model)
    return DirectStages(
        model=model,
        alarm=Alarm(emergency),
        filler=Filler(filler, FrameDirection.UPSTREAM, engines.pace),
    )
