"""Silero VAD, loaded once: each call has its own state on the same weights."""

from copy import copy

import numpy as np
from pipecat.audio.vad.silero import SileroOnnxModel, SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

from processors.adaptive_vad import AdaptiveVAD, RoomSettings, level_dbfs
from processors.own_voice import OwnVoice
from processors.silence import AttentiveVAD


class LoadedSilero(SileroVADAnalyzer):
    """The weights, which no call hears with."""

    @property
    def model(self) -> SileroOnnxModel:
        return self._model


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
