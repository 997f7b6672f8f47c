"""What a call's frames mean for its turns and its tally."""

from collections.abc import Mapping

from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    EagerEndOfTurnCancelFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    MetricsFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from bot.providers.incident import IncidentFrame
from bot.telemetry.latency import Incident, Outcome
from bot.telemetry.onset import Ear
from bot.telemetry.session_metrics import SessionTally
from bot.telemetry.turns import TurnFollower
from processors.filler import FILLER
from processors.resume import HushFrame

READ = (
    AggregatedTextFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    EagerEndOfTurnCancelFrame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    IncidentFrame,
    MetricsFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
"""Kinds of frames that `FrameReader.pushed` makes something of."""


def _is_filler(frame: AggregatedTextFrame | TTSSpeakFrame) -> bool:
    """Whether a text only bridges a wait; its type says so before the TTS and behind it."""
    return frame.text_type == FILLER


class FrameReader:
    """Tells `turns` what happens, and counts tool calls, incidents and usage in `tally`.

    Reads no transcript, no argument and no result.
    """

    def __init__(self, turns: TurnFollower, tally: SessionTally) -> None:
        self._turns = turns
        self._tally = tally
        self._ear = Ear()
        self._synthesising = ""
        self._running: set[str] = set()

    def pushed(self, frame: Frame, at_secs: float, *, played: bool) -> None:
        """A frame is pushed for the first time; `played` by a transport."""
        self._follow_caller(frame, at_secs)
        self._follow_model(frame, at_secs)
        self._follow_output(frame, at_secs)
        if not played:  # else it is audio that the transport cut anew: `left` takes it
            self._follow_tool(frame, at_secs)
            self._follow_speech(frame, at_secs)

    def _follow_caller(self, frame: Frame, at_secs: float) -> None:
        turns = self._turns
        match frame:
            case ClientConnectedFrame():
                turns.connected(at_secs)
            case VADUserStartedSpeakingFrame():
                turns.caller_started(at_secs - frame.start_secs)
            case VADUserStoppedSpeakingFrame():
                turns.caller_stopped(at_secs - frame.stop_secs, at_secs)
            case UserStartedSpeakingFrame():
                turns.caller_took_turn()
            case UserStoppedSpeakingFrame():
                turns.caller_yielded_turn(at_secs)
            case LLMMessagesAppendFrame():
                if frame.run_llm and _typed(frame):
                    turns.typed(at_secs)
            case TranscriptionFrame():
                turns.transcript(at_secs)
            case _:
                pass

    def _follow_model(self, frame: Frame, at_secs: float) -> None:
        turns = self._turns
        match frame:
            case LLMContextFrame():
                if frame.speculation:
                    turns.guessed()
            case EagerEndOfTurnCancelFrame():
                turns.guess_withdrawn()
            case LLMFullResponseStartFrame():
                turns.asked(at_secs)
            case LLMTextFrame():
                turns.token("token", at_secs, spoken=not frame.skip_tts)
            case LLMFullResponseEndFrame():
                turns.generated()
            case MetricsFrame():
                self._tally.usage.add(frame.data)
                turns.metered(frame.data)
            case IncidentFrame():
                incident = Incident(
                    *(frame.role, frame.provider, frame.cause, frame.successor),
                    after_ms=frame.after_ms,
                )
                self._tally.add_incident(incident)
                turns.failed(incident, at_secs)
            case _:
                pass

    def _follow_output(self, frame: Frame, at_secs: float) -> None:
        turns = self._turns
        match frame:
            case HushFrame():
                self._ear.flush()
                turns.hushed()
            case InterruptionFrame():
                self._ear.flush()
                turns.interrupted()
            case BotStartedSpeakingFrame():
                self._ear.begin(at_secs)
                turns.started_speaking()
            case BotStoppedSpeakingFrame():
                turns.stopped_speaking(self._ear.ends_at(at_secs))
            case _:
                pass

    def _follow_tool(self, frame: Frame, at_secs: float) -> None:
        match frame:
            case FunctionCallsStartedFrame():
                self._turns.token("tool_calls", at_secs)
            case FunctionCallInProgressFrame():
                self._running.add(frame.tool_call_id)
                self._turns.tool_started(frame.tool_call_id, frame.function_name, at_secs)
            case FunctionCallResultFrame():
                if frame.properties is None or frame.properties.is_final:
                    self._end_tool(frame, _outcome(frame), at_secs)
            case FunctionCallCancelFrame():
                # Only a call that its own deadline ended asks the model for more.
                self._end_tool(frame, "timeout" if frame.run_llm else "cancelled", at_secs)
            case _:
                pass

    def _end_tool(
        self,
        frame: FunctionCallResultFrame | FunctionCallCancelFrame,
        outcome: Outcome,
        at_secs: float,
    ) -> None:
        if frame.tool_call_id not in self._running:
            return  # a processor passed its end on as a frame of its own
        self._running.remove(frame.tool_call_id)
        self._tally.add_tool_call(frame.function_name, outcome)
        self._turns.tool_ended(frame.tool_call_id, outcome, at_secs)

    def _follow_speech(self, frame: Frame, at_secs: float) -> None:
        turns = self._turns
        match frame:
            case TTSSpeakFrame():
                if not _is_filler(frame):
                    turns.speaks_unasked(at_secs)
            case AggregatedTextFrame(context_id=str(context_id)):
                turns.synthesis(context_id, at_secs, text=True, filler=_is_filler(frame))
            case TTSStartedFrame():
                self._synthesising = frame.context_id or frame.name
                turns.synthesis(self._synthesising, at_secs, text=True, filler=False)
            case TTSAudioRawFrame():
                context_id = frame.context_id or self._synthesising
                turns.synthesis(context_id, at_secs, text=False, filler=False)
            case _:
                pass

    def left(self, frame: Frame, at_secs: float) -> None:
        """Audio, or the start of an utterance in its place between, has left the transport."""
        match frame:
            case TTSStartedFrame():
                self._ear.listen()
                self._turns.utterance_plays(frame.context_id or frame.name)
            case OutputAudioRawFrame():
                heard = self._ear.hear(frame.audio, frame.sample_rate, frame.num_channels, at_secs)
                if heard is not None:
                    self._turns.audible(heard)
            case _:
                pass


def _typed(frame: LLMMessagesAppendFrame) -> bool:
    """Whether a caller wrote it, by the role of the messages: their content is not read."""
    return any(
        isinstance(message, Mapping) and message.get("role") == "user" for message in frame.messages
    )


def _outcome(frame: FunctionCallResultFrame) -> Outcome:
    failed = isinstance(frame.result, Mapping) and "error" in frame.result
    return "error" if frame.error or failed else "ok"
