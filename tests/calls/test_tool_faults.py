"""Whole calls whose language model gets its tools wrong: what the caller hears of it."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.services.llm_service import FunctionCallParams

from bot.house import House
from bot.tools.offer import offered
from bot.tools.store import StoreSettings
from bot.toolsets import Toolsets
from evals.caller import place_call
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Say
from tests.calls.faults import thinking_by
from tests.calls.inside import inside
from tests.calls.running import RunningServer, running_server
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, serving

PATIENT = Manners(settle_secs=1.5)
SECRET = "4111111111111111"
BROKEN = Reply(calls=(Call("look_up_order", f'{{"order_number": "{SECRET}'),))
ASK = Call("start_return", {"order_number": "1038"})
YES = Call("start_return", {"order_number": "1038", "confirmed": True})


@pytest.fixture
async def provider() -> AsyncIterator[OpenAIChat]:
    emulator = OpenAIChat(profile=BUDGET)
    async with serving(emulator):
        yield emulator
    assert not emulator.noted("unscripted")
    assert not emulator.noted("refused")


@asynccontextmanager
async def serving_calls(provider: OpenAIChat) -> AsyncIterator[RunningServer]:
    """The server as a process; it starts in a thread, while the emulator serves on this loop."""
    settings = {
        "STT": "local",
        "LLM": "openai",
        "TTS": "local",
        "OPENAI_API_KEY": provider.key,
        "OPENAI_BASE_URL": f"{provider.url}/v1",
        "GREETING": "Hi.",
    }
    running = running_server(**settings)
    server = await asyncio.to_thread(running.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


def heard(record: CallRecord) -> str:
    """What speech recognition makes of Echo's side, in small letters without punctuation."""
    return re.sub(r"[^a-z0-9 ]", "", record.heard().lower())


async def test_arguments_that_stay_illegible_are_apologised_for_and_the_call_goes_on(
    provider: OpenAIChat,
):
    provider.mind = Scripted([BROKEN, BROKEN, "Your lamp arrives on Friday."])
    steps = [Say("Where is my order one zero four two?"), Say("When does my lamp arrive?")]
    async with serving_calls(provider) as server:
        record = await place_call(server.url, steps, manners=PATIENT)
        log = server.log.read_text()
    words = heard(record)
    assert record.unanswered == 0
    assert "something went wrong" in words
    assert "friday" in words.split("went wrong")[1]
    assert not record.errors
    assert "tool calls were not carried out" in log
    assert SECRET not in log


async def test_a_model_that_confirms_by_itself_repeats_itself_and_never_stops_starts_one_return(
    provider: OpenAIChat, tmp_path: Path
):
    loop = [Reply(calls=(Call("track_shipment", {"order_number": str(n)}),)) for n in range(4)]
    provider.mind = Scripted(
        [
            Reply(calls=(ASK,)),
            Reply(calls=(YES,)),
            "Shall I start the return of your jacket?",
            Reply(calls=(YES, YES)),
            "Your return is started.",
            *loop,
        ]
    )
    database = tmp_path / "echo.db"
    steps = [
        Say("I would like to return order one zero three eight."),
        Say("Yes, please start the return."),
        Say("And where is my other order?"),
    ]
    store = StoreSettings(url=f"sqlite:///{database}")
    async with inside(**thinking_by(provider), database=store) as echo:
        record = await place_call(echo.url, steps, manners=PATIENT)
    words = heard(record)
    assert record.unanswered == 0
    assert "shall i start the return" in words
    assert "return is started" in words
    assert "something went wrong" in words.split("is started")[1]
    with closing(sqlite3.connect(database)) as rows:
        assert rows.execute("SELECT order_number FROM returns").fetchall() == [(1038,)]
    assert len(provider.noted("request")) == 9
    assert provider.noted("request")[8]["tool_choice"] == "none"


async def test_a_tool_that_raises_is_answered_by_the_model_and_by_nobody_else(
    provider: OpenAIChat,
):
    async def get_weather(params: FunctionCallParams, city: str) -> None:
        """Tell the weather."""
        raise LookupError(SECRET)

    def change(house: House) -> House:
        tools = ToolsSchema([*offered([get_weather], timeout_secs=5)])
        return replace(house, tools=Toolsets(tools, tools, tools))

    weather = Reply(calls=(Call("get_weather", {"city": "Boston"}),))
    provider.mind = Scripted([weather, "I cannot see the weather.", "You are welcome."])
    steps = [Say("What is the weather in Boston?"), Say("Thank you anyway.")]
    async with inside(change, **thinking_by(provider)) as echo:
        record = await place_call(echo.url, steps, manners=PATIENT)
    words = heard(record)
    assert record.unanswered == 0
    assert "see the weather" in words
    assert "welcome" in words
    assert "went wrong" not in words
