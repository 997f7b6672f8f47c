"""Watches the frames of a call and tells what each turn cost.

Pipecat's `UserBotLatencyObserver` stops at the first sound, so a filler ends its measurement, and
it knows no turn that was typed, resumed or interrupted; this one follows a turn to its answer. All
times are those of the pipeline's monotonic clock at which a frame was pushed: the wall-clock times
that VAD frames carry are not used.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotBackchannelFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
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
    SpeechOutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FrameProcessed, FramePushed
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport

from bot.providers.incident import IncidentFrame
from bot.telemetry.latency import Incident, Outcome, TurnLatency
from bot.telemetry.onset import Ear
from bot.telemetry.prices import Prices
from bot.telemetry.session_metrics import SessionTally
from bot.telemetry.turns import TurnFollower
from processors.filler import FILLER
from processors.resume import HushFrame

OnTurn = Callable[[TurnLatency], Awaitable[None]]

_WATCHED = (
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
_UNWATCHED = (BotBackchannelFrame, TTSTextFrame)
_PLAYED = (SpeechOutputAudioRawFrame, TTSAudioRawFrame, TTSStartedFrame)


def is_filler(frame: AggregatedTextFrame | TTSSpeakFrame) -> bool:
    """Whether a text only bridges a wait; its type says so before the TTS and behind it."""
    return frame.text_type == FILLER


class LatencyObserver(BaseObserver):
    """Calls `on_turn` with the `TurnLatency` of each turn when it is over.

    The last turn comes when the pipeline is cleaned up. Tool calls and errors are counted in
    `tally` as they happen, turns before `on_turn`. Neither sees a transcript, an argument or a
    result.

    Audible is what leaves the output transport: its `BotStartedSpeakingFrame` plus the silence
    that the speech begins with (`Ear`). Whose speech it is says the `TTSStartedFrame` that the
    transport lets through in its place between the audio: the processor behind the transport
    gets both in order. Costs one look-up per hop of a frame, and per first push.
    """

    def __init__(self, on_turn: OnTurn, tally: SessionTally, prices: Prices) -> None:
        super().__init__(observe_every_push=False)
        self._prices = prices
        self._on_turn = on_turn
        self._tally = tally
        self._turns = TurnFollower()
        self._ear = Ear()
        self._synthesising = ""
        self._running: set[str] = set()
        self._now_secs = 0.0
        self._watched: dict[type[Frame], bool] = {}
        self._played: dict[type[Frame], bool] = {}

    async def on_push_frame(self, data: FramePushed) -> None:
        self._now_secs = data.timestamp / 1e9
        frame = data.frame
        kind = type(frame)
        if isinstance(frame, ErrorFrame):
            self._tally.add_error(_category(frame))
        if data.direction is not FrameDirection.DOWNSTREAM and kind is not TranscriptionFrame:
            return  # only a model that hears sends its transcripts upstream
        watched = self._watched.get(kind)
        if watched is None:
            watched = isinstance(frame, _WATCHED) and not isinstance(frame, _UNWATCHED)
            self._watched[kind] = watched
        if watched:
            self._follow(frame, self._now_secs, played=isinstance(data.source, BaseOutputTransport))
            await self._report()

    async def on_process_frame(self, data: FrameProcessed) -> None:
        self._now_secs = data.timestamp / 1e9
        kind = type(data.frame)
        played = self._played.get(kind)
        if played is None:
            played = self._played[kind] = isinstance(data.frame, _PLAYED)
        if played and isinstance(data.processor.previous, BaseOutputTransport):
            self._hear(data.frame, self._now_secs)
            await self._report()

    async def on_pipeline_started(self) -> None:
        self._turns.connected(self._now_secs)

    async def cleanup(self) -> None:
        """Report the turn that the hang-up cut short."""
        await super().cleanup()
        self._turns.hang_up()
        await self._report()

    async def _report(self) -> None:
        for turn in self._turns.take_finished():
            self._tally.add_turn(turn)
            await self._on_turn(replace(turn, cost_usd=self._prices.cost_usd(turn.usages)))

    def _follow(self, frame: Frame, at_secs: float, *, played: bool) -> None:
        """Pass a frame that is pushed for the first time on; `played` by a transport."""
        self._follow_caller(frame, at_secs)
        self._follow_model(frame, at_secs)
        self._follow_output(frame, at_secs)
        if not played:  # else it is audio that the transport cut anew: `_hear` takes it
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
                if not is_filler(frame):
                    turns.speaks_unasked(at_secs)
            case AggregatedTextFrame(context_id=str(context_id)):
                turns.synthesis(context_id, at_secs, text=True, filler=is_filler(frame))
            case TTSStartedFrame():
                self._synthesising = frame.context_id or frame.name
                turns.synthesis(self._synthesising, at_secs, text=True, filler=False)
            case TTSAudioRawFrame():
                context_id = frame.context_id or self._synthesising
                turns.synthesis(context_id, at_secs, text=False, filler=False)
            case _:
                pass

    def _hear(self, frame: Frame, at_secs: float) -> None:
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


def _category(frame: ErrorFrame) -> str:
    return frame.category.value if frame.category else "unknown"
