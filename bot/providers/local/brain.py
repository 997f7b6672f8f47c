"""The keyless brain as an ordinary Pipecat LLM service: rules and a small model, no network."""

import asyncio
import re
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.frames.frames import (
    Frame,
    FunctionCallFromLLM,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import LLMSettings

from bot.providers.local.acts import Act, ToolCall
from bot.providers.local.adapter import PlainAdapter
from bot.providers.local.catalog import tools_in
from bot.providers.local.dialogue import Dialogue
from bot.providers.local.embedding import Embedder, embedder
from bot.providers.local.intents import Intents, warm
from bot.providers.local.moments import moment_in
from bot.providers.still_asked import StillAsked
from bot.threads import model_threads

_THOUGHT = model_threads(2, "brain")
"""Shared by all calls."""
_TOKEN = re.compile(r"\S+\s*")


def load(functions: Sequence[DirectFunction] = ()) -> Embedder:
    """The process's one model, ready to use (about 2 s).

    The examples of `functions`, the tools to be offered, are embedded as well; else the first turn
    that needs them pays 5 ms for each. Raises `WeightsError` if a file is not the expected one.
    """
    loaded = embedder()
    warm(loaded, tools_in(LLMContext(tools=[*functions]).tools))
    moment_in("the 24th of November at three", datetime(2026, 1, 5))  # dateparser's tables
    return loaded


class Brain(StillAsked[PlainAdapter]):
    """Answers and calls tools like any LLM service, from the context alone."""

    adapter_class = PlainAdapter

    def __init__(
        self,
        embedder: Embedder,
        *,
        greeting: str = "Hello. How can I help?",
        now: Callable[[], datetime] = datetime.now,
        function_call_timeout_secs: float | None = None,
    ) -> None:
        """`greeting` opens a conversation nobody has opened; `now` is the wall clock, without a
        zone, that "tomorrow" and "at three" refer to.
        """
        super().__init__(
            settings=LLMSettings(
                model="rules + all-MiniLM-L6-v2",
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
            ),
            function_call_timeout_secs=function_call_timeout_secs,
        )
        self._dialogue = Dialogue(Intents(embedder), greeting)
        self._now = now

    def can_generate_metrics(self) -> bool:
        return True

    async def run_inference(
        self,
        context: LLMContext,
        max_tokens: int | None = None,
        system_instruction: str | None = None,
        response_schema: dict[str, object] | None = None,
    ) -> str | None:
        """The words of the reply to a context, outside the pipeline; None if it would only act."""
        return (await self._decide(context)).text or None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        if self.is_withdrawn:
            return
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            await self.start_processing_metrics()
            await self._respond(frame.context)
        finally:
            await self.stop_processing_metrics()
            await self.push_frame(LLMFullResponseEndFrame())

    async def _respond(self, context: LLMContext) -> None:
        await self.start_ttfb_metrics()
        act = await self._decide(context)
        await self.stop_ttfb_metrics()
        tokens = _TOKEN.findall(act.text)
        for token in tokens:
            await self._push_llm_text(token)
        usage = LLMTokenUsage(
            prompt_tokens=0, completion_tokens=len(tokens), total_tokens=len(tokens)
        )
        await self.start_llm_usage_metrics(usage)
        await self._act(act.calls, context)

    async def _decide(self, context: LLMContext) -> Act:
        """In a thread: 10 ms of the model would be heard by the other calls."""
        messages, tools, now = list(context.get_messages()), context.tools, self._now()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THOUGHT, self._dialogue.decide, messages, tools, now)

    async def _act(self, calls: Sequence[ToolCall], context: LLMContext) -> None:
        if not calls:
            return
        await self.stop_ttfat_metrics()
        await self.run_function_calls(
            [
                FunctionCallFromLLM(
                    context=context,
                    tool_call_id=f"call_{uuid.uuid4().hex}",
                    function_name=call.tool,
                    arguments=call.arguments,
                )
                for call in calls
            ]
        )
