"""A call's middle for the tests of language models: memory, a real service, and what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage, LLMUsageMetricsData
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from bot.providers.choice import choices
from bot.providers.clients import Clients, Connected
from bot.providers.llm import Brief, llm
from bot.providers.settings import ProviderSettings
from bot.providers.warm import Engines
from processors.reticent import Reticent

PATIENCE_SECS = 30.0
BRIEF = Brief("You are Echo.", "Hello.", datetime.now)


async def look_up_order(params: FunctionCallParams, order_number: str) -> None:
    """Say where an order is.

    Examples: "where is my order 1042", "what happened to my order".
    """
    await params.result_callback({"say": f"Order {order_number} is on its way."})


async def get_weather(params: FunctionCallParams, city: str) -> None:
    """Say how the weather is in a city.

    Examples: "what's the weather in Boston", "will it rain in Denver".
    """
    await params.result_callback({"say": f"{city} will be sunny."})


class Seen(BaseObserver):
    """Every frame that was pushed, once, and a bell for who waits for one."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: dict[int, Frame] = {}
        self.rung = asyncio.Event()

    async def on_push_frame(self, data: FramePushed) -> None:
        self.frames[data.frame.id] = data.frame
        self.rung.set()

    def of(self, kind):
        return [frame for frame in self.frames.values() if isinstance(frame, kind)]


class ModelCall:
    """A running pipeline around a language model."""

    def __init__(
        self, worker: PipelineWorker, context: LLMContext, seen: Seen, service: Connected
    ) -> None:
        self.context = context
        self._service = service
        self._worker = worker
        self._seen = seen

    async def run(self) -> None:
        """The caller's turn is over: the model runs."""
        await self._worker.queue_frame(LLMRunFrame())

    async def connected(self) -> None:
        """Until the model has been asked what opens the connection."""
        await self.until(lambda: self._service._connecting is not None)
        await asyncio.wait({self._service._connecting}, timeout=PATIENCE_SECS)

    async def ask(self, runs: int = 1) -> None:
        """Let the model run, until it has so often, tools in between included."""
        ends = len(self._seen.of(LLMFullResponseEndFrame)) + runs
        await self.run()
        await self.until(lambda: len(self._seen.of(LLMFullResponseEndFrame)) == ends)

    async def until(self, there: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECS):
            while not there():
                self._seen.rung.clear()
                await self._seen.rung.wait()

    async def say(self, words: str, runs: int = 1) -> None:
        """The caller says something, and the model runs so often."""
        ends = len(self._seen.of(LLMFullResponseEndFrame)) + runs
        message = {"role": "user", "content": words}
        await self._worker.queue_frame(LLMMessagesAppendFrame([message], run_llm=True))
        await self.until(lambda: len(self._seen.of(LLMFullResponseEndFrame)) == ends)

    async def interrupt(self) -> None:
        await self._worker.queue_frame(InterruptionFrame())

    @property
    def tokens(self) -> list[str]:
        return [frame.text for frame in self._seen.of(LLMTextFrame)]

    @property
    def said(self) -> str:
        return "".join(self.tokens)

    def seen(self, kind: type[Frame]) -> list[Frame]:
        return self._seen.of(kind)

    @property
    def errors(self) -> list[ErrorFrame]:
        return self._seen.of(ErrorFrame)

    @property
    def usage(self) -> list[LLMTokenUsage]:
        data = [each for frame in self._seen.of(MetricsFrame) for each in frame.data]
        return [each.value for each in data if isinstance(each, LLMUsageMetricsData)]


@asynccontextmanager
async def model_call(
    settings: ProviderSettings,
    said: str = "Where is my order 1042?",
    tools: Sequence = (),
    clients: Clients | None = None,
    desk: object = None,
    behind: Sequence[FrameProcessor] = (),
    stage: FrameProcessor | None = None,
    brief: Brief = BRIEF,
    reticent: Reticent | None = None,
) -> AsyncIterator[ModelCall]:
    """A call whose model is the one that the settings choose, or `stage` in its place; the caller
    has said something.

    The tools find `desk` in their hands; `behind` the model is what else hears its frames, and
    `reticent` what keeps it from telling its `brief`.
    """
    context = LLMContext([{"role": "user", "content": said}], tools=[*tools])
    pair = LLMContextAggregatorPair(
        context,
        user_params=LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies()),
    )
    engines = Engines(None, None, None, None, clients or Clients())
    service = stage or llm(choices(settings)["LLM"], settings, engines, brief)
    if reticent:
        reticent.watch(service)
    seen = Seen()
    worker = PipelineWorker(
        Pipeline([pair.user(), service, *behind, pair.assistant()]),
        params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
        app_resources=desk,
        idle_timeout_secs=None,
        enable_rtvi=False,
        observers=[seen],
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield ModelCall(worker, context, seen, service)
        await worker.stop_when_done()
    except BaseException:
        await worker.cancel()
        raise
    finally:
        await running
        if clients is None:
            await engines.clients.aclose()
