"""Smart Turn, loaded once: each call has its own audio on the same weights."""

import asyncio

import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.base_smart_turn import BaseSmartTurn, SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.metrics.metrics import MetricsData

from bot.threads import model_threads

_VERDICTS = model_threads(2, "smart-turn")
"""Shared by all calls: pipecat has a thread for each, at the event loop's own priority."""


class LoadedSmartTurn(LocalSmartTurnAnalyzerV3):
    """The weights, which no call hears with."""

    @property
    def session(self) -> InferenceSession:
        return self._session


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
