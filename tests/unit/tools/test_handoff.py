import asyncio
import sqlite3
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.tools.desk import Desk
from bot.tools.handoff import HandoffSettings, summarize, talk_to_human
from processors.vault import Vault
from tests.unit.tools.conftest import use
from tests.unit.tools.line import SPEECH_SECS, calling

ASKED = "I want to talk to a real person, please."
TALK = [
    {"role": "developer", "content": "never said aloud"},
    {"role": "user", "content": "Where is my order 1042?"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
    {"role": "tool", "content": "{}", "tool_call_id": "1"},
    {"role": "assistant", "content": [{"type": "text", "text": "It is in Columbus, Ohio."}]},
    {"role": "user", "content": "I want a person."},
]


def test_a_summary_is_the_reason_and_what_both_said():
    assert summarize("a late order", TALK).splitlines() == [
        "Reason: a late order",
        "Caller: Where is my order 1042?",
        "Echo: It is in Columbus, Ohio.",
        "Caller: I want a person.",
    ]


def test_a_long_call_is_summarized_by_its_end():
    long = [{"role": "user", "content": f"line {n} " + "x" * 500} for n in range(50)]
    lines = summarize("", long).splitlines()
    assert lines[0] == "Reason: not given"
    assert lines[-1].startswith("Caller: line 49")
    assert len(lines) == 13
    assert max(map(len, lines)) < 220


@pytest.mark.real_clock
async def test_without_a_way_to_transfer_a_colleague_calls_back(desk: Desk):
    answer = await use(talk_to_human, desk, says=ASKED, reason="a late order")
    assert answer["say"] == "A colleague will call you back. Your reference is 7001."


@pytest.mark.real_clock
async def test_the_caller_is_passed_on_to_the_colleague(desk: Desk):
    passed_on_to = []

    async def transfer(number: str) -> bool:
        passed_on_to.append(number)
        return True

    desk.transfer, desk.colleague = transfer, "+15550100"
    answer = await use(talk_to_human, desk, says=ASKED)
    assert passed_on_to == ["+15550100"]
    assert (answer["transferred"], answer["reference"]) == (True, 7001)


@pytest.mark.real_clock
async def test_a_caller_is_passed_on_once(desk: Desk):
    transfers: list[str] = []

    async def transfer(number: str) -> bool:
        transfers.append(number)
        return True

    desk.transfer, desk.colleague = transfer, "+15550100"
    first = await use(talk_to_human, desk, says=ASKED, reason="the lamp")
    assert await use(talk_to_human, desk, says=ASKED, reason="the lamp") == first
    assert transfers == ["+15550100"]


async def test_a_transfer_that_fails_becomes_a_call_back(desk: Desk):
    async def transfer(number: str) -> bool:
        return False

    desk.transfer, desk.colleague = transfer, "+15550100"
    assert "call you back" in str((await use(talk_to_human, desk, says=ASKED))["say"])


@pytest.mark.real_clock
async def test_asking_twice_keeps_one_reference(desk: Desk):
    first = await use(talk_to_human, desk, says=ASKED)
    assert (await use(talk_to_human, desk, says=ASKED, reason="again"))["reference"] == first[
        "reference"
    ]


@pytest.mark.real_clock
async def test_echo_leaves_once_the_caller_has_heard_that_they_are_passed_on(desk: Desk):
    async def transfer(number: str) -> bool:
        return True

    desk.transfer, desk.colleague = transfer, "+15550100"
    async with calling(talk_to_human, desk, says=ASKED) as line:
        assert await line.over()
    assert line.voice.said == ["I'm connecting you to a colleague. Your reference is 7001."]
    assert line.speaker.heard_secs == pytest.approx(SPEECH_SECS, abs=0.05)
    assert line.llm.runs == 1


@pytest.mark.real_clock
async def test_echo_stays_with_a_caller_who_is_called_back(desk: Desk):
    async with calling(talk_to_human, desk, says=ASKED) as line:
        while line.llm.runs < 2:  # noqa: ASYNC110  told the result, the model answers
            await asyncio.sleep(0.05)
        assert not line.running.done()


@pytest.mark.parametrize("number", ["5550100", "+0123456789", "sip:boss@evil.example"])
def test_the_colleague_must_have_a_number(number: str):
    with pytest.raises(ValidationError):
        HandoffSettings(to=number)


@pytest.mark.real_clock
async def test_who_has_not_asked_for_a_person_is_asked_first(desk: Desk):
    assert "confirm" in await use(talk_to_human, desk, confirmed=True, says="My lamp is broken.")
    assert "confirm" in await use(talk_to_human, desk, confirmed=True, says="No, thank you.")
    assert "say" in await use(talk_to_human, desk, confirmed=True, says="Yes, please.")


CARD = "4242 4242 4242 4242"


def kept(folder: Path) -> tuple[str, str]:
    """The reason and the summary of the one hand-off."""
    with sqlite3.connect(folder / "echo.db") as file:
        ((reason, summary),) = file.execute("SELECT reason, summary FROM handoffs")
    return reason, summary


@pytest.mark.real_clock
async def test_no_digit_of_a_card_is_kept_whoever_put_it_into_words(desk: Desk, tmp_path: Path):
    """A model that hears for itself may write down what it heard; a line is cut after the card
    was known as one."""
    vault = Vault()
    vault.expect("pin")
    vault.take("90210")
    desk.conceal = vault.conceal
    says = f"{ASKED} {'x' * 150} {CARD}"
    await use(talk_to_human, desk, says=says, reason=f"Pays by {CARD}, with 90210")
    reason, summary = kept(tmp_path)
    assert reason == "Pays by [card ending 4242], with [number withheld]"
    assert "4242 42" not in summary
    assert "90210" not in summary


@pytest.mark.real_clock
async def test_without_consent_nothing_that_was_said_is_kept(desk: Desk, tmp_path: Path):
    desk.may_keep_words = lambda: False
    await use(talk_to_human, desk, says=ASKED, reason="my violet umbrella is broken")
    assert kept(tmp_path) == ("", "Reason: not given")


@pytest.mark.real_clock
async def test_a_caller_who_speaks_while_they_are_being_passed_on_is_passed_on(desk: Desk):
    begun, done = asyncio.Event(), asyncio.Event()

    async def transfer(number: str) -> bool:
        begun.set()
        await done.wait()
        return True

    desk.transfer, desk.colleague = transfer, "+15550100"
    async with calling(talk_to_human, desk, says=ASKED) as line:
        await begun.wait()
        await line.barge_in()
        while not desk.ledger.open:  # noqa: ASYNC110  until the barge-in has reached the tool
            await asyncio.sleep(0.01)
        done.set()
        assert await line.over()
    assert line.voice.said == ["I'm connecting you to a colleague. Your reference is 7001."]
