"""The brain in a pipeline: the rest of it cannot tell it from any other LLM service."""

import asyncio
from collections.abc import Sequence

import pytest
from pipecat.frames.frames import (
    Frame,
    FunctionCallResultFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.turns.empty_user_turn import EmptyUserTurnConfig
from pipecat.workers.runner import WorkerRunner

from bot.providers.local.brain import Brain, load
from bot.providers.local.embedding import Embedder
from processors.one_turn import join
from tests.unit.providers.local.scripted import GREETING, NOW, TOOLS, heard, said


class Ear(FrameProcessor):
    """Keeps what comes out of the brain."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.ended = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        if isinstance(frame, LLMFullResponseEndFrame) and self.text:
            self.ended.set()
        await self.push_frame(frame, direction)

    @property
    def text(self) -> str:
        return "".join(frame.text for frame in self.frames if isinstance(frame, LLMTextFrame))


async def look_up_order(
    params: FunctionCallParams, order_number: str = "", email: str = ""
) -> None:
    """Look up an order.

    Examples: "where is my order 1042".

    Args:
        order_number: The order's number.
        email: The e-mail address.
    """
    await params.result_callback({"say": f"Order {order_number} is on its way."})


async def _answers(
    model: Embedder, messages: Sequence[object], tools: Sequence[object] = (look_up_order,)
) -> tuple[Ear, LLMContext]:
    """Run the brain between its aggregators until it has spoken."""
    context = LLMContext([*messages], tools=[*tools])  # type: ignore[list-item]
    pair, ear = LLMContextAggregatorPair(context), Ear()
    brain = Brain(model, now=lambda: NOW)
    worker = PipelineWorker(
        Pipeline([brain, ear, pair.assistant()]),
        params=PipelineParams(enable_metrics=True),
        cancel_on_idle_timeout=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await worker.queue_frame(LLMContextFrame(context))
    try:
        await asyncio.wait_for(ear.ended.wait(), timeout=20)
    finally:
        await worker.cancel()
        await running
    return ear, context


@pytest.mark.real_clock
async def test_words_are_streamed_between_start_and_end(model: Embedder):
    ear, _ = await _answers(model, heard("Are you a robot?"))
    kinds = [
        type(frame)
        for frame in ear.frames
        if isinstance(frame, LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame)
    ]
    assert kinds[0] is LLMFullResponseStartFrame
    assert kinds[-1] is LLMFullResponseEndFrame
    assert kinds.count(LLMTextFrame) > 5
    assert "AI" in ear.text


@pytest.mark.real_clock
async def test_tool_is_called_and_its_answer_spoken(model: Embedder):
    ear, context = await _answers(model, [*said(GREETING), *heard("Where is order ten forty-two?")])
    assert any(isinstance(frame, FunctionCallResultFrame) for frame in ear.frames)
    assert ear.text == "Order 1042 is on its way."
    roles = [message["role"] for message in context.get_messages()]  # type: ignore[index]
    assert roles[:4] == ["assistant", "user", "assistant", "tool"]


@pytest.mark.real_clock
async def test_a_question_said_in_two_goes_is_understood_as_one(model: Embedder):
    context = LLMContext(messages=[*said(GREETING), *heard("Where is my order."), *heard("1042?")])
    join(context)
    ear, _ = await _answers(model, context.messages)
    assert ear.text == "Order 1042 is on its way."


@pytest.mark.real_clock
async def test_time_to_the_first_word_is_reported(model: Embedder):
    ear, _ = await _answers(model, heard("Hello"))
    reported = [
        data
        for frame in ear.frames
        if isinstance(frame, MetricsFrame)
        for data in frame.data
        if isinstance(data, TTFBMetricsData) and data.value > 0
    ]
    assert reported


async def test_greeting_is_a_setting(model: Embedder):
    brain = Brain(model, greeting="Acme, hello!")
    assert await brain.run_inference(LLMContext()) == "Acme, hello!"


async def test_inference_outside_the_pipeline_gives_words_and_calls_nothing(model: Embedder):
    brain = Brain(model, now=lambda: NOW)
    assert "AI" in str(await brain.run_inference(LLMContext([*heard("who are you")])))
    context = LLMContext([*heard("where is order 1042")], tools=[*TOOLS])
    assert await brain.run_inference(context) is None
    assert len(context.get_messages()) == 1


def test_loading_twice_gives_the_same_model(model: Embedder):
    assert load(TOOLS) is model


async def test_a_sound_without_words_that_cut_echo_off_is_asked_about(model: Embedder):
    note = {"role": "developer", "content": str(EmptyUserTurnConfig().interrupted_prompt)}
    cut_off = [*said(GREETING), *heard("where is order 1042"), *said("Order 1042,"), note]
    assert "didn't catch" in str(await Brain(model).run_inference(LLMContext(cut_off)))
