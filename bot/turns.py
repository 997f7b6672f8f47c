"""When the caller begins and when the caller is done: settings -> pipecat turn strategies."""

from concurrent.futures import ThreadPoolExecutor
from copy import copy

from onnxruntime import InferenceSession
from pipecat.audio.turn.smart_turn.base_smart_turn import BaseSmartTurn, SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroOnnxModel, SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState
from pipecat.turns.user_turn_strategies import (
    ExternalUserTurnStrategies,
    UserTurnStrategies,
    default_user_turn_start_strategies,
)
from pydantic import BaseModel, ConfigDict, Field

from bot.threads import model_threads
from processors.all_heard import PromptStopStrategy
from processors.withdrawal import AnsweringEagerStopStrategy


class TurnSettings(BaseModel):
    """How long silence may last before it means something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_secs: float = Field(default=0.1, gt=0, le=2)
    """Speech this long is speech; shorter is a click or a breath. A caller who interrupts is heard
    out for so long over Echo's voice."""
    min_volume: float = Field(default=0.4, ge=0, le=1)
    """Softer is nobody's voice for us. Pipecat's volume rises slowly: at its own 0.6 a caller who
    interrupts is noticed 65 ms later."""
    stop_secs: float = Field(default=0.2, gt=0, le=3)
    """Silence after which Smart Turn is asked whether the caller is done."""
    incomplete_secs: float = Field(default=1.5, gt=0, le=10)
    """Silence after which a turn is over even if Smart Turn expects more."""
    wordless_secs: float = Field(default=2.5, gt=0, le=10)
    """Silence after which a sound that had no words, such as a cough, is forgotten."""


_VERDICTS = model_threads(2, "smart-turn")
"""Shared by all calls: pipecat has a thread for each, at the event loop's own priority."""


def decided_elsewhere(*, eagerly: bool) -> UserTurnStrategies:
    """For a speech to text that takes turns itself: its word is final.

    eagerly: the model is asked when the turn is probably over, and what it says is held until
    that is certain.
    """
    strategies = ExternalUserTurnStrategies()
    if eagerly:
        strategies.stop = [AnsweringEagerStopStrategy()]
    return strategies


class Ears:
    """Silero VAD and Smart Turn, loaded once; each call has its own state on the same weights."""

    def __init__(self) -> None:
        self._silero = _LoadedSilero()
        self._smart_turn = _LoadedSmartTurn()

    def vad(self, settings: TurnSettings) -> VADAnalyzer:
        """A voice activity detector for one call, at 8 or 16 kHz."""
        params = VADParams(
            start_secs=settings.start_secs,
            stop_secs=settings.stop_secs,
            min_volume=settings.min_volume,
        )
        return _SharedSilero(self._silero.model, params)

    def strategies(self, settings: TurnSettings) -> UserTurnStrategies:
        """Speech starts a turn; Smart Turn ends it, once its transcript is final."""
        params = SmartTurnParams(stop_secs=settings.incomplete_secs)
        analyzer = _SharedSmartTurn(self._smart_turn.session, params)
        return UserTurnStrategies(
            start=default_user_turn_start_strategies(),
            stop=[PromptStopStrategy(turn_analyzer=analyzer)],
        )


class _LoadedSilero(SileroVADAnalyzer):
    @property
    def model(self) -> SileroOnnxModel:
        return self._model


class _LoadedSmartTurn(LocalSmartTurnAnalyzerV3):
    @property
    def session(self) -> InferenceSession:
        return self._session


class _SharedSilero(SileroVADAnalyzer):
    """Silero's state of one call; the parent's constructor would load the weights again."""

    def __init__(self, loaded: SileroOnnxModel, params: VADParams) -> None:
        VADAnalyzer.__init__(self, params=params)
        self._model = copy(loaded)  # shares the session, not the state
        self._model.reset_states()
        self._windows_since_reset = 0
        self._low_confidence_windows = 0

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """On the event loop: a window takes 0.3 ms, less than its way to a thread and back."""
        return self._run_analyzer(buffer)


class _SharedSmartTurn(LocalSmartTurnAnalyzerV3):
    """Smart Turn's audio of one call; the parent's constructor would load the weights again."""

    def __init__(self, session: InferenceSession, params: SmartTurnParams) -> None:
        BaseSmartTurn.__init__(self, params=params)
        self._session = session
        self._log_data = False

    @property
    def _model_executor(self) -> ThreadPoolExecutor:
        return _VERDICTS
