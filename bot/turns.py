"""When the caller begins and when the caller is done: settings -> pipecat turn strategies."""

from pipecat.audio.turn.smart_turn.base_smart_turn import SmartTurnParams
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies
from pydantic import Field

from bot.silero import AdaptiveSilero, LoadedSilero, SharedSilero
from bot.smart_turn import LoadedSmartTurn, SharedSmartTurn
from processors.adaptive_vad import RoomSettings
from processors.ask_early import AskEarlyStopStrategy
from processors.asking import Asking, AskingSettings
from processors.barge_in import BargeInStrategy, ProposedBargeInStrategy
from processors.endpointing import EndpointingSettings
from processors.long_talk import LongTalk, LongTalkStopStrategy
from processors.long_turn import EndsLongTurns, LongTurnStopStrategy
from processors.own_voice import OwnVoice
from processors.verdict import InterruptionSettings


class TurnSettings(EndpointingSettings, RoomSettings, AskingSettings):
    """How long sound and silence may last before they mean something, and which sound counts."""

    follow_room: bool = True
    """The caller has to stand out of a room full of voices. Without, TURN_CONFIDENCE and
    TURN_MIN_VOLUME alone decide, and in a café nobody is ever done."""

    start_secs: float = Field(default=0.1, gt=0, le=2)
    """Speech this long is speech; shorter is a click or a breath. A caller who interrupts is heard
    out for so long over Echo's voice."""
    min_volume: float = Field(default=0.4, ge=0, le=1)
    """In a room that is not followed, softer is nobody's voice for us. Pipecat's volume rises
    slowly: at its own 0.6 a caller who interrupts is noticed 65 ms later."""
    wordless_secs: float = Field(default=2.5, gt=0, le=10)
    """Silence after which a sound that had no words, such as a cough, is forgotten."""


def decided_elsewhere(
    settings: AskingSettings, interruption: InterruptionSettings, talk: LongTalk
) -> UserTurnStrategies:
    """For a speech to text that takes turns itself: its word is final, but over Echo's voice.

    When it tells that a turn is probably over, the model may be asked, and what it says is held
    until that is certain.
    """
    strategies = ExternalUserTurnStrategies()
    strategies.start = [ProposedBargeInStrategy(interruption)]
    long_turns = EndsLongTurns(talk)
    strategies.stop = [long_turns, LongTurnStopStrategy(long_turns, Asking(settings))]
    return strategies


class Ears:
    """Silero VAD and Smart Turn, loaded once; each call has its own state on the same weights."""

    def __init__(self) -> None:
        self._silero = LoadedSilero()
        self._smart_turn = LoadedSmartTurn()

    def vad(self, settings: TurnSettings, own: OwnVoice | None = None) -> SharedSilero:
        """A voice activity detector for one call, at 8 or 16 kHz.

        own: the voice of ours that may come back as an echo; heeded if the room is followed.
        """
        params = VADParams(
            confidence=settings.confidence,
            start_secs=settings.start_secs,
            stop_secs=settings.stop_secs,
            min_volume=0 if settings.follow_room else settings.min_volume,
        )
        if settings.follow_room:
            return AdaptiveSilero(self._silero.model, params, settings, own or OwnVoice())
        return self.vad_of(params)

    def vad_of(self, params: VADParams) -> SharedSilero:
        """The same with thresholds of one's own."""
        return SharedSilero(self._silero.model, params)

    def smart_turn(self, settings: TurnSettings) -> SharedSmartTurn:
        """Hears from the voice of one call whether a turn is over."""
        params = SmartTurnParams(stop_secs=settings.longest_secs)
        return SharedSmartTurn(self._smart_turn.session, params)

    def strategies(
        self,
        settings: TurnSettings,
        interruption: InterruptionSettings,
        talk: LongTalk,
    ) -> UserTurnStrategies:
        """Speech starts a turn, over Echo's voice only if it is one; voice and words end it."""
        analyzer = self.smart_turn(settings)
        return UserTurnStrategies(
            start=[BargeInStrategy(interruption)],
            stop=[
                LongTalkStopStrategy(talk),
                AskEarlyStopStrategy(turn_analyzer=analyzer, settings=settings, asking=settings),
            ],
        )
