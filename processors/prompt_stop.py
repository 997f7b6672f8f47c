"""Ends a turn when `Endpointing` says so: a pipecat strategy that tells it what happens.

The verdict of Smart Turn is asked for at the first sign of silence, so that it is there when it is
needed; and once more when the VAD says stop, if the first look was not enough.
"""

import asyncio

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import MetricsData, TurnMetricsData
from pipecat.processors.frame_processor import FrameDirection
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy

from processors.all_heard import AllHeardFrame, WholeGuessFrame
from processors.endpointing import Endpointing, EndpointingSettings
from processors.hold import HoldFrame, ReleaseFrame
from processors.silence import CallSilenceFrame, SilenceFrame, VoiceFrame


class PromptStopStrategy(TurnAnalyzerUserTurnStopStrategy):
    """Ends a turn when it is over and every word is there, however that becomes known.

    Pipecat's own asks Smart Turn when the VAD says stop, and then waits for a transcript that says
    itself that it is the last. Needs a `SilenceTeller` before the speech to text to be early, and
    does without. A text that never comes is waited for as long as Pipecat's strategy does.
    """

    def __init__(self, *, turn_analyzer: BaseTurnAnalyzer, settings: EndpointingSettings) -> None:
        super().__init__(turn_analyzer=turn_analyzer)
        self._endpointing = Endpointing(settings)
        self._silent_secs: float | None = None
        self._called = self._looked_again = False
        self._look: asyncio.Task[None] | None = None
        self._in_doubt = False
        """A voice over Echo may yet become a turn: then it began with the voice."""
        self._owed = self._reopened = False
        """A turn is over, and nothing was heard in reply; a sound has begun another behind it."""
        self._wordless = False
        """All was heard, and there were no words."""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case SilenceFrame():
                await self._fell_silent(frame.secs)
            case VoiceFrame():
                self._heard_voice()
            case WholeGuessFrame():
                await self._guessed(frame)
            case InterimTranscriptionFrame():
                self._endpointing.more_to_come()
            case TranscriptionFrame():
                self._note(frame)
            case BotStartedSpeakingFrame():
                self._owed = False
            case HoldFrame() | ReleaseFrame():
                self._in_doubt = isinstance(frame, HoldFrame)
                self._text = ""
                self._endpointing.turn_began()
            case _:
                pass
        proceed = await super().process_frame(frame)
        if isinstance(frame, AllHeardFrame):
            await self._all_heard()
        return proceed

    async def cleanup(self) -> None:
        self._drop_look()
        await super().cleanup()

    async def handle_user_turn_started(self) -> None:
        in_doubt, self._in_doubt = self._in_doubt, False
        if in_doubt:
            return  # what was heard since belongs to it
        self._reopened = self._owed
        await super().handle_user_turn_started()
        self._endpointing.turn_began()

    async def handle_user_turn_stopped(self) -> None:
        self._owed, self._reopened = True, False
        await super().handle_user_turn_stopped()
        self._endpointing.turn_began()
        self._silence_ended()

    # What happens to the voice

    async def _fell_silent(self, secs: float) -> None:
        first = self._silent_secs is None
        self._silent_secs = secs
        self._endpointing.silent(secs)
        if first:
            self._transcript_finalized = False  # what comes from now on covers this silence
            self._look_at_voice()
        await self._consider()

    def _heard_voice(self) -> None:
        self._transcript_finalized = False
        self._endpointing.spoke()
        self._wordless = False
        self._silence_ended()

    def _silence_ended(self) -> None:
        self._silent_secs = None
        self._called = self._looked_again = False
        self._drop_look()

    async def _handle_vad_user_started_speaking(self, frame: VADUserStartedSpeakingFrame) -> None:
        self._heard_voice()
        await super()._handle_vad_user_started_speaking(frame)

    async def _handle_vad_user_stopped_speaking(self, frame: VADUserStoppedSpeakingFrame) -> None:
        self._vad_user_speaking, self._vad_stopped = False, True
        self._stop_secs = frame.stop_secs
        self._silent_secs = max(frame.stop_secs, self._silent_secs or 0)
        self._endpointing.silent(self._silent_secs)
        self._look_again()
        timeout_secs = max(0.0, self._stt_timeout - frame.stop_secs)
        self._timeout_task = self.task_manager.create_task(
            self._timeout_handler(timeout_secs), f"{self}::_timeout_handler"
        )
        await self._consider()
        await self._answer_after_all()

    async def _handle_input_audio(self, frame: InputAudioRawFrame) -> None:
        self._turn_analyzer.append_audio(frame.audio, self._vad_user_speaking)
        if self._silent_secs is None or self._vad_user_speaking:
            return  # while the VAD waits for the end, `SilenceFrame` has the time
        self._silent_secs += frame.num_frames / frame.sample_rate
        self._endpointing.silent(self._silent_secs)
        await self._consider()

    # What happens to the words

    def _note(self, frame: TranscriptionFrame) -> None:
        self._endpointing.told(frame.text)
        if frame.finalized and self._silent_secs is not None:
            self._endpointing.all_heard()

    async def _guessed(self, frame: WholeGuessFrame) -> None:
        if self._silent_secs is not None:  # else it is of a silence that is over
            self._endpointing.guessed(frame.text)
            await self._consider()

    async def _all_heard(self) -> None:
        self._endpointing.all_heard()
        self._wordless = not self._text
        if not self._vad_user_speaking:
            self._transcript_finalized = True
        await self._consider()
        await self._answer_after_all()

    async def _handle_transcription(self, frame: TranscriptionFrame) -> None:
        self._judge()
        await super()._handle_transcription(frame)
        await self._consider()

    # Smart Turn

    def _look_at_voice(self) -> None:
        self._drop_look()
        self._look = self.task_manager.create_task(self._ask_smart_turn(), f"{self}::smart_turn")

    def _look_again(self) -> None:
        """Once the VAD has said stop: Smart Turn was made for as much silence as that needs."""
        due = not (self._vad_user_speaking or self._looked_again or self._look)
        if due and self._silent_secs is not None and self._endpointing.doubts_voice:
            self._looked_again = True
            self._look_at_voice()

    def _drop_look(self) -> None:
        """What it would say is about a silence that is over."""
        if self._look:
            self._look.cancel()
            self._look = None

    async def _ask_smart_turn(self) -> None:
        _, prediction = await self._turn_analyzer.analyze_end_of_turn()
        await self._handle_prediction_result(prediction)
        if (probability := probability_of(prediction)) is not None:
            self._endpointing.judged(probability)
        self._look = None
        await self._consider()
        self._look_again()

    # The decision

    def _judge(self) -> None:
        if self._silent_secs is not None:
            self._turn_complete = self._endpointing.is_over

    async def _consider(self) -> None:
        """Ends the turn if it is over and its words are there; else the next thing decides."""
        self._judge()
        if self._silent_secs is None or not self._turn_complete:
            return
        if not self._vad_user_speaking:
            await self._maybe_trigger_user_turn_stopped()
        elif not self._called:
            self._called = True
            await self.push_frame(CallSilenceFrame(), FrameDirection.UPSTREAM)

    async def _maybe_trigger_user_turn_stopped(self) -> None:
        if not self._vad_user_speaking:
            self._judge()
            await super()._maybe_trigger_user_turn_stopped()
            await self._answer_after_all()

    async def _answer_after_all(self) -> None:
        """A cough behind a question is no second one: the question is still to be answered."""
        nothing = not self._text and (self._wordless or self._timeout_expired)
        if self._reopened and nothing and not self._vad_user_speaking:
            self._reopened = False
            await self.trigger_user_turn_stopped()


def probability_of(prediction: MetricsData | None) -> float | None:
    """That the turn is over; None if the model was not run."""
    return prediction.probability if isinstance(prediction, TurnMetricsData) else None
