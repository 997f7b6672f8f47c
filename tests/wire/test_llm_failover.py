"""Language models that fail in the middle of a turn, on the wire: the turn is answered, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pydantic import SecretStr

from bot.providers.candidate import Candidate
from bot.providers.choice import Choice
from bot.providers.clients import Clients
from bot.providers.health import Health, HealthPolicy
from bot.providers.incident import IncidentFrame, OutageError
from bot.providers.llm import llm
from bot.providers.local import brain
from bot.providers.question import GO_ON
from bot.providers.reply import ThinkingPolicy
from bot.providers.settings import AnthropicSettings, OpenAISettings, ProviderSettings
from bot.providers.thinking import Thinking
from bot.providers.warm import Engines
from bot.turns import Ears
from tests.emulators.anthropic import Anthropic
from tests.emulators.mind import Call, Line, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import (
    BUDGET,
    Drop,
    Empty,
    Fault,
    Late,
    Refuse,
    Send,
    Stall,
    serving,
)
from tests.wire.cloud_model import BRIEF, ModelCall, get_weather, look_up_order, model_call
from tests.wire.held_up import held_up

ANSWER = "Your order 1042 shipped on Tuesday morning and comes tomorrow."
OTHER = "Sure, order 1042 is on its way."
QUICK = ThinkingPolicy(first_secs=0.5, stall_secs=0.4)


@pytest.fixture
async def two() -> AsyncIterator[tuple[OpenAIChat, Anthropic]]:
    models = OpenAIChat(mind=Scripted([ANSWER])), Anthropic(mind=Scripted([OTHER]))
    async with serving(*models):
        yield models


@pytest.fixture
def health() -> Health:
    return Health(HealthPolicy())


@asynccontextmanager
async def thinking(
    models: tuple[OpenAIChat | Anthropic, ...],
    health: Health,
    policy: ThinkingPolicy = QUICK,
    *,
    with_brain: bool = False,
    **call,
) -> AsyncIterator[ModelCall]:
    """A call whose models are these, by name "a", "b", and at last this machine."""
    clients = Clients()
    embedder = brain.load(call.get("tools", ())) if with_brain else None
    engines = Engines(Ears(), None, None, embedder, clients)

    def of(name: str, model: OpenAIChat | Anthropic) -> Candidate:
        key = SecretStr(model.key)
        if isinstance(model, OpenAIChat):
            kind = "openai"
            part = {"openai": OpenAISettings(api_key=key, base_url=f"{model.url}/v1")}
        else:
            kind = "anthropic"
            part = {"anthropic": AnthropicSettings(api_key=key, base_url=model.url)}
        settings = ProviderSettings(**part)
        return Candidate(name, lambda: llm(Choice("LLM", kind, ""), settings, engines, BRIEF))

    able = [of(name, model) for name, model in zip("abc", models, strict=False)]
    if with_brain:
        local = Choice("LLM", "local", "")
        able.append(
            Candidate(
                "local",
                lambda: llm(local, ProviderSettings(), engines, BRIEF),
                is_here=True,
                goes_on=False,
            )
        )
    stage = Thinking(able, health, policy)
    async with model_call(ProviderSettings(), clients=clients, stage=stage, **call) as on:
        yield on
    await clients.aclose()


def incidents(call: ModelCall) -> list[tuple[str, str, str]]:
    return [(each.provider, each.cause, each.successor) for each in call.seen(IncidentFrame)]


def answers(call: ModelCall) -> tuple[int, int]:
    """How often an answer began and ended."""
    return len(call.seen(LLMFullResponseStartFrame)), len(call.seen(LLMFullResponseEndFrame))


async def test_all_is_well_and_the_first_answers(two, health):
    async with thinking(two, health) as call:
        await call.ask()
        assert call.said == ANSWER
        assert answers(call) == (1, 1)
    assert not incidents(call)
    assert two[1].connections == 0  # a backup costs nothing until it is needed


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        pytest.param(Refuse(429, {"Retry-After": "60"}), "rate limit", id="3-busy"),
        pytest.param(Refuse(429, code="insufficient_quota"), "rate limit", id="3-quota"),
        pytest.param(Refuse(500), "unavailable", id="4-500"),
        pytest.param(Refuse(502), "unavailable", id="4-502"),
        pytest.param(Refuse(503), "unavailable", id="4-503"),
        pytest.param(Late(9), "late", id="5-slow"),
        pytest.param(Stall(), "late", id="7-open-and-silent"),
        pytest.param(Empty(), "silent", id="7-empty"),
        pytest.param(Drop(), "unavailable", id="drops"),
        pytest.param(Refuse(401), "credentials", id="12-key"),
    ],
)
async def test_the_next_answers_within_the_turn(two, health, fault: Fault, cause: str):
    two[0].will(*[fault] * 2)
    async with thinking(two, health) as call, held_up() as held:
        began = asyncio.get_running_loop().time()
        await call.ask()
        ended = asyncio.get_running_loop().time()
        took_secs = ended - began - held.secs(began, ended)
        assert call.said == OTHER
        assert answers(call) == (1, 1)
        ((provider, found, successor),) = incidents(call)
        assert (provider, successor) == ("a", "b")
        assert found in (cause, "quota")
        assert not call.errors
    assert took_secs < (1.2 if cause == "late" else 0.5)


async def test_who_says_how_long_is_left_alone_that_long(two, health):
    two[0].will(*[Refuse(429, {"Retry-After": "60"})] * 2)
    async with thinking(two, health) as call:
        await call.ask()
    now_secs = asyncio.get_running_loop().time()
    assert health.state("LLM", "a", now_secs + 55) == "open"


async def test_a_refused_key_is_found_out_by_one_call_only(two, health):
    two[0].will(*[Refuse(401)] * 9)
    two[1].mind = Scripted([OTHER] * 2)
    asked = []
    for _ in range(2):
        async with thinking(two, health) as call:
            await call.ask()
            assert call.said == OTHER
        asked.append(len(two[0].noted("request")))
    assert asked[0] == asked[1]
    assert health.state("LLM", "a", asyncio.get_running_loop().time()) == "dead"


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (Stall(5), "stalled"),
        (Drop(5), "unavailable"),
        (Send("data: {broken\n\n", 5), "unavailable"),
    ],
    ids=["6-stalls", "drops", "8-breaks"],
)
async def test_who_stops_in_a_sentence_is_continued_where_its_words_end(
    two, health, fault: Fault, cause: str
):
    two[0].will(fault)
    two[1].mind = Scripted(["shipped today."])
    async with thinking(two, health) as call:
        await call.ask()
        said = call.said
        assert answers(call) == (1, 1)
        assert incidents(call) == [("a", cause, "b")]
    begun = said.removesuffix("shipped today.")
    assert begun != said
    assert ANSWER.startswith(begun)
    assert begun[-1] == " "  # a whole word
    told = two[1].mind.runs[0]
    assert Line("assistant", begun.strip()) in told
    assert Line("user", GO_ON) in told


async def test_this_machine_is_the_last_resort_and_says_a_sentence_of_its_own(two, health):
    two[0].will(Drop(5))
    two[1].will(*[Refuse(503)] * 2)
    async with thinking(two, health, with_brain=True, tools=[look_up_order]) as call:
        await call.ask(runs=2)  # the brain calls its tool, and answers with what comes of it
        assert "Order 1042 is on its way." in call.said
        assert len(call.seen(FunctionCallResultFrame)) >= 1
        assert [each[2] for each in incidents(call)] == ["b", "local"]


async def test_the_tools_of_who_answers_run_once_and_it_goes_on(two, health):
    two[0].will(*[Refuse(503)] * 2)
    two[1].mind = Scripted([Reply(calls=(Call("look_up_order", {"order_number": "1042"}),)), OTHER])
    async with thinking(two, health, tools=[look_up_order]) as call:
        await call.ask(runs=2)
        assert call.said == OTHER
    results = {each.tool_call_id for each in call.seen(FunctionCallResultFrame)}
    assert len(results) == 1
    assert len(two[1].noted("request")) == 2  # the same one is asked on, in this turn
    assert len(incidents(call)) == 1


async def test_one_that_is_late_is_hedged_and_the_first_to_speak_answers(two, health):
    two[0].will(Late(0.5))
    two[0].mind = Scripted([Reply(calls=(Call("get_weather", {"city": "Boston"}),))])
    policy = ThinkingPolicy(first_secs=3, hedge_secs=0.2)
    async with thinking(two, health, policy, tools=[get_weather]) as call, held_up() as held:
        began = asyncio.get_running_loop().time()
        await call.ask()
        ended = asyncio.get_running_loop().time()
        await asyncio.sleep(0.6)  # the loser would have called its tool by now
        assert call.said == OTHER
        assert answers(call) == (1, 1)
        assert incidents(call) == [("a", "hedged", "b")]
        assert not call.seen(FunctionCallResultFrame)
    assert 0.2 <= ended - began < 0.5 + held.secs(began, ended)
    assert health.state("LLM", "a", asyncio.get_running_loop().time()) == "closed"


async def test_a_hedge_that_loses_is_dropped(two, health):
    two[0].will(Late(0.3))
    two[1].will(Late(1.0))
    policy = ThinkingPolicy(first_secs=3, hedge_secs=0.1)
    async with thinking(two, health, policy) as call:
        await call.ask()
        await asyncio.sleep(1.0)
        assert call.said == ANSWER
        assert answers(call) == (1, 1)


async def test_without_the_switch_nobody_is_asked_beside(two, health):
    two[0].will(Late(0.3))
    async with thinking(two, health) as call:
        await call.ask()
        assert call.said == ANSWER
    assert two[1].connections == 0


async def test_the_next_turn_begins_with_the_first_again_when_it_is_well(two, health):
    two[0].will(Refuse(503))
    two[0].mind = Scripted([ANSWER])
    async with thinking(two, health) as call:
        await call.ask()
        await call.say("And when does it come?")
        assert call.said == OTHER + ANSWER


async def test_when_all_have_failed_there_is_an_outage_and_the_answer_ends(two, health):
    for each in two:
        each.will(*[Refuse(503)] * 9)
    async with thinking(two, health) as call:
        await call.run()
        await call.until(lambda: any(isinstance(e.exception, OutageError) for e in call.errors))
        assert [each.exception.role for each in call.errors] == ["LLM"]
    assert [each[2] for each in incidents(call)] == ["b", "b", ""]


async def test_an_interruption_ends_the_question_whoever_was_asked(two, health):
    two[0].will(Late(0.3))
    async with thinking(two, health) as call:
        await call.run()
        await call.until(lambda: bool(call.seen(LLMFullResponseStartFrame)))
        await call.interrupt()
        await call.until(lambda: bool(call.seen(InterruptionFrame)))
        await asyncio.sleep(1.0)
        assert call.said == ""
        assert not incidents(call)
        assert not call.seen(ErrorFrame)


async def test_on_time_and_hedged_under_real_delays(health):
    slow = OpenAIChat(profile=BUDGET, mind=Scripted([ANSWER]))
    async with serving(slow), thinking((slow,), health) as call:
        await call.ask()
        assert call.said == ANSWER
