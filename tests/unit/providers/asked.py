"""A model that is asked by hand, signal by signal, and all that is let out of its answers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.workers.runner import WorkerRunner

from bot.providers.candidate import Candidate
from bot.providers.health import Health, HealthPolicy
from bot.providers.local.adapter import PlainAdapter
from bot.providers.reply import ThinkingPolicy
from bot.providers.still_asked import StillAsked
from bot.providers.thinking import Thinking
from bot.providers.tool_steps import InSteps, Steps
from tests.clock import LoopClock
from tests.small_call import llm_settings

TALKS, DONE = UserStartedSpeakingFrame, UserStoppedSpeakingFrame
WITHDRAWN, INTERRUPTED = EagerEndOfTurnCancelFrame, InterruptionFrame
TOKENS = 4
"""Of an answer: each says which question it answers."""
DOWN = "down"
"""Asked this, a model fails."""
SETUP_SECS = 0.02
Delay = Callable[[], float]
"""Gives the seconds before each thing a model does."""


class _Speaks(LLMService[PlainAdapter]):
    """Answers as the SDKs' services do: beginning, words, a call, and an end whatever happens."""

    adapter_class = PlainAdapter

    def __init__(self, requests: list[str], done: list[str], delay: Delay) -> None:
        super().__init__(settings=llm_settings())
        self._requests, self._done, self._delay = requests, done, delay
        self.register_function("note", self._note)

    async def setup(self, setup: FrameProcessorSetup) -> None:
        await super().setup(setup)
        await asyncio.sleep(SETUP_SECS)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            await self._process_context(frame.context)
        finally:
            await self.push_frame(LLMFullResponseEndFrame())

    async def _process_context(self, context: LLMContext) -> None:
        words = str(context.get_messages()[-1]["content"])
        self._requests.append(words)
        for _ in range(TOKENS):
            await asyncio.sleep(self._delay())
            await self._push_llm_text(f"{words} ")
        if words == DOWN:
            await self.push_error("it is down", exception=ConnectionError(DOWN))
            return
        call = FunctionCallFromLLM(
            "note", f"{self}-{len(self._requests)}", {"words": words}, context
        )
        await self.run_function_calls([call])

    async def _note(self, params: FunctionCallParams) -> None:
        self._done.append(str(params.arguments["words"]))
        await params.result_callback("noted")


class _Model(InSteps[PlainAdapter], _Speaks):
    apology = "Sorry."

    def __init__(self, requests: list[str], done: list[str], delay: Delay) -> None:
        self.steps = Steps(1_000_000)
        super().__init__(requests, done, delay)


class _TakesBack(StillAsked[PlainAdapter], _Speaks):
    """Pipecat's way: a guess that wants a tool is taken back, to be asked again."""


class _Passes(FrameProcessor):
    """Before the model it is the hand that asks, behind it the ear."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self.seen: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.seen.append(frame)
        await self.push_frame(frame, direction)


class Asked:
    """The stage under test between a hand and an ear."""

    def __init__(self, hand: _Passes, ear: _Passes, requests: list[str], done: list[str]) -> None:
        self._hand, self._ear = hand, ear
        self.stage: Thinking | None = None
        """The models together; None for a model alone."""
        self.requests = requests
        """The words of the questions that a model has begun to answer."""
        self.done = done
        """The words of the questions on which a tool was run."""

    async def tell(self, frame: Frame) -> None:
        """Without letting anybody else do anything meanwhile."""
        await self._hand.push_frame(frame)

    @property
    def withdrawn(self) -> int:
        """How often who asked was told that a guess is not answered."""
        return sum(isinstance(frame, WITHDRAWN) for frame in self._hand.seen)

    @property
    def heard(self) -> Counter[str]:
        """How many tokens were let out to the words of each question."""
        texts = (frame.text for frame in self._ear.seen if isinstance(frame, LLMTextFrame))
        return Counter("".join(texts).split())

    @property
    def said_beside(self) -> list[str]:
        """What others had to say."""
        return [frame.text for frame in self._ear.seen if isinstance(frame, TTSSpeakFrame)]

    @property
    def answers(self) -> tuple[int, int]:
        """How often an answer began and ended."""
        begun = sum(isinstance(frame, LLMFullResponseStartFrame) for frame in self._ear.seen)
        return begun, sum(isinstance(frame, LLMFullResponseEndFrame) for frame in self._ear.seen)


def ahead(words: str) -> LLMContextFrame:
    """A question that is asked before the turn is over."""
    return LLMContextFrame(LLMContext([{"role": "user", "content": words}]), speculation=True)


def final(words: str) -> LLMContextFrame:
    return LLMContextFrame(LLMContext([{"role": "user", "content": words}]))


@asynccontextmanager
async def asked(
    names: str = "a", delay: Delay = lambda: 0.05, policy: ThinkingPolicy | None = None
) -> AsyncIterator[Asked]:
    """`Thinking` with models of these names; with none, a model alone.

    Those in capitals take a guess back that wants a tool.
    """
    requests: list[str] = []
    done: list[str] = []
    able = [
        Candidate(name, partial(_TakesBack if name.isupper() else _Model, requests, done, delay))
        for name in names
    ]
    stage = (
        Thinking(able, Health(HealthPolicy()), policy or ThinkingPolicy())
        if able
        else _Model(requests, done, delay)
    )
    hand, ear = _Passes(), _Passes()
    worker = PipelineWorker(
        Pipeline([hand, stage, ear]), clock=LoopClock(), idle_timeout_secs=None, enable_rtvi=False
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await asyncio.sleep(0.1)  # the call has begun
        call = Asked(hand, ear, requests, done)
        call.stage = stage if isinstance(stage, Thinking) else None
        yield call
        await worker.stop_when_done()
    except BaseException:
        await worker.cancel()
        raise
    finally:
        await running
