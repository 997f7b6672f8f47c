"""When the caller begins and when the caller is done: settings -> pipecat turn strategies."""

import asyncio
from copy import copy

import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.base_smart_turn import BaseSmartTurn, SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroOnnxModel, SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState
from pipecat.metrics.metrics import MetricsData
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies
from pydantic import Field

from bot.threads import model_threads
from processors.adaptive_vad import AdaptiveVAD, RoomSettings, level_dbfs
from processors.ask_early import AskEarlyStopStrategy
from processors.asking import AskingSettings
from processors.barge_in import BargeInStrategy, ProposedBargeInStrategy
from processors.endpointing import EndpointingSettings
from processors.verdict import InterruptionSettings
from processors.long_talk import LongTalkSettings, LongTalkStopStrategy
from processors.long_turn import EndsLongTurns, LongTurnStopStrategy
from processors.own_voice import OwnVoice
from processors.silence import AttentiveVAD


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


_VERDICTS = model_threads(2, "smart-turn")
"""Shared by all calls: pipecat has a thread for each, at the event loop's own priority."""


def decided_elsewhere(
    interruption: InterruptionSettings, talk: LongTalkSettings
) -> UserTurnStrategies:
    """For a speech to text that takes turns itself: its word is final, but over Echo's voice.

    If it tells when a turn is probably over, the model is asked then, and what it says is held
    until that is certain.
    """
    strategies = ExternalUserTurnStrategies()
    strategies.start = [ProposedBargeInStrategy(interruption)]
    long_turns = EndsLongTurns(talk)
    strategies.stop = [long_turns, LongTurnStopStrategy(long_turns)]
    return strategies


class Ears:
    """Silero VAD and Smart Turn, loaded once; each call has its own state on the same weights."""

    def __init__(self) -> None:
        self._silero = _LoadedSilero()
        self._smart_turn = _LoadedSmartTurn()

    def vad(self, settings: TurnSettings, own: OwnVoice | None = None) -> "SharedSilero":
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

    def vad_of(self, params: VADParams) -> "SharedSilero":
        """The same with thresholds of one's own."""
        return SharedSilero(self._silero.model, params)

    def smart_turn(self, settings: TurnSettings) -> "SharedSmartTurn":
        """Hears from the voice of one call whether a turn is over."""
        params = SmartTurnParams(stop_secs=settings.longest_secs)
        return SharedSmartTurn(self._smart_turn.session, params)

    def strategies(
        self,
        settings: TurnSettings,
        interruption: InterruptionSettings,
        talk: LongTalkSettings,
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


class _LoadedSilero(SileroVADAnalyzer):
    @property
    def model(self) -> SileroOnnxModel:
        return self._model


class _LoadedSmartTurn(LocalSmartTurnAnalyzerV3):
    @property
    def session(self) -> InferenceSession:
        return self._session


class SharedSilero(SileroVADAnalyzer, AttentiveVAD):
    """Silero's state of one call; the parent's constructor would load the weights again."""

    def __init__(self, loaded: SileroOnnxModel, params: VADParams) -> None:
        VADAnalyzer.__init__(self, params=params)
        self._model = copy(loaded)  # shares the session, not the state
        self._model.reset_states()
        self._windows_since_reset = 0
        self._low_confidence_windows = 0

    @property
    def silent_secs(self) -> float:
        """For how long a caller who spoke has been silent, until that counts as the end; else 0."""
        if self._vad_state is not VADState.STOPPING:
            return 0.0
        return self._vad_stopping_count * self._vad_frames / self.sample_rate

    @property
    def sounding(self) -> bool:
        """Whether there is a voice that has not lasted long enough to count."""
        return self._vad_state is VADState.STARTING

    def call_silence(self) -> None:
        """Takes the silence so far for the end of speech."""
        if self._vad_state is VADState.STOPPING:
            self._vad_state = VADState.QUIET
            self._vad_stopping_count = 0

    def hear(self, buffer: bytes) -> VADState:
        """The state after some more audio."""
        return self._run_analyzer(buffer)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """On the event loop: a window takes 0.3 ms, less than its way to a thread and back."""
        return self.hear(buffer)


class AdaptiveSilero(SharedSilero):
    """Silero whose thresholds follow the room, and who knows our own voice.

    It is not asked about silence that goes on: what is softer than `quietest_dbfs` is nobody's
    voice, whatever it says, and asking takes half of what a silent caller costs.
    """

    _SETTLED_AFTER = 16
    """Windows of silence (0.5 s) that it hears out, so that its state is that of silence."""

    def __init__(
        self, loaded: SileroOnnxModel, params: VADParams, room: RoomSettings, own: OwnVoice
    ) -> None:
        super().__init__(loaded, params)
        self._adaptive = AdaptiveVAD(room)
        self._quietest_dbfs = room.quietest_dbfs
        self._silent_windows = 0
        self._unheard = b""
        self._own = own

    def voice_confidence(self, buffer: bytes) -> float:
        """Silero's; 0 when the sound does not stand out of the room, or is an echo of ours."""
        self._own.heard(buffer, self.sample_rate)
        level = level_dbfs(np.frombuffer(buffer, np.int16))
        confidence = self._confidence(buffer, level)
        speaking = self._vad_state in (VADState.SPEAKING, VADState.STOPPING)
        heard = self._adaptive.is_voice(confidence, level, speaking=speaking)
        return confidence if heard and not self._own.came_back() else 0.0

    def _confidence(self, buffer: bytes, level: float) -> float:
        """Silero's; 0 for silence that goes on, the last of which it hears before what follows."""
        self._silent_windows = self._silent_windows + 1 if level < self._quietest_dbfs else 0
        if self._silent_windows > self._SETTLED_AFTER:
            self._unheard = buffer
            return 0.0
        if self._unheard:
            super().voice_confidence(self._unheard)
            self._unheard = b""
        return float(np.squeeze(super().voice_confidence(buffer)))

    def _get_smoothed_volume(self, audio: bytes) -> float:
        """Nobody asks: the level in the room is the measure."""
        return 1.0


class SharedSmartTurn(LocalSmartTurnAnalyzerV3):
    """Smart Turn's audio of one call; the parent's constructor would load the weights again."""

    def __init__(self, session: InferenceSession, params: SmartTurnParams) -> None:
        BaseSmartTurn.__init__(self, params=params)
        self._session = session
        self._log_data = False

    def probability(self, samples: npt.NDArray[np.int16]) -> float:
        """That the turn is over with these samples, at the analyzer's rate; takes 30 ms or more."""
        return float(self._predict_endpoint(samples.astype(np.float32) / 32768)["probability"])

    async def analyze_end_of_turn(self) -> tuple[EndOfTurnState, MetricsData | None]:
        """As Pipecat's, of the audio so far, which it keeps: the caller may go on."""
        return await asyncio.get_running_loop().run_in_executor(
            _VERDICTS, self._process_speech_segment, [*self._audio_buffer]
        )
