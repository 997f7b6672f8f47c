"""Watches the frames of a call and tells what each turn cost.

Pipecat's `UserBotLatencyObserver` stops at the first sound, so a filler ends its measurement, and
it knows no turn that was typed, resumed or interrupted; this one follows a turn to its answer. All
times are those of the pipeline's monotonic clock at which a frame was pushed: the wall-clock times
that VAD frames carry are not used.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pipecat.frames.frames import (
    BotBackchannelFrame,
    ErrorFrame,
    Frame,
    SpeechOutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSTextFrame,
)
from pipecat.observers.base_observer import BaseObserver, FrameProcessed, FramePushed
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport

from bot.telemetry.frame_reader import READ, FrameReader
from bot.telemetry.latency import TurnLatency
from bot.telemetry.prices import Prices
from bot.telemetry.session_metrics import SessionTally
from bot.telemetry.turns import TurnFollower

OnTurn = Callable[[TurnLatency], Awaitable[None]]

_UNREAD = (BotBackchannelFrame, TTSTextFrame)
_PLAYED = (SpeechOutputAudioRawFrame, TTSAudioRawFrame, TTSStartedFrame)


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
        self._reader = FrameReader(self._turns, tally)
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
            watched = isinstance(frame, READ) and not isinstance(frame, _UNREAD)
            self._watched[kind] = watched
        if watched:
            played = isinstance(data.source, BaseOutputTransport)
            self._reader.pushed(frame, self._now_secs, played=played)
            await self._report()

    async def on_process_frame(self, data: FrameProcessed) -> None:
        self._now_secs = data.timestamp / 1e9
        kind = type(data.frame)
        played = self._played.get(kind)
        if played is None:
            played = self._played[kind] = isinstance(data.frame, _PLAYED)
        if played and isinstance(data.processor.previous, BaseOutputTransport):
            self._reader.left(data.frame, self._now_secs)
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


def _category(frame: ErrorFrame) -> str:
    return frame.category.value if frame.category else "unknown"
