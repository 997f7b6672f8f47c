"""Whole calls whose language model fails: faults 3 to 8, 11 and 12 as the caller hears them."""

import pytest

from evals.caller import place_call
from evals.record import CallRecord
from tests.calls.faults import (
    ORDER,
    PATIENT,
    THANKS,
    assert_answered,
    assert_ended_in_words,
    hearing_by,
    scripted,
    thinking_by,
    words,
)
from tests.calls.inside import inside
from tests.emulators.anthropic import Anthropic
from tests.emulators.mind import Line, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, Fault, Late, Refuse, Stall, serving

BRIDGES = ("one moment please", "just a second", "let me check")


def causes(record: CallRecord) -> list[str]:
    return [each["cause"] for turn in record.latencies for each in turn["incidents"]]


async def faulty(fault: Fault) -> CallRecord:
    """A call whose model meets this with every request."""
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted(["Never heard."] * 9))
    emulator.will(*[fault] * 9)
    ears = scripted("Where is my order 1042?")
    async with (
        serving(emulator, ears),
        inside(**thinking_by(emulator) | hearing_by(ears)) as echo,
    ):
        return await place_call(echo.url, [ORDER], manners=PATIENT)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        pytest.param(Refuse(429, {"Retry-After": "60"}), "rate limit", id="3-busy"),
        pytest.param(Refuse(503), "unavailable", id="4-unavailable"),
    ],
)
async def test_a_model_that_fails_is_followed_by_the_next(fault: Fault, cause: str):
    record = await faulty(fault)
    assert_answered(record, within_ms=1_500)
    assert causes(record) == [cause]


@pytest.mark.parametrize(
    "fault",
    [pytest.param(Late(9), id="5-slow-first-token"), pytest.param(Stall(), id="7-without-a-token")],
)
async def test_a_model_that_is_late_is_bridged_and_then_followed_by_the_next(fault: Fault):
    record = await faulty(fault)
    assert_answered(record, within_ms=3_500)
    assert any(bridge in words(record) for bridge in BRIDGES)
    assert causes(record) == ["late"]


async def test_a_model_that_stalls_in_a_sentence_is_gone_on_from_and_remembered_as_heard():
    """Fault 6; what was heard of both is one answer in the memory of the next turn."""
    begun = "Your order one zero four two, which you placed last week with our shop in Boston, "
    first = OpenAIChat(profile=BUDGET, mind=Scripted([f"{begun} left on Monday.", "Sunny."]))
    second = Anthropic(profile=BUDGET, mind=Scripted(["is in the van and comes tomorrow."]))
    first.will(Stall(18))
    async with serving(first, second), inside(**thinking_by(first, second)) as echo:
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
    heard = words(record)
    assert "last week" in heard
    assert "comes tomorrow" in heard
    assert heard.count("order") == 1
    assert record.unanswered == 0
    remembered = [line.text for line in first.mind.runs[1] if isinstance(line, Line)]
    (answer,) = [text for text in remembered if "last week" in text]
    assert answer.startswith("Your order")
    assert "comes tomorrow" in answer


async def test_a_call_without_a_model_ends_in_words_within_ten_seconds():
    emulator = OpenAIChat(profile=BUDGET)
    emulator.will(*[Refuse(503)] * 9)
    async with serving(emulator), inside(**thinking_by(emulator), llm_backups=()) as echo:
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
    assert_ended_in_words(record)


async def test_one_call_finds_out_for_all_and_the_others_do_not_wait():
    """Fault 12: the second caller is answered as if the first provider had never been there."""
    emulator = OpenAIChat(profile=BUDGET, mind=Scripted([]))
    emulator.will(*[Refuse(401)] * 99)
    async with serving(emulator), inside(**thinking_by(emulator)) as echo:
        await place_call(echo.url, [ORDER], manners=PATIENT)
        asked = len(emulator.noted("request"))
        record = await place_call(echo.url, [ORDER], manners=PATIENT)
        assert len(emulator.noted("request")) == asked
    assert "1042" in words(record)
