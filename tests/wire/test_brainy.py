"""A cloud's model that understands: the keyless dialogue behind either provider's wire."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

import bot.tools
from bot.providers.local.embedding import Embedder, embedder
from bot.providers.settings import AnthropicSettings, OpenAISettings, ProviderSettings
from tests.emulators.anthropic import Anthropic
from tests.emulators.brainy import Brainy
from tests.emulators.language_model import LanguageModel
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import serving
from tests.wire.cloud_model import get_weather, look_up_order, model_call

TOOLS = (look_up_order, get_weather)
DONE_ANYWAY = "It was done after all, unheard by the caller: The return is started."


@pytest.fixture(scope="module")
def model() -> Embedder:
    return embedder()


@pytest.fixture(params=[OpenAIChat, Anthropic])
async def provider(request: pytest.FixtureRequest, model: Embedder) -> AsyncIterator[LanguageModel]:
    emulator = request.param(mind=Brainy(model))
    async with serving(emulator):
        yield emulator
    assert not emulator.noted("refused")


def settings_for(provider: LanguageModel) -> ProviderSettings:
    key = SecretStr(provider.key)
    if isinstance(provider, Anthropic):
        return ProviderSettings(anthropic=AnthropicSettings(api_key=key, base_url=provider.url))
    return ProviderSettings(openai=OpenAISettings(api_key=key, base_url=f"{provider.url}/v1"))


async def test_it_calls_the_tool_that_is_meant_and_says_what_came_of_it(provider: LanguageModel):
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert "Order 1042 is on its way." in call.said


async def test_it_asks_for_what_is_missing_and_goes_on_when_it_is_told(provider: LanguageModel):
    async with model_call(settings_for(provider), "Where is my order?", TOOLS) as call:
        await call.ask()
        assert "order number" in call.said
        call.context.add_message({"role": "user", "content": "It is 1042."})
        await call.ask(runs=2)
    assert "Order 1042 is on its way." in call.said


async def test_echos_own_tools_are_such_as_the_provider_takes(provider: LanguageModel):
    async with model_call(settings_for(provider), "Hello.", bot.tools.TOOLS) as call:
        await call.ask()
    assert call.said
    (request,) = provider.noted("request")
    assert len(request["tools"]) == len(bot.tools.TOOLS)


async def test_a_note_from_the_developer_is_not_taken_for_the_callers_words(
    provider: LanguageModel,
):
    async with model_call(settings_for(provider), "Hello.", TOOLS) as call:
        await call.ask()
        call.context.add_message({"role": "developer", "content": DONE_ANYWAY})
        await call.ask()
    assert "The return is started." in call.said
