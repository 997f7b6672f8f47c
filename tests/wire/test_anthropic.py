"""Anthropic's Messages API: Pipecat's own service against a server that speaks the protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import anthropic
import pytest
from anthropic import AsyncAnthropic
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.utils.errors import ErrorCategory
from pydantic import SecretStr

from bot.providers.choice import choices
from bot.providers.clients import Clients
from bot.providers.llm import llm
from bot.providers.settings import AnthropicSettings, ProviderSettings
from bot.providers.warm import Engines
from tests.emulators.anthropic import Anthropic
from tests.emulators.anthropic_rules import blocks_of
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.provider import (
    INSTANT,
    Drop,
    Empty,
    Late,
    Profile,
    Refuse,
    Send,
    Stall,
    serving,
)
from tests.wire.cloud_model import BRIEF, get_weather, look_up_order, model_call

WORDS = "Your order 1042 is on its way, and should be with you by Tuesday."
BOTH = (Call("look_up_order", {"order_number": "1042"}), Call("get_weather", {"city": "Boston"}))
TOOLS = (look_up_order, get_weather)
USER = {"role": "user", "content": "Hello."}
ASKED = {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}
TOLD = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "y"}


@pytest.fixture
async def provider() -> AsyncIterator[Anthropic]:
    emulator = Anthropic()
    async with serving(emulator):
        yield emulator
    assert not emulator.noted("unscripted")


def settings_for(provider: Anthropic, **changed: object) -> ProviderSettings:
    own = {"api_key": SecretStr(provider.key), "base_url": provider.url, **changed}
    return ProviderSettings(anthropic=AnthropicSettings(**own))


async def test_words_come_a_token_at_a_time_and_are_remembered(provider: Anthropic):
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == WORDS
    assert len(call.tokens) > 10
    assert call.context.get_messages()[-1] == {"role": "assistant", "content": WORDS}


async def test_the_model_is_told_the_persona_and_the_tools(provider: Anthropic):
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider, model="claude-sonnet-4-6"), tools=TOOLS) as call:
        await call.ask()
    (request,) = provider.noted("request")
    assert request["model"] == "claude-sonnet-4-6"
    assert request["system"][0]["text"] == BRIEF.persona
    assert [tool["name"] for tool in request["tools"]] == ["look_up_order", "get_weather"]


async def test_a_tool_is_called_and_its_result_is_told_to_the_model(provider: Anthropic):
    provider.mind = Scripted([Reply(calls=BOTH[:1]), WORDS])
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    (told,) = provider.noted("request")[1]["messages"][-1]["content"]
    assert "Order 1042 is on its way." in told["content"]


async def test_words_may_come_before_a_tool(provider: Anthropic):
    provider.mind = Scripted([Reply("Let me see.", BOTH[:1]), WORDS])
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert call.said == f"Let me see.{WORDS}"


async def test_two_tools_called_at_once_get_one_answer(provider: Anthropic):
    provider.mind = Scripted([Reply(calls=BOTH), WORDS])
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    blocks = [b for m in provider.noted("request")[1]["messages"] for b in blocks_of(m)]
    told = [block["content"] for block in blocks if block["type"] == "tool_result"]
    assert ["1042" in told[0], "Boston" in told[1]] == [True, True]


async def test_what_an_answer_cost_is_reported_and_the_persona_is_cached(provider: Anthropic):
    provider.mind = Scripted([WORDS, WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
        await call.ask()
    first, second = call.usage
    assert first.completion_tokens * 2 == second.completion_tokens * 2 == len(call.tokens)
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 0
    assert second.total_tokens == (
        second.prompt_tokens + second.cache_read_input_tokens + second.completion_tokens
    )


async def test_an_answer_can_be_had_in_one_piece(provider: Anthropic):
    provider.mind = Scripted([WORDS])
    settings = settings_for(provider)
    async with aclosing(Clients()) as clients:
        engines = Engines(None, None, None, None, clients)
        service = llm(choices(settings)["LLM"], settings, engines, BRIEF)
        assert await service.run_inference(LLMContext([USER])) == WORDS
        await service.cleanup()
    assert provider.noted("request")[0]["stream"] is False


async def test_an_answer_ends_at_its_limit(provider: Anthropic):
    provider.mind = Scripted([WORDS])
    async with _client(provider) as client:
        answer = await client.messages.create(
            model="claude-haiku-4-5", messages=[USER], max_tokens=3
        )
    assert answer.stop_reason == "max_tokens"
    assert answer.content[0].text == "Your order 104"


async def test_calls_share_a_connection_that_is_open_before_the_first_turn(
    provider: Anthropic,
):
    provider.mind = Scripted([WORDS, WORDS])
    async with aclosing(Clients()) as clients:
        for _ in range(2):
            async with model_call(settings_for(provider), clients=clients) as call:
                await call.connected()
                await call.ask()
    sockets = provider.noted("socket")
    assert len(sockets) == 4
    assert len(set(sockets)) == 1


async def test_what_is_interrupted_is_no_longer_generated(provider: Anthropic):
    provider.profile = Profile(INSTANT.stt_final, INSTANT.llm_first_token, INSTANT.stt_final, 0.01)
    provider.mind = Scripted([WORDS * 100])
    async with model_call(settings_for(provider)) as call:
        await call.run()
        await call.until(lambda: len(call.tokens) > 3)
        await call.interrupt()
        assert await provider.until_noted("gone") < 100


# Strictness


async def test_a_wrong_key_is_refused_for_good(provider: Anthropic):
    async with model_call(settings_for(provider, api_key=SecretStr("wrong"))) as call:
        await call.ask()
    (error,) = call.errors
    assert error.category is ErrorCategory.AUTHENTICATION
    refused = {"type": "authentication_error", "message": "invalid x-api-key"}
    assert refused in provider.noted("refused")


@pytest.mark.parametrize(
    ("status", "request_fields", "said"),
    [
        (404, {"model": "claude-9"}, "model: claude-9"),
        (400, {"extra_body": {"voice": "alloy"}}, "voice: Extra inputs are not permitted"),
        (400, {"max_tokens": 0}, "max_tokens: Input should be greater"),
        (400, {"extra_headers": {"anthropic-version": "2021-01-01"}}, "is not a valid version"),
        (400, {"extra_headers": {"anthropic-beta": "magic"}}, "Unexpected value(s) `magic`"),
        (400, {"messages": []}, "at least one message is required"),
        (400, {"messages": [{"role": "system", "content": "x"}]}, 'Unexpected role "system"'),
        (400, {"messages": [{"role": "user", "content": ""}]}, "must have non-empty content"),
        (400, {"messages": [{**USER, "mood": "good"}]}, "messages.0.mood: Extra inputs"),
        (
            400,
            {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]},
            "text content blocks must contain non-whitespace text",
        ),
        (
            400,
            {"messages": [{"role": "user", "content": [TOLD]}]},
            "unexpected `tool_use_id` found in `tool_result` blocks: toolu_1",
        ),
        (
            400,
            {"messages": [USER, {"role": "assistant", "content": [ASKED]}, USER]},
            "`tool_use` ids were found without `tool_result` blocks",
        ),
        (
            400,
            {
                "messages": [
                    USER,
                    {"role": "assistant", "content": [ASKED]},
                    {"role": "user", "content": [{"type": "text", "text": "well"}, TOLD]},
                ]
            },
            "`tool_use` ids were found without `tool_result` blocks",
        ),
        (
            400,
            {
                "model": "claude-sonnet-4-6",
                "messages": [USER, {"role": "assistant", "content": "I"}],
            },
            "does not support assistant message prefill",
        ),
        (
            400,
            {"messages": [USER, {"role": "assistant", "content": "I am "}]},
            "cannot end with trailing whitespace",
        ),
        (400, {"tool_choice": {"type": "auto"}}, "only be specified while providing tools"),
        (
            400,
            {"tools": [{"name": "x", "input_schema": {"type": "string"}}]},
            "tools.0.custom.input_schema: schema must be",
        ),
        (
            400,
            {
                "system": [
                    {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
                    for _ in range(5)
                ]
            },
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
    ],
)
async def test_what_anthropic_refuses_is_refused_in_its_words(
    status: int, request_fields: dict, said: str, provider: Anthropic
):
    async with _client(provider) as client:
        with pytest.raises(anthropic.APIStatusError) as refused:
            await client.messages.create(
                **{
                    "model": "claude-haiku-4-5",
                    "messages": [USER],
                    "max_tokens": 100,
                    **request_fields,
                }
            )
    assert refused.value.status_code == status
    assert said in refused.value.body["error"]["message"]


async def test_a_run_that_nobody_scripted_fails_and_is_noted():
    emulator = Anthropic()
    async with serving(emulator), model_call(settings_for(emulator)) as call:
        await call.ask()
    assert call.errors[0].category is ErrorCategory.SERVER
    assert emulator.noted("unscripted") == ["run 1 has no reply"]


async def test_the_models_there_are_can_be_asked_for_by_alias_too(provider: Anthropic):
    async with _client(provider) as client:
        names = [model.id async for model in client.models.list()]
        assert "claude-haiku-4-5" not in names
        assert (await client.models.retrieve("claude-haiku-4-5")).id in names
        with pytest.raises(anthropic.NotFoundError):
            await client.models.retrieve("claude-9")


# Faults


@pytest.mark.parametrize(
    ("fault", "category", "kind"),
    [
        (Refuse(429, {"Retry-After": "7"}), ErrorCategory.RATE_LIMIT, "rate_limit_error"),
        (Refuse(402, code="billing_error"), ErrorCategory.QUOTA, "billing_error"),
        (Refuse(500), ErrorCategory.SERVER, "api_error"),
        (Refuse(529), ErrorCategory.SERVER, "overloaded_error"),
    ],
)
async def test_a_refusal_is_an_error_at_once_and_the_next_run_is_answered(
    fault: Refuse, category: ErrorCategory, kind: str, provider: Anthropic
):
    provider.will(fault)
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
        assert provider.connections == 1
        await call.ask()
    (error,) = call.errors
    assert (error.category, error.exception.body["error"]["type"]) == (category, kind)
    assert error.exception.response.headers.get("Retry-After") == fault.headers.get("Retry-After")
    assert call.said == WORDS


async def test_a_late_answer_is_as_late_as_scripted(provider: Anthropic):
    provider.will(Late(0.2))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.run()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await call.until(lambda: bool(call.tokens))
        await call.until(lambda: call.said == WORDS)


async def test_a_stalled_answer_says_nothing_more_and_is_no_error(provider: Anthropic):
    provider.will(Stall(after=3))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.run()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await call.until(lambda: len(call.tokens) > 3)
        assert call.said == "Your order 104"
        await call.interrupt()
    assert not call.errors


async def test_a_dropped_answer_is_an_error_after_its_beginning(provider: Anthropic):
    provider.will(Drop(after=3))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == "Your order 104"
    assert len(call.errors) == 1
    assert provider.noted("gone") == [3]


OVERLOADED = (
    b"event: error\n"
    b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
)


@pytest.mark.parametrize("message", ["{not json", OVERLOADED])
async def test_garbage_or_an_error_event_ends_an_answer_with_an_error(
    message: str | bytes, provider: Anthropic
):
    provider.will(Send(message, after=3))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == "Your order 104"
    assert len(call.errors) == 1


async def test_an_empty_answer_is_no_error_and_says_nothing(provider: Anthropic):
    provider.will(Empty())
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert (call.tokens, call.errors) == ([], [])


def _client(provider: Anthropic) -> AsyncAnthropic:
    return AsyncAnthropic(api_key=provider.key, base_url=provider.url, max_retries=0)
