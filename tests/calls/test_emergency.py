"""Callers in danger are told whom to dial, by a server whose model is dead."""

import pytest

from evals.caller import place_call
from evals.script import Interrupt, Say
from tests.calls.faults import PATIENT, thinking_by, words
from tests.calls.inside import inside
from tests.emulators.mind import Line, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, Refuse, Stall, serving

MOST_MS = 2_000


@pytest.mark.parametrize("fault", [Refuse(503), Stall()], ids=["refuses", "hangs"])
async def test_a_caller_in_danger_is_told_whom_to_dial_with_the_model_dead(fault):
    emulator = OpenAIChat(profile=BUDGET)
    emulator.will(*[fault] * 9)
    async with serving(emulator), inside(**thinking_by(emulator), llm_backups=()) as echo:
        record = await place_call(echo.url, [Say("I have chest pain.")], manners=PATIENT)
    heard = words(record)
    assert "hang up" in heard
    assert "911" in heard or "nine one one" in heard
    assert (record.turns[1].first_sound_ms or 1e9) < MOST_MS


async def test_the_model_gets_to_know_and_the_call_goes_on():
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted(["Please dial nine one one."] * 3))
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        await place_call(echo.url, [Say("There is a fire in the kitchen.")], manners=PATIENT)
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
