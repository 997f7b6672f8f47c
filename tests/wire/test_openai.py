"""OpenAI's chat completions: Pipecat's own service against a server that speaks the protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import openai
import pytest
from openai import AsyncOpenAI
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.utils.errors import ErrorCategory
from pydantic import SecretStr

from bot.providers.choice import choices
from bot.providers.clients import Clients
from bot.providers.llm import llm
from bot.providers.settings import OpenAISettings, ProviderSettings
from bot.providers.warm import Engines
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import (
    BUDGET,
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
BOTH = Reply(
    calls=(Call("look_up_order", {"order_number": "1042"}), Call("get_weather", {"city": "Boston"}))
)
TOOLS = (look_up_order, get_weather)
USER = {"role": "user", "content": "Hello."}


@pytest.fixture
async def provider() -> AsyncIterator[OpenAIChat]:
    emulator = OpenAIChat()
    async with serving(emulator):
        yield emulator
    assert not emulator.noted("unscripted")


def settings_for(provider: OpenAIChat, **changed: object) -> ProviderSettings:
    own = {"api_key": SecretStr(provider.key), "base_url": f"{provider.url}/v1", **changed}
    return ProviderSettings(openai=OpenAISettings(**own))


async def test_words_come_a_token_at_a_time_and_are_remembered(provider: OpenAIChat):
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == WORDS
    assert len(call.tokens) > 10
    assert call.context.get_messages()[-1] == {"role": "assistant", "content": WORDS}


async def test_the_model_is_told_the_persona_and_the_tools(provider: OpenAIChat):
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider, model="gpt-4.1-mini"), tools=TOOLS) as call:
        await call.ask()
    (request,) = provider.noted("request")
    assert request["model"] == "gpt-4.1-mini"
    assert request["messages"][0] == {"role": "system", "content": BRIEF.persona}
    assert [tool["function"]["name"] for tool in request["tools"]] == [
        "look_up_order",
        "get_weather",
    ]


async def test_a_tool_is_called_and_its_result_is_told_to_the_model(provider: OpenAIChat):
    calls = (Call("look_up_order", {"order_number": "1042"}),)
    provider.mind = Scripted([Reply(calls=calls), WORDS])
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    told = provider.noted("request")[1]["messages"][-1]
    assert told["role"] == "tool"
    assert "Order 1042 is on its way." in told["content"]


async def test_two_tools_called_at_once_get_one_answer(provider: OpenAIChat):
    provider.mind = Scripted([BOTH, WORDS])
    async with model_call(settings_for(provider), tools=TOOLS) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    told = [m["content"] for m in provider.noted("request")[1]["messages"] if m["role"] == "tool"]
    assert ["1042" in told[0], "Boston" in told[1]] == [True, True]


async def test_what_an_answer_cost_is_reported(provider: OpenAIChat):
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    (usage,) = call.usage
    assert usage.completion_tokens == len(call.tokens)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_an_answer_can_be_had_in_one_piece(provider: OpenAIChat):
    provider.mind = Scripted([WORDS])
    settings = settings_for(provider)
    async with aclosing(Clients()) as clients:
        engines = Engines(None, None, None, None, clients)
        service = llm(choices(settings)["LLM"], settings, engines, BRIEF)
        assert await service.run_inference(LLMContext([USER])) == WORDS
        await service.cleanup()
    assert provider.noted("request")[0]["stream"] is False


async def test_an_answer_ends_at_its_limit(provider: OpenAIChat):
    provider.mind = Scripted([WORDS])
    async with _client(provider) as client:
        answer = await client.chat.completions.create(
            model="gpt-4.1", messages=[USER], max_completion_tokens=3
        )
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == "Your order 104"


async def test_tokens_come_at_the_profiles_pace_however_long_the_mind_thinks(
    provider: OpenAIChat,
):
    class Slow(Scripted):
        async def reply(self, messages, tools):
            await asyncio.sleep(0.1)
            return await super().reply(messages, tools)

    provider.profile, provider.mind = BUDGET, Slow([WORDS])
    clock = asyncio.get_running_loop()
    came_secs = []
    async with _client(provider) as client:
        chunks = await client.chat.completions.create(model="gpt-4.1", messages=[USER], stream=True)
        async for chunk in chunks:
            if chunk.choices[0].delta.content:
                came_secs.append(clock.time())
    first, *later = (at - provider.journal[0].at_secs for at in came_secs)
    assert first == pytest.approx(0.2, abs=0.05)
    assert later[9] - first == pytest.approx(10 * 0.02, abs=0.05)


async def test_calls_share_a_connection_that_is_open_before_the_first_turn(
    provider: OpenAIChat,
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


async def test_what_is_interrupted_is_no_longer_generated(provider: OpenAIChat):
    provider.profile = Profile(INSTANT.stt_final, INSTANT.llm_first_token, INSTANT.stt_final, 0.01)
    provider.mind = Scripted([WORDS * 100])
    async with model_call(settings_for(provider)) as call:
        await call.run()
        await call.until(lambda: len(call.tokens) > 3)
        await call.interrupt()
        assert await provider.until_noted("gone") < 100


async def test_a_server_of_ones_own_needs_no_key_and_no_role_for_developers(provider: OpenAIChat):
    provider.key, provider.models = "", ("qwen3:8b",)
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider, api_key=None, model="qwen3:8b")) as call:
        call.context.add_message({"role": "developer", "content": "The caller is in a hurry."})
        await call.ask()
    assert call.said == WORDS
    assert [m["role"] for m in provider.noted("request")[0]["messages"]] == [
        "system",
        "user",
        "user",
    ]


# Strictness


async def test_a_wrong_key_is_refused_for_good(provider: OpenAIChat):
    async with model_call(settings_for(provider, api_key=SecretStr("wrong"))) as call:
        await call.ask()
    (error,) = call.errors
    assert error.category is ErrorCategory.AUTHENTICATION
    assert provider.noted("refused")[0]["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    ("status", "request_fields", "said"),
    [
        (404, {"model": "gpt-9x"}, "The model `gpt-9x` does not exist"),
        (400, {"extra_body": {"voice": "alloy"}}, "Unknown parameter: 'voice'"),
        (400, {"messages": []}, "Invalid 'messages': empty array."),
        (400, {"messages": [{"role": "narrator", "content": "x"}]}, "Invalid value: 'narrator'"),
        (400, {"messages": [{**USER, "mood": "good"}]}, "Unknown parameter: 'messages[0].mood'"),
        (400, {"messages": [{"role": "user"}]}, "Invalid value for 'content'"),
        (
            400,
            {"messages": [USER, {"role": "tool", "tool_call_id": "call_1", "content": "x"}]},
            "must be a response to a preceeding message with 'tool_calls'",
        ),
        (
            400,
            {
                "messages": [
                    {
                        "role": "assistant",
                        "tool_calls": [
                            {
                                "id": "call_1",
                                "type": "function",
                                "function": {"name": "x", "arguments": "{}"},
                            }
                        ],
                    },
                    USER,
                ]
            },
            "did not have response messages: call_1",
        ),
        (400, {"stream_options": {"include_usage": True}}, "only allowed when 'stream'"),
        (400, {"temperature": 3}, "Invalid 'temperature'"),
        (400, {"tools": []}, "Invalid 'tools': empty array."),
        (400, {"tool_choice": "auto"}, "only allowed when 'tools' are specified"),
        (
            400,
            {"tools": [{"type": "function", "function": {"name": "look up"}}]},
            "Invalid 'tools[0].function.name'",
        ),
        (
            400,
            {
                "tools": [
                    {
                        "type": "function",
                        "function": {
                            "name": "look_up",
                            "parameters": {
                                "type": "object",
                                "properties": {"numbers": {"type": "array"}},
                            },
                        },
                    }
                ]
            },
            "array schema missing items",
        ),
    ],
)
async def test_what_openai_refuses_is_refused_in_its_words(
    status: int, request_fields: dict, said: str, provider: OpenAIChat
):
    async with _client(provider) as client:
        with pytest.raises(openai.APIStatusError) as refused:
            await client.chat.completions.create(
                **{"model": "gpt-4.1", "messages": [USER], **request_fields}
            )
    assert refused.value.status_code == status
    assert said in refused.value.body["message"]


async def test_a_run_that_nobody_scripted_fails_and_is_noted():
    emulator = OpenAIChat()
    async with serving(emulator), model_call(settings_for(emulator)) as call:
        await call.ask()
    assert call.errors[0].category is ErrorCategory.SERVER
    assert emulator.noted("unscripted") == ["run 1 has no reply"]


async def test_the_models_there_are_can_be_asked_for(provider: OpenAIChat):
    async with _client(provider) as client:
        assert "gpt-4.1" in [model.id async for model in client.models.list()]
        assert (await client.models.retrieve("gpt-4.1")).id == "gpt-4.1"
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-9x")


# Faults


@pytest.mark.parametrize(
    ("fault", "category", "code"),
    [
        (
            Refuse(429, {"Retry-After": "7"}),
            ErrorCategory.RATE_LIMIT,
            "rate_limit_exceeded",
        ),
        (Refuse(429, code="insufficient_quota"), ErrorCategory.RATE_LIMIT, "insufficient_quota"),
        (Refuse(500), ErrorCategory.SERVER, None),
        (Refuse(503), ErrorCategory.SERVER, None),
    ],
)
async def test_a_refusal_is_an_error_at_once_and_the_next_run_is_answered(
    fault: Refuse, category: ErrorCategory, code: str | None, provider: OpenAIChat
):
    provider.will(fault)
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
        assert provider.connections == 1
        await call.ask()
    (error,) = call.errors
    assert (error.category, error.exception.code) == (category, code)
    assert error.exception.response.headers.get("Retry-After") == fault.headers.get("Retry-After")
    assert call.said == WORDS


async def test_a_late_answer_is_as_late_as_scripted(provider: OpenAIChat):
    provider.will(Late(0.2))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.run()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await call.until(lambda: bool(call.tokens))
        await call.until(lambda: call.said == WORDS)


async def test_a_stalled_answer_says_nothing_more_and_is_no_error(provider: OpenAIChat):
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


async def test_a_dropped_answer_is_an_error_after_its_beginning(provider: OpenAIChat):
    provider.will(Drop(after=3))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == "Your order 104"
    assert len(call.errors) == 1
    assert provider.noted("gone") == [3]


async def test_garbage_ends_an_answer_with_an_error(provider: OpenAIChat):
    provider.will(Send("{not json", after=3))
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert call.said == "Your order 104"
    assert len(call.errors) == 1


async def test_an_empty_answer_is_no_error_and_says_nothing(provider: OpenAIChat):
    provider.will(Empty())
    provider.mind = Scripted([WORDS])
    async with model_call(settings_for(provider)) as call:
        await call.ask()
    assert (call.tokens, call.errors) == ([], [])


def _client(provider: OpenAIChat) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=provider.key, base_url=f"{provider.url}/v1", max_retries=0)
