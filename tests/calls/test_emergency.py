"""Callers in danger are told whom to dial, by a server whose model is dead."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.tools.outlook import Outlook
from evals.caller import place_call
from evals.performance import Manners
from evals.script import Interrupt, Pause, Say
from tests.calls.faults import PATIENT, first_sound_ms, hearing_by, scripted, thinking_by, words
from tests.calls.inside import inside, practised, until
from tests.emulators.mind import Call, Line, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, Refuse, Stall, serving

MOST_MS = 2_000


@pytest.mark.parametrize("fault", [Refuse(503), Stall()], ids=["refuses", "hangs"])
async def test_a_caller_in_danger_is_told_whom_to_dial_with_the_model_dead(fault):
    emulator = OpenAIChat(profile=BUDGET)
    emulator.will(*[fault] * 9)
    ears = scripted("I have chest pain.")
    settings = {"llm_backups": ()}
    async with (
        serving(emulator, ears),
        inside(**thinking_by(emulator) | hearing_by(ears) | settings) as echo,
    ):
        record = await place_call(echo.url, [Say("I have chest pain.")], manners=PATIENT)
    heard = words(record)
    assert "hang up" in heard
    assert "911" in heard or "nine one one" in heard
    assert first_sound_ms(record, 1) < MOST_MS


async def test_the_model_gets_to_know_and_the_call_goes_on():
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted(["Please dial nine one one."] * 3))
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        script = [Say("There is a fire in the kitchen."), Say("The smoke is very thick.")]
        await place_call(echo.url, script, manners=PATIENT)
    told = [line.text for run in emulator.mind.runs for line in run if isinstance(line, Line)]
    assert any("in an emergency" in text for text in told)


async def test_echo_is_interrupted_in_the_middle_of_a_sentence():
    long = "Let me tell you everything about your order, which left our shop in Boston last week, "
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted([long * 3] * 3))
    script = [
        Say("Where is my order?"),
        Interrupt(Say("Help, he is not breathing."), after_secs=1.0),
    ]
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        record = await place_call(echo.url, script, manners=PATIENT)
    heard = words(record)
    assert "hang up" in heard


@dataclass(frozen=True)
class Endless:
    """A source of weather that does not answer."""

    asked: asyncio.Event

    async def outlook(self, city: str, day: date) -> Outlook | None:
        self.asked.set()
        await asyncio.sleep(60)


async def test_a_caller_in_danger_is_told_whom_to_dial_while_a_tool_runs():
    asked = asyncio.Event()
    weather = Reply("", (Call("get_weather", {"city": "Boston"}),))
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted([weather, *["Please dial."] * 3]))
    script = [
        Say("What is the weather in Boston?"),
        Pause(3.0, at_once=True),
        Say("There is a fire in my kitchen.", at_once=True),
    ]
    ears = scripted("What is the weather in Boston?", "There is a fire in my kitchen.")
    async with (
        serving(emulator, ears),
        inside(
            lambda house: replace(house, weather=Endless(asked)),
            **thinking_by(emulator) | hearing_by(ears),
        ) as echo,
    ):
        record = await place_call(echo.url, script, manners=PATIENT)
    assert asked.is_set()
    assert "hang up" in words(record)
    assert first_sound_ms(record, 2) < MOST_MS


async def test_a_caller_in_danger_is_told_whom_to_dial_while_a_card_is_keyed_in():
    card = Reply("", (Call("enter_securely", {"pin": False}),))
    replies = [card, "Please key in your card number.", *["Please dial."] * 3]
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted(replies))
    script = [Say("I want to pay by card."), Say("I have chest pain.")]
    ears = scripted("I want to pay by card.", "I have chest pain.")
    async with (
        serving(emulator, ears),
        inside(**thinking_by(emulator) | hearing_by(ears)) as echo,
    ):
        record = await place_call(echo.url, script, manners=PATIENT)
    assert [tool.name for tool in record.tools] == ["enter_securely"]
    heard = words(record)
    assert "key in your card number" in heard
    assert "hang up" in heard
    assert first_sound_ms(record, 2) < MOST_MS


async def test_a_caller_in_danger_is_told_so_in_the_middle_of_the_disclosure_which_goes_on():
    disclosure = (
        "You are talking to an artificial intelligence. Everything you hear is made by a machine. "
        "It can look up orders, follow shipments, start returns and book appointments for you. "
        "What you say is turned into text, and the text is used to answer you and nothing else. "
        "You may ask for a human colleague at any time during this call."
    )
    script = [Interrupt(Say("There is a fire in my kitchen."), after_secs=0.5)]
    async with inside(disclosure=disclosure, greeting="Hello.") as echo:
        await until(lambda: practised(echo), within_secs=60)
        record = await place_call(echo.url, script, manners=Manners(settle_secs=4))
    heard = words(record)
    assert heard.index("hang up") < heard.index("at any time during this call")
    assert "artificial intelligence" in heard
