"""A whole small call around the tools: a scripted model, a slow voice, and a loudspeaker."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from bot.tools.desk import Desk

RATE = 16000
SPEECH_SECS = 2.0

Tool = Callable[..., Awaitable[None]]


class OneCall(LLMService):
    """A model that calls one tool and says nothing; `runs` counts how often it was asked."""

    def __init__(self, tool: str, arguments: Mapping[str, object]) -> None:
        super().__init__(settings=LLMSettings.from_mapping({"model": "scripted"}))
        self.tool, self.arguments, self.runs = tool, arguments, 0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            return await self.push_frame(frame, direction)
        self.runs += 1
        if self.runs == 1:
            call = FunctionCallFromLLM(self.tool, "call-1", dict(self.arguments), frame.context)
            await self.run_function_calls([call])
        return None


class SlowVoice(TTSService):
    """Two seconds of sound for whatever it is to say."""

    def __init__(self) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=RATE,
            settings=TTSSettings(model=None, voice=None, language=None),
        )
        self.said: list[str] = []

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        self.said.append(text)
        sound = b"\x01\x02" * (RATE // 10)
        for _ in range(int(SPEECH_SECS * 10)):
            yield TTSAudioRawFrame(sound, RATE, 1, context_id=context_id)


class Loudspeaker(BaseOutputTransport):
    """Plays in the time that sound takes; `heard_secs` is what left it."""

    def __init__(self) -> None:
        params = TransportParams(
            audio_out_enabled=True, audio_out_sample_rate=RATE, audio_out_end_silence_secs=0
        )
        super().__init__(params)
        self.heard_secs = 0.0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        secs = frame.num_frames / frame.sample_rate
        await asyncio.sleep(secs)
        if any(frame.audio):
            self.heard_secs += secs
        return True


@dataclass
class Line:
    """A call under way."""

    llm: OneCall
    voice: SlowVoice
    speaker: Loudspeaker
    context: LLMContext
    worker: PipelineWorker
    running: "asyncio.Task[None]"
    ended: bool = False

    async def barge_in(self) -> None:
        await self.worker.queue_frame(InterruptionFrame())

    async def over(self) -> bool:
        """Whether the call has been ended by somebody on it, within a minute."""
        await asyncio.wait([self.running], timeout=60)
        return self.ended


@asynccontextmanager
async def calling(
    tool: Tool, desk: Desk, says: str = "hello", **arguments: object
) -> AsyncIterator[Line]:
    """A call whose model calls the tool at once, at what the caller `says`."""
    context = LLMContext([{"role": "user", "content": says}], tools=[tool])
    pair = LLMContextAggregatorPair(context)
    llm, voice, speaker = OneCall(tool.__name__, arguments), SlowVoice(), Loudspeaker()
    worker = PipelineWorker(
        Pipeline([pair.user(), llm, voice, speaker, pair.assistant()]),
        app_resources=desk,
        idle_timeout_secs=None,
        enable_rtvi=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    line = Line(llm, voice, speaker, context, worker, asyncio.create_task(runner.run()))

    @worker.event_handler("on_pipeline_finished")
    async def finished(_: PipelineWorker, frame: Frame) -> None:
        line.ended = isinstance(frame, EndFrame)

    await worker.queue_frame(LLMContextFrame(context))
    try:
        yield line
    finally:
        if not line.running.done():
            await worker.cancel()
        await line.running
