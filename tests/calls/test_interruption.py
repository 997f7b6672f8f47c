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
from tests.calls.inside import Inside, inside

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKS = Say("What can you do for me?")
CAN = (
    "I can look up an order, track a package, start a return, book or cancel appointments "
    "or tell you the weather."
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Inside]:
    async with inside(greeting="Hi.") as running:
        yield running


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


async def test_okay_over_an_answer_costs_no_word_of_it(echo: Inside):
    record = await place_call(echo.url, [ASKS, Interrupt(Say("Okay."), after_secs=1.5)])
    assert barge_in_ms(record) <= 300
    said = record.said_by_echo()
    assert " ".join(words(CAN)) in " ".join(words(said))
    for part in ("look up an order", "start a return", "book or cancel appointments", "weather"):
        assert heard(record).count(part) == 1
    assert not any(turn["interrupted"] for turn in record.latencies)


async def test_stop_over_an_answer_ends_it(echo: Inside):
    record = await place_call(echo.url, [ASKS, Interrupt(Say("No wait, stop."), after_secs=1.5)])
    assert barge_in_ms(record) <= 300
    assert "weather" not in heard(record)
    assert "appointments" not in words(record.said_by_echo())
    assert any(turn["interrupted"] for turn in record.latencies)


async def test_a_client_is_not_told_that_echo_was_cut_off_by_what_only_held_it(
    echo: Inside, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    receive = Conversation.receive

    def noted(self: Conversation, message: Message, at_secs: float) -> None:
        told.append(message.type)
        receive(self, message, at_secs)

    monkeypatch.setattr(Conversation, "receive", noted)
    record = await place_call(echo.url, [ASKS, Interrupt(Say("Okay."), after_secs=1.5)])
    assert "weather" in heard(record)
    answer = len(told) - told[::-1].index("bot-llm-started")
    assert "bot-interrupted" not in told[answer:]
