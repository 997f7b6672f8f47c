"""Whole calls in which the caller speaks over Echo, by ear: the recording is read back."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from evals.caller import place_call
from evals.conversation import Conversation
from evals.record import CallRecord
from evals.script import Interrupt, Say
from evals.wire import Message
from tests.calls.faults import hearing_by
from tests.calls.inside import Inside, inside
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.provider import BUDGET, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKS = Say("What can you do for me?")
CAN = (
    "I can look up an order, track a package, start a return, book or cancel appointments "
    "or tell you the weather."
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ears() -> AsyncIterator[Deepgram]:
    """What is said when is Echo's to judge; how soon words are made of it is not."""
    emulator = Deepgram(profile=BUDGET)
    async with serving(emulator):
        yield emulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo(ears: Deepgram) -> AsyncIterator[Inside]:
    async with inside(**hearing_by(ears)) as running:
        yield running


async def spoken_over(echo: Inside, ears: Deepgram, words: str) -> CallRecord:
    ears.ear = Scripted([ASKS.text, words])
    return await place_call(echo.url, [ASKS, Interrupt(Say(words), after_secs=1.5)])


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", "", text.lower()).split()


def heard(record: CallRecord) -> str:
    return " ".join(words(record.heard()))


def barge_in_ms(record: CallRecord) -> float:
    """The caller's first sample to Echo's last, less the time in which neither could run."""
    (over,) = [turn for turn in record.turns if turn.said.kind == "interrupt"]
    assert over.barge_in_ms is not None
    spoke_secs = over.said.span.start_secs
    return over.barge_in_ms - record.held_up_ms(spoke_secs, spoke_secs + over.barge_in_ms / 1000)


async def test_okay_over_an_answer_costs_no_word_of_it(echo: Inside, ears: Deepgram):
    record = await spoken_over(echo, ears, "Okay.")
    assert barge_in_ms(record) <= 300
    said = record.said_by_echo()
    assert " ".join(words(CAN)) in " ".join(words(said))
    for part in ("look up an order", "start a return", "book or cancel appointments", "weather"):
        assert heard(record).count(part) == 1
    assert not any(turn["interrupted"] for turn in record.latencies)


async def test_stop_over_an_answer_ends_it(echo: Inside, ears: Deepgram):
    record = await spoken_over(echo, ears, "No wait, stop.")
    assert barge_in_ms(record) <= 300
    assert "weather" not in heard(record)
    assert "appointments" not in words(record.said_by_echo())
    assert any(turn["interrupted"] for turn in record.latencies)


async def test_a_client_is_not_told_that_echo_was_cut_off_by_what_only_held_it(
    echo: Inside, ears: Deepgram, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    receive = Conversation.receive

    def noted(self: Conversation, message: Message, at_secs: float) -> None:
        told.append(message.type)
        receive(self, message, at_secs)

    monkeypatch.setattr(Conversation, "receive", noted)
    record = await spoken_over(echo, ears, "Okay.")
    assert "weather" in heard(record)
    answer = len(told) - told[::-1].index("bot-llm-started")
    assert "bot-interrupted" not in told[answer:]
