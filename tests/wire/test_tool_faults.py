"""What a model may get wrong about tools, by OpenAI's protocol and by Anthropic's.

Whatever it is: the caller hears words, nothing is done that should not be, nothing is done twice,
the conversation remembers what the provider takes back, and the next turn works.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from loguru import logger
from pipecat.services.llm_service import FunctionCallParams
from pipecat.utils.errors import ErrorCategory
from pydantic import SecretStr

from bot.providers.settings import AnthropicSettings, OpenAISettings, ProviderSettings
from bot.tools import TOOLS, consent
from bot.tools.clinic import ClinicSettings
from bot.tools.consent import Readback
from bot.tools.database import StoreSettings
from bot.tools.desk import Desk, answer_write
from bot.tools.offer import ToolError, offered
from bot.tools.outlook import WeatherSettings, weather_source
from bot.tools.spoken import Answer, say
from bot.tools.store import Store
from processors.filler import Filler, FillerFrame
from processors.patience import FillerPolicy
from tests.emulators.anthropic import Anthropic
from tests.emulators.language_model import LanguageModel
from tests.emulators.mind import Call, Called, Reply, Returned, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import INSTANT, serving
from tests.wire.cloud_model import ModelCall, model_call

NOW = datetime(2026, 11, 22, 12)
APOLOGY = ProviderSettings().apology
SORRY, WORDS, AGAIN = "I am afraid not.", "Order 1042 is on its way.", "You are welcome."
ORDER = Call("look_up_order", {"order_number": "1042"})
SECRET = "4111 1111 1111 1111"
BROKEN = Call("look_up_order", f'{{"order_number": "{SECRET}')
RETURN = {"order_number": "1038"}
QUESTION = "You would like to return order 1038. Shall I start the return?"


@pytest.fixture(params=[OpenAIChat, Anthropic])
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    emulator = request.param()
    async with serving(emulator):
        yield emulator
    assert not emulator.noted("unscripted")
    assert not emulator.noted("refused")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = Store(StoreSettings(url=f"sqlite:///{tmp_path}/echo.db"), ClinicSettings())
    await store.prepare(NOW.date())
    desk = Desk(store, weather_source(WeatherSettings()), lambda: NOW, "call-1")
    yield desk
    await desk.close()
    await store.close()


@pytest.fixture
def log() -> AsyncIterator[list[str]]:
    """Everything that is logged, Pipecat's debugging included."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{message} {extra} {exception}")
    yield lines
    logger.remove(sink)


def settings_for(provider: LanguageModel, **changed: object) -> ProviderSettings:
    url = provider.url if isinstance(provider, Anthropic) else f"{provider.url}/v1"
    own = {"api_key": SecretStr(provider.key), "base_url": url}
    if isinstance(provider, Anthropic):
        return ProviderSettings(anthropic=AnthropicSettings(**own), **changed)
    return ProviderSettings(openai=OpenAISettings(**own), **changed)


def calling(provider: LanguageModel, desk: Desk, *tools, timeout_secs: float = 20, **more):
    every = offered(tools or TOOLS, timeout_secs)
    changed = {name: more.pop(name) for name in ("tool_steps",) if name in more}
    return model_call(settings_for(provider, **changed), tools=every, desk=desk, **more)


def told(provider: LanguageModel, run: int) -> list[str]:
    """The tools' results that the model knew in a run."""
    return [each.content for each in provider.mind.runs[run] if isinstance(each, Returned)]


def remembered(call: ModelCall) -> str:
    """What the model said last, as the conversation has it."""
    last = call.context.get_messages()[-1]
    assert last["role"] == "assistant"
    return last["content"]


@pytest.mark.parametrize("written", [BROKEN.written, "[1042]", '{"order_number": NaN}', "1042"])
async def test_illegible_arguments_are_told_to_the_model_which_repairs_them(
    provider: LanguageModel, desk: Desk, written: str, log: list[str]
):
    provider.mind = Scripted(
        [Reply(calls=(Call(ORDER.tool, written),)), Reply(calls=(ORDER,)), AGAIN]
    )
    async with calling(provider, desk) as call:
        await call.ask(runs=3)
    assert call.said == AGAIN
    (first,) = told(provider, 1)
    assert "invalid_json" in first
    assert "Nothing was done" in first
    assert "Order 1042" in told(provider, 2)[1]
    assert SECRET not in "".join(log)
    assert SECRET not in str(call.context.get_messages())


async def test_a_call_of_several_that_is_illegible_leaves_the_others_alone(
    provider: LanguageModel, desk: Desk
):
    weather = Call("get_weather", {"city": "Boston"})
    provider.mind = Scripted([Reply(calls=(ORDER, BROKEN, weather)), WORDS])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    order, broken, forecast = told(provider, 1)
    assert "Order 1042" in order
    assert "invalid_json" in broken
    assert "Boston" in forecast


async def test_arguments_that_were_cut_off_at_the_models_limit_are_illegible(desk: Desk):
    order = Call("look_up_order", {"order_number": "1 " * 5000})
    provider = Anthropic(profile=INSTANT, mind=Scripted([Reply(calls=(order,)), WORDS]))
    async with serving(provider), calling(provider, desk) as call:
        await call.ask(runs=2)
    assert call.said == WORDS
    assert "invalid_json" in told(provider, 1)[0]


async def test_arguments_that_stay_illegible_end_in_an_apology(provider: LanguageModel, desk: Desk):
    provider.mind = Scripted([Reply(calls=(BROKEN,)), Reply("Well.", (BROKEN,)), AGAIN])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
        assert call.said == f"Well. {APOLOGY}"
        await call.say("Never mind.")
    assert call.said == f"Well. {APOLOGY}{AGAIN}"
    assert provider.mind.runs[2][-2].text == f"Well. {APOLOGY}"
    assert remembered(call) == AGAIN
    assert not call.errors


async def test_each_turn_has_a_repair_of_its_own(provider: LanguageModel, desk: Desk):
    provider.mind = Scripted([Reply(calls=(BROKEN,)), SORRY, Reply(calls=(BROKEN,)), AGAIN])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
        await call.say("And now?", runs=2)
    assert call.said == SORRY + AGAIN


@pytest.mark.parametrize(
    ("arguments", "flaw"),
    [
        ({}, "order_number"),
        ({**RETURN, "refund_dollars": 900}, "refund_dollars"),
        ({"order_number": ["1038"]}, "order_number"),
        ({**RETURN, "confirmed": "perhaps"}, "confirmed"),
        ({**RETURN, "params": "x"}, "params"),
        ({"order_number": None}, "order_number"),
    ],
)
async def test_arguments_that_do_not_fit_are_named_and_nothing_is_done(
    provider: LanguageModel, desk: Desk, arguments: dict, flaw: str
):
    desk.proposals.propose("start_return", Readback(consent.RETURN), order="1038")
    wrong = Call("start_return", arguments)
    provider.mind = Scripted([Reply(calls=(wrong,)), SORRY, AGAIN])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
        await call.say("Never mind.")
    (result,) = told(provider, 1)
    assert "Nothing was done" in result
    assert f"{flaw}: " in result
    assert call.said == SORRY + AGAIN
    assert await desk.store.return_of(1038) is None
    assert not call.errors


@pytest.mark.parametrize("name", ["refund_order", "multi_tool_use.parallel", "a b", "x" * 200])
async def test_a_tool_that_does_not_exist_is_refused_under_a_name_that_providers_take_back(
    provider: LanguageModel, desk: Desk, name: str
):
    provider.mind = Scripted([Reply(calls=(Call(name, {"order": 1}),)), SORRY, AGAIN])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
        await call.say("Never mind.")
    assert call.said == SORRY + AGAIN
    assert "not currently available" in told(provider, 1)[0]


async def test_a_tool_that_raises_is_told_to_the_model_by_type_alone(
    provider: LanguageModel, desk: Desk, log: list[str]
):
    async def look_up_order(params: FunctionCallParams, order_number: str) -> None:
        """Look up an order."""
        raise LookupError(f"no card {SECRET}")

    provider.mind = Scripted([Reply(calls=(ORDER,)), SORRY, Reply(calls=(ORDER,)), AGAIN])
    async with calling(provider, desk, look_up_order) as call:
        await call.ask(runs=2)
        await call.say("Try again.", runs=2)
    assert call.said == SORRY + AGAIN
    assert told(provider, 1) == ['{"error": "Sorry, that did not work.", "cause": "LookupError"}']
    errors = {frame.category for frame in call.errors}
    assert errors == {ErrorCategory.APPLICATION}
    assert all(isinstance(frame.exception, ToolError) for frame in call.errors)
    assert "LookupError" in "".join(log)
    assert SECRET not in "".join(log) + str(call.errors)


async def test_a_tool_that_hangs_is_bridged_by_fillers_and_then_given_up(
    provider: LanguageModel, desk: Desk
):
    async def look_up_order(params: FunctionCallParams, order_number: str) -> None:
        """Look up an order."""
        await asyncio.sleep(60)

    filler = Filler(FillerPolicy(patience_secs=0.1, repeat_secs=0.5))
    provider.mind = Scripted([Reply(calls=(ORDER,)), SORRY, AGAIN])
    async with calling(provider, desk, look_up_order, timeout_secs=0.3, behind=[filler]) as call:
        await call.ask(runs=2)
        assert call.said == SORRY
        assert call.seen(FillerFrame)
        await call.say("Never mind.")
    assert call.said == SORRY + AGAIN
    assert "too long" in told(provider, 1)[0]


async def test_a_tool_that_does_not_let_go_is_left_behind_with_what_it_says_later(
    provider: LanguageModel, desk: Desk
):
    async def look_up_order(params: FunctionCallParams, order_number: str) -> None:
        """Look up an order."""
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            try:
                await asyncio.sleep(60)
            finally:
                await params.result_callback(say("Too late."))

    provider.mind = Scripted([Reply(calls=(ORDER,)), SORRY, AGAIN])
    async with calling(provider, desk, look_up_order, timeout_secs=0.1) as call:
        await call.ask(runs=2)
        await call.say("Never mind.")
    assert call.said == SORRY + AGAIN
    assert "Too late" not in str(call.context.get_messages())


async def test_a_write_that_hangs_is_given_up_but_done_and_the_model_learns_of_it(
    provider: LanguageModel, desk: Desk
):
    go = asyncio.Event()

    async def start_return(params: FunctionCallParams, order_number: str) -> None:
        """Start a return."""
        await answer_write(params, slow())

    async def slow() -> Answer:
        await go.wait()
        return say("The return is started.")

    provider.mind = Scripted([Reply(calls=(Call("start_return", RETURN),)), SORRY, AGAIN])
    async with calling(provider, desk, start_return, timeout_secs=0.1) as call:
        await call.ask(runs=2)
        go.set()
        await desk.close()
        await call.say("Is it done?")
    assert "too long" in told(provider, 1)[0]
    assert "The return is started." in str(provider.mind.runs[2])
    assert [*desk.ledger.ends.values()] == ["announced late"]
    assert not desk.ledger.open
    assert call.said == SORRY + AGAIN


async def test_a_model_that_calls_tools_for_ever_is_told_to_stop_and_then_apologised_for(
    provider: LanguageModel, desk: Desk
):
    calls = [Reply(calls=(Call("look_up_order", {"order_number": str(n)}),)) for n in range(4)]
    provider.mind = Scripted([*calls, AGAIN])
    async with calling(provider, desk) as call:
        await call.ask(runs=4)
        assert call.said == f" {APOLOGY}"
        await call.say("Never mind.")
    assert provider.mind.runs[4][-2].text == APOLOGY
    choices = [request.get("tool_choice") for request in provider.noted("request")]
    none = {"type": "none"} if isinstance(provider, Anthropic) else "none"
    assert choices == [None, None, None, none, None]
    made = [each for each in provider.mind.runs[4] if isinstance(each, Called)]
    assert len(made) == 3
    assert remembered(call) == AGAIN


async def test_a_model_that_heeds_the_limit_answers_in_its_own_words(
    provider: LanguageModel, desk: Desk
):
    provider.mind = Scripted([Reply(calls=(ORDER,)), WORDS])
    async with calling(provider, desk, tool_steps=1) as call:
        await call.ask(runs=2)
    assert call.said == WORDS


async def test_a_write_is_done_once_however_often_it_is_called(provider: LanguageModel, desk: Desk):
    done: list[str] = []

    async def start_return(params: FunctionCallParams, order_number: str) -> None:
        """Start a return."""
        await answer_write(params, write(order_number))

    async def write(number: str) -> Answer:
        await asyncio.sleep(0.01)
        done.append(number)
        return say(f"Return {len(done)} is started.")

    twice = Call("start_return", RETURN)
    provider.mind = Scripted([Reply(calls=(twice, twice)), Reply(calls=(twice,)), WORDS])
    async with calling(provider, desk, start_return) as call:
        await call.ask(runs=3)
    assert done == ["1038"]
    assert told(provider, 2) == ['{"say": "Return 1 is started."}'] * 3


async def test_a_model_that_confirms_its_own_question_writes_nothing(
    provider: LanguageModel, desk: Desk
):
    asks, confirms = (
        Call("start_return", RETURN),
        Call("start_return", {**RETURN, "confirmed": True}),
    )
    provider.mind = Scripted(
        [
            Reply(calls=(asks, confirms)),
            Reply(calls=(confirms,)),
            QUESTION,
            Reply(calls=(confirms,)),
            WORDS,
        ]
    )
    async with calling(provider, desk) as call:
        await call.ask(runs=3)
        assert await desk.store.return_of(1038) is None
        await call.say("Yes.", runs=2)
    assert call.said == QUESTION + WORDS
    assert (await desk.store.return_of(1038)).reference == 5001


async def test_the_same_yes_twice_at_once_starts_one_return_and_says_so_twice(
    provider: LanguageModel, desk: Desk
):
    asks = Call("start_return", RETURN)
    twice = [Call("start_return", {**RETURN, "reason": why, "confirmed": True}) for why in "ab"]
    provider.mind = Scripted([Reply(calls=(asks,)), QUESTION, Reply(calls=tuple(twice)), WORDS])
    async with calling(provider, desk) as call:
        await call.ask(runs=2)
        await call.say("Yes, please.", runs=2)
    first, second = told(provider, 3)[-2:]
    assert first == second
    assert "5001" in first
    assert (await desk.store.return_of(1038)).reason == "a"
