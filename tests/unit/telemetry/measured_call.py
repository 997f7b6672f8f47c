"""A call whose turns are measured: Pipecat's aggregators and output around scripted others."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from pipecat.clocks.base_clock import BaseClock
from pipecat.frames.frames import (
    ClientConnectedFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi import RTVIServerMessageFrame
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from bot.telemetry.latency import TurnLatency
from bot.telemetry.observer import LatencyObserver
from bot.telemetry.prices import prices
from bot.telemetry.report import turn_message
from bot.telemetry.session_metrics import SessionTally
from processors.filler import Filler
from processors.patience import FillerPolicy
from tests.clock import LoopClock
from tests.small_call import llm_settings

RATE = 16_000
STOP_SECS = 0.2
SILENCE_SECS = 0.03
"""What every utterance of the TTS begins with."""
SECRET = "4711"
"""Said by the caller, by Echo, in a tool's arguments and in its result."""

Script = list[str | tuple[str, float]]
"""What the model answers in turn: a text, or a tool and how long it takes."""


class Caller(FrameProcessor):
    """The microphone, the VAD and the STT."""

    silent_at = 0.0
    """When the last word ended, on the loop's clock."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)

    async def connect(self) -> None:
        await self.push_frame(ClientConnectedFrame())

    async def begin(self) -> None:
        await self.broadcast_frame(VADUserStartedSpeakingFrame, start_secs=0.2)

    async def pause(self) -> None:
        """End a word; the VAD says so `STOP_SECS` later."""
        await asyncio.sleep(STOP_SECS)
        self.silent_at = asyncio.get_running_loop().time() - STOP_SECS
        await self.broadcast_frame(VADUserStoppedSpeakingFrame, stop_secs=STOP_SECS)

    async def fall_silent(self) -> None:
        """End the last word; the transcript comes 50 ms after the VAD."""
        await self.pause()
        await asyncio.sleep(0.05)
        said = TranscriptionFrame(f"my order is {SECRET}", "caller", "")
        said.finalized = True
        await self.push_frame(said)

    async def speak(self, for_secs: float = 1.0) -> None:
        await self.begin()
        await asyncio.sleep(for_secs)
        await self.fall_silent()


class Model(LLMService):
    """Answers by script: asked, it takes 0.1 s to its first token."""

    def __init__(self, script: Script) -> None:
        super().__init__(settings=llm_settings())
        self._script = iter(script)
        self.register_function("look_up_order", self._tool)
        self.register_function("fails", self._tool)
        self.register_function("refuses", self._tool)
        self.register_function("hangs", self._tool, timeout_secs=0.5)
        self._takes_secs = 0.0
        self._call_numbers = count()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        await asyncio.sleep(0.1)
        answer = next(self._script)
        if isinstance(answer, str):
            await self.push_frame(LLMTextFrame(answer))
        else:
            name, self._takes_secs = answer
            call_id = f"call-{next(self._call_numbers)}"
            call = FunctionCallFromLLM(name, call_id, {"number": SECRET}, frame.context)
            await self.run_function_calls([call])
        await self.push_frame(LLMFullResponseEndFrame())

    async def _tool(self, params: FunctionCallParams) -> None:
        await asyncio.sleep(self._takes_secs)
        if params.function_name == "fails":
            raise RuntimeError(SECRET)
        if params.function_name == "refuses":
            await params.result_callback({"error": f"There is no order {SECRET}."})
            return
        await params.result_callback({"say": f"Order {SECRET} is on its way."})


class Voice(TTSService):
    """Takes 50 ms to its first audio; every utterance is 0.03 s of silence and 0.6 s of tone."""

    def __init__(self) -> None:
        super().__init__(
            sample_rate=RATE,
            push_start_frame=True,
            push_stop_frames=True,
            stop_frame_timeout_s=0.1,
            settings=TTSSettings(model=None, voice="tone", language=None),
        )

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        await asyncio.sleep(0.05)
        silence = np.zeros(round(RATE * SILENCE_SECS), np.int16)
        tone = np.full(round(RATE * 0.6), 5000, np.int16)
        audio = np.concatenate([silence, tone]).tobytes()
        yield TTSAudioRawFrame(audio, RATE, 1, context_id=context_id)


class Output(BaseOutputTransport):
    """Plays in real time, and listens: when did sound begin after a silence?"""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=RATE))
        self.heard_at: list[float] = []
        self._silent = True

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        now_secs = asyncio.get_running_loop().time()
        for at, sample in enumerate(np.frombuffer(frame.audio, np.int16)):
            if self._silent and sample:
                self.heard_at.append(now_secs + at / RATE)
            self._silent = not sample
        await asyncio.sleep(len(frame.audio) / 2 / RATE)
        return True


@dataclass(slots=True)
class MeasuredCall:
    caller: Caller
    output: Output
    worker: PipelineWorker
    turns: list[TurnLatency]
    tally: SessionTally

    async def queue(self, frame: Frame) -> None:
        await self.worker.queue_frame(frame)


async def place_call(
    script: Script,
    act: Callable[[MeasuredCall], Awaitable[None]],
    clock: Callable[[], BaseClock] = LoopClock,
) -> MeasuredCall:
    """Run `act` in a call, hang up 3 s after it, and return the call with its turns."""
    caller, output = Caller(), Output()
    aggregators = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=UserTurnStrategies(
                start=[VADUserTurnStartStrategy()],
                stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.05)],
            )
        ),
    )
    turns: list[TurnLatency] = []
    tally = SessionTally("session", "measured")

    async def keep(turn: TurnLatency) -> None:
        turns.append(turn)
        await worker.rtvi.push_frame(RTVIServerMessageFrame(turn_message(turn)))

    stages = [
        caller,
        aggregators.user(),
        Model(script),
        Filler(FillerPolicy()),
        Voice(),
        output,
        aggregators.assistant(),
    ]
    worker = PipelineWorker(
        Pipeline(stages),
        observers=[LatencyObserver(keep, tally, prices())],
        clock=clock(),
        idle_timeout_secs=None,
    )
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def on_started(worker: PipelineWorker, frame: Frame) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await started.wait()
    call = MeasuredCall(caller, output, worker, turns, tally)
    await act(call)
    await asyncio.sleep(3)
    await worker.queue_frame(EndFrame())
    await running
    return call
