"""The model that answers and acts: name -> service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipecat.processors.frame_processor import FrameProcessor

from bot.providers.choice import Choice
from bot.providers.settings import ProviderSettings, required
from bot.providers.warm import Engines, loaded


@dataclass(frozen=True, slots=True)
class Brief:
    """What a model knows before the call."""

    persona: str
    greeting: str
    now: Callable[[], datetime]
    """The wall clock, without a zone, that "tomorrow at three" refers to."""


def llm(
    choice: Choice,
    settings: ProviderSettings,
    engines: Engines,
    brief: Brief,
) -> FrameProcessor:
    """The service that turns a conversation into words and tool calls.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "openai":
            from pipecat.services.openai.llm import OpenAILLMService

            openai = settings.openai
            return OpenAILLMService(
                api_key=required(openai.api_key, "OPENAI_API_KEY", "LLM=local"),
                base_url=openai.base_url,
                function_call_timeout_secs=settings.tool_timeout_secs,
                settings=OpenAILLMService.Settings(
                    model=openai.model, system_instruction=brief.persona
                ),
            )
        case _:
            from bot.providers.local.brain import Brain

            return Brain(
                loaded(engines.embedder),
                greeting=brief.greeting,
                now=brief.now,
                function_call_timeout_secs=settings.tool_timeout_secs,
            )
