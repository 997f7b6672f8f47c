"""A speech to text says when it has told every word, and the turn waits for nothing else."""

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, Frame
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy


@dataclass
class AllHeardFrame(ControlFrame):
    """The speech to text has told every word of the speech whose end the VAD reported.

    In order with transcripts, so that the last of them is there before it.
    """


class PromptStopStrategy(TurnAnalyzerUserTurnStopStrategy):
    """Ends a turn when its analyzer says so and every word is there, however that becomes known.

    Pipecat's own waits for a transcript that says itself that it is the last.
    """

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        proceed = await super().process_frame(frame)
        if isinstance(frame, AllHeardFrame) and not self._vad_user_speaking:
            self._transcript_finalized = True
            await self._maybe_trigger_user_turn_stopped()
        return proceed
