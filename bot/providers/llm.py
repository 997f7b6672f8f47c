"""The model that answers and acts: name -> service."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.utils.http import connection_limits

from bot.providers.arguments import AnthropicArguments, OpenAIArguments
from bot.providers.choice import Choice
from bot.providers.clients import Clients, Connected
from bot.providers.every_call import unfolded
from bot.providers.settings import OpenAISettings, ProviderSettings, given, required
from bot.providers.still_asked import StillAsked
from bot.providers.tool_steps import InSteps, Steps
from bot.providers.warm import Engines, loaded

RETRIES = 0
"""By the SDKs themselves, which wait up to a minute for a provider that is busy, while the caller
hears nothing."""
LIMITS = {"max_connections": 1000, "max_keepalive_connections": 100, "keepalive_expiry": None}
"""Of the SDKs' connections: theirs close after 5 s, which is less than a caller speaks."""


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
) -> StillAsked[Any]:
    """The service that turns a conversation into words and tool calls.

    Raises:
        MissingKeyError: the provider's key is missing.
    """
    match choice.provider:
        case "openai":
            return _openai(settings, engines.clients, brief)
        case "anthropic":
            return _anthropic(settings, engines.clients, brief)
        case _:
            from bot.providers.local.brain import Brain

            return Brain(
                loaded(engines.embedder),
                greeting=brief.greeting,
                now=brief.now,
                function_call_timeout_secs=settings.tool_timeout_secs,
            )


def _openai(settings: ProviderSettings, clients: Clients, brief: Brief) -> StillAsked[Any]:
    from openai import AsyncOpenAI, AsyncStream, DefaultAsyncHttpxClient
    from openai.types.chat import ChatCompletionChunk
    from pipecat.adapters.llm.services.open_ai_adapter import (
        OpenAILLMAdapter,
        OpenAILLMInvocationParams,
    )
    from pipecat.services.openai.llm import OpenAILLMService

    openai = settings.openai
    key = openai_key(openai)
    client = clients.shared(
        AsyncOpenAI,
        lambda: AsyncOpenAI(
            api_key=key,
            base_url=openai.base_url,
            max_retries=RETRIES,
            http_client=DefaultAsyncHttpxClient(limits=connection_limits(**LIMITS)),
        ),
    )

    class OpenAI(Connected, InSteps[OpenAILLMAdapter], OpenAILLMService):  # pyright: ignore[reportIncompatibleVariableOverride]
        """OpenAI, or who speaks as it does, with all the tools it calls."""

        steps = Steps(settings.tool_steps)
        apology = settings.apology

        def create_client(self, *args: object, **kwargs: object) -> AsyncOpenAI:
            return client

        async def connect(self) -> object:
            return await client.models.retrieve(openai.model)

        async def get_chat_completions(
            self, context: LLMContext
        ) -> AsyncStream[ChatCompletionChunk]:
            answer = await super().get_chat_completions(context)
            return cast("AsyncStream[ChatCompletionChunk]", unfolded(answer, OpenAIArguments()))

        def build_chat_completion_params(
            self, params_from_context: OpenAILLMInvocationParams
        ) -> dict[str, object]:
            params: dict[str, object] = {}
            params |= super().build_chat_completion_params(params_from_context)
            return params | (
                {"tool_choice": "none"} if params["tools"] and self.steps.spent else {}
            )

    service = OpenAI(
        function_call_timeout_secs=settings.tool_timeout_secs,
        settings=OpenAILLMService.Settings(model=openai.model, system_instruction=brief.persona),
    )
    # What needs no key is not OpenAI's, and the templates of many open models know no such role.
    service.supports_developer_role = bool(given(openai.api_key))
    return service


def _anthropic(settings: ProviderSettings, clients: Clients, brief: Brief) -> StillAsked[Any]:
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient
    from anthropic.types.beta import BetaRawMessageStreamEvent
    from pipecat.adapters.llm.services.anthropic_adapter import AnthropicLLMAdapter
    from pipecat.services.anthropic.llm import AnthropicLLMService

    anthropic = settings.anthropic
    key = required(anthropic.api_key, "ANTHROPIC_API_KEY", "LLM=local")
    client = clients.shared(
        AsyncAnthropic,
        lambda: AsyncAnthropic(
            api_key=key,
            base_url=anthropic.base_url,
            max_retries=RETRIES,
            http_client=DefaultAsyncHttpxClient(limits=connection_limits(**LIMITS)),
        ),
    )

    class Anthropic(Connected, InSteps[AnthropicLLMAdapter], AnthropicLLMService):  # pyright: ignore[reportIncompatibleVariableOverride]
        """Anthropic, with all the tools it calls."""

        steps = Steps(settings.tool_steps)
        apology = settings.apology

        async def connect(self) -> object:
            return await client.models.retrieve(anthropic.model)

        async def _create_message_stream(
            self, api_call: Callable[..., object], params: Mapping[str, object]
        ) -> AsyncIterator[BetaRawMessageStreamEvent]:
            if params.get("tools") and self.steps.spent:
                params = {**params, "tool_choice": {"type": "none"}}
            answer = await super()._create_message_stream(api_call, params)
            return unfolded(answer, AnthropicArguments())

    return Anthropic(
        api_key=key,
        client=client,
        function_call_timeout_secs=settings.tool_timeout_secs,
        settings=AnthropicLLMService.Settings(
            model=anthropic.model,
            system_instruction=brief.persona,
            enable_prompt_caching=True,
        ),
    )


def openai_key(openai: OpenAISettings) -> str:
    """The key; for a server of one's own that needs none, a word in its place.

    Raises:
        MissingKeyError: OpenAI itself serves, and there is no key.
    """
    if openai.base_url and not given(openai.api_key):
        return "none"  # the SDK insists on one
    return required(openai.api_key, "OPENAI_API_KEY", "LLM=local")
