"""A call small enough for a test: scripted LLM, tools and TTS around real pipecat aggregators.

All waiting is on the event loop, so the same call runs on the virtual clock and on a real one.
"""

import asyncio
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.services.settings import LLMSettings, TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from processors.ends_at_a_clause import EndsAtAClause
from processors.filler import Filler
from processors.patience import FillerPolicy
from processors.tool_pace import ToolPace
from processors.whole_chunks import WholeChunks
from tests.clock import LoopClock

RATE_HZ = 8_000
SECS_PER_CHARACTER = 0.05
_CHUNK_BYTES = 2 * RATE_HZ // 10
_LEAD_SECS = 0.02
"""A client's buffer: what arrives so much before it is due hides a server that wakes up late."""
_STEP = 2000
"""Between the sample values of two texts."""


def secs_of(text: str) -> float:
    """How long the scripted voice takes for a text."""
    return len(text) * SECS_PER_CHARACTER


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the model calls, and how long it then takes."""

    tool: str
    after_secs: float
    result: object = "done"
    asynchronous: bool = False
    timeout_secs: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model does when it runs: says its texts, then calls its tools."""

    texts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A text at the caller's ear, from its first sample to its last; `lasts_secs` omits gaps."""

    text: str
    starts_secs: float
    ends_secs: float
    lasts_secs: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A stretch of one text's sound."""

    level: int
    starts_secs: float
    lasts_secs: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the model and the scripted voice are."""

    thinks_secs: float = 0.1
    speaks_after_secs: float = 0.05
    streams_every_secs: float = 0.0


@dataclass
class Script:
    """What the doubles are to do, and what they saw."""

    replies: Sequence[Reply]
    pace: Pace
    spoken: list[str] = field(default_factory=list)
    runs_secs: list[float] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)


class ScriptedLLM(LLMService):
    """Gives the script's replies in turn; a run that nobody scripted fails the call."""

    def __init__(self, script: Script) -> None:
        super().__init__(settings=llm_settings())
        self._script = script
        self._calls = {call.tool: call for reply in script.replies for call in reply.calls}
        for call in self._calls.values():
            self.register_function(
                call.tool,
                self._tool,
                cancel_on_interruption=not call.asynchronous,
                timeout_secs=call.timeout_secs,
            )

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self._reply(frame.context)
        else:
            await self.push_frame(frame, direction)

    async def _reply(self, context: LLMContext) -> None:
        run = len(self._script.runs_secs)
        self._script.runs_secs.append(asyncio.get_running_loop().time())
        reply = self._script.replies[self._which(run, context)]
        await self.push_frame(LLMFullResponseStartFrame())
        await asyncio.sleep(self._script.pace.thinks_secs)
        for text in reply.texts:
            await self.push_frame(LLMTextFrame(text))
        await self.run_function_calls(
            [
                FunctionCallFromLLM(call.tool, f"{call.tool}-{run}", {}, context)
                for call in reply.calls
            ]
        )
        await self.push_frame(LLMFullResponseEndFrame())

    def _which(self, run: int, context: LLMContext) -> int:
        """The number of the reply to give."""
        return run

    async def _tool(self, params: FunctionCallParams) -> None:
        call = self._calls[params.function_name]
        try:
            await asyncio.sleep(call.after_secs)
        except asyncio.CancelledError:
            self._script.cancelled.append(call.tool)
            raise
        await params.result_callback(call.result)


class ScriptedVoice(TTSService):
    """Speaks each text as a tone whose level tells which text it is."""

    def __init__(self, script: Script) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=RATE_HZ,
            settings=TTSSettings(model="scripted", voice="scripted", language=None),
        )
        self._script = script

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        self._script.spoken.append(text)
        await asyncio.sleep(self._script.pace.speaks_after_secs)
        samples = tone(len(self._script.spoken), secs_of(text))
        for at in range(0, len(samples), _CHUNK_BYTES):
            await asyncio.sleep(self._script.pace.streams_every_secs)
            yield TTSAudioRawFrame(
                samples[at : at + _CHUNK_BYTES], RATE_HZ, 1, context_id=context_id
            )


def tone(level: int, secs: float) -> bytes:
    return struct.pack("<h", level * _STEP) * round(secs * RATE_HZ)


class Ear(BaseOutputTransport):
    """Takes audio at the pace at which a caller hears it, and keeps what was heard when."""

    def __init__(self, script: Script, rate_hz: int) -> None:
        super().__init__(
            TransportParams(
                audio_out_enabled=True,
                audio_out_sample_rate=rate_hz,
                audio_out_end_silence_secs=0,
            )
        )
        self._script = script
        self._free_at_secs = 0.0
        self.chunks: list[tuple[float, bytes]] = []
        """When each began to be heard, and its samples."""
        self.utterances: list[tuple[float, bool]] = []
        """From when each could be heard, and whether it is one the model will remember."""

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        clock = asyncio.get_running_loop()
        starts_secs = max(self._free_at_secs, clock.time())
        self.chunks.append((starts_secs, frame.audio))
        self._free_at_secs = starts_secs + len(frame.audio) / 2 / frame.sample_rate
        await asyncio.sleep(self._free_at_secs - _LEAD_SECS - clock.time())
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        if isinstance(frame, TTSStartedFrame):
            now_secs = max(self._free_at_secs, asyncio.get_running_loop().time())
            self.utterances.append((now_secs, frame.append_to_context))

    @property
    def heard(self) -> list[Heard]:
        """Every text of a scripted voice that reached the caller, in the order of its start."""
        tones = list(self._tones())
        return [self._heard(level, tones) for level in dict.fromkeys(t.level for t in tones)]

    def _tones(self) -> Iterator[Tone]:
        for starts_secs, audio in self.chunks:
            at_secs = starts_secs
            for value, run in groupby(struct.unpack(f"<{len(audio) // 2}h", audio)):
                lasts_secs = len(list(run)) / self.sample_rate
                if value:
                    yield Tone(value // _STEP, at_secs, lasts_secs)
                at_secs += lasts_secs

    def _heard(self, level: int, tones: Sequence[Tone]) -> Heard:
        of_text = [tone for tone in tones if tone.level == level]
        return Heard(
            text=self._script.spoken[level - 1],
            starts_secs=of_text[0].starts_secs,
            ends_secs=of_text[-1].starts_secs + of_text[-1].lasts_secs,
            lasts_secs=sum(tone.lasts_secs for tone in of_text),
        )


@dataclass
class SmallCall:
    """A running call, with the hands to steer it and all that came of it."""

    script: Script
    worker: PipelineWorker
    context: LLMContext
    ear: Ear
    frames: "Frames"

    @property
    def heard(self) -> list[Heard]:
        return self.ear.heard

    async def run(self) -> None:
        """The caller's turn is over: the model runs."""
        await self.worker.queue_frame(LLMRunFrame())

    async def talk(self) -> None:
        await self.worker.queue_frame(UserStartedSpeakingFrame())

    async def fall_silent(self) -> None:
        await self.worker.queue_frame(UserStoppedSpeakingFrame())

    async def end_voice(self) -> None:
        """The caller's voice has ended, as the VAD has it."""
        await self.worker.queue_frame(VADUserStoppedSpeakingFrame())

    async def interrupt(self) -> None:
        await self.talk()
        await self.worker.queue_frame(InterruptionFrame())


class Frames(BaseObserver):
    """Every frame that was pushed, with who pushed it and when."""

    def __init__(self) -> None:
        super().__init__()
        self.pushed: list[tuple[float, FrameProcessor, Frame]] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        self.pushed.append((asyncio.get_running_loop().time(), data.source, data.frame))


@asynccontextmanager
async def small_call(
    *replies: Reply,
    policy: FillerPolicy | None = None,
    voice: TTSService | None = None,
    rate_hz: int = RATE_HZ,
    pace: Pace | None = None,
    tools: ToolPace | None = None,
) -> AsyncIterator[SmallCall]:
    """A call in which the caller has just said something."""
    told = Script(replies, pace or Pace())
    context = LLMContext([{"role": "user", "content": "Where is my order?"}], tools=_tools(replies))
    pair = LLMContextAggregatorPair(
        context,
        user_params=LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies()),
    )
    ear, frames = Ear(told, rate_hz), Frames()
    stages = [
        pair.user(),
        ScriptedLLM(told),
        Filler(policy, pace=tools),
        voice or ScriptedVoice(told),
        EndsAtAClause(),
        WholeChunks(),
        ear,
        pair.assistant(),
    ]
    worker = PipelineWorker(
        Pipeline(stages),
        params=PipelineParams(audio_out_sample_rate=rate_hz),
        clock=LoopClock(),
        idle_timeout_secs=None,
        enable_rtvi=False,
        observers=[frames],
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield SmallCall(told, worker, context, ear, frames)
        await worker.stop_when_done()
    except BaseException:
        await worker.cancel()
        raise
    finally:
        await running


def _tools(replies: Sequence[Reply]) -> ToolsSchema:
    names = {call.tool for reply in replies for call in reply.calls}
    return ToolsSchema(
        standard_tools=[
            FunctionSchema(name=name, description=name, properties={}, required=[])
            for name in sorted(names)
        ]
    )


def llm_settings() -> LLMSettings:
    return LLMSettings(
        model="scripted",
        system_instruction=None,
        temperature=None,
        max_tokens=None,
        top_p=None,
        top_k=None,
        frequency_penalty=None,
        presence_penalty=None,
        seed=None,
        filter_incomplete_user_turns=False,
        user_turn_completion_config=None,
    )
