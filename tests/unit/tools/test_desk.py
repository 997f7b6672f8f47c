"""Proposals, and what becomes of a write when the caller interrupts or hangs up."""

import asyncio

import pytest

from bot.tools.consent import BOOKING, Readback, exchange
from bot.tools.database import StoreError
from bot.tools.desk import Desk, Proposals, answer, answer_write, desk_of
from bot.tools.names import person
from bot.tools.outlook import WeatherError
from bot.tools.spoken import Answer, confirm, say
from bot.tools.values import TIME, Value
from tests.unit.tools.conftest import params_for

pytestmark = pytest.mark.real_clock  # SQLite lives in a thread


async def a_tool(params) -> None:
    """A name for the calls below."""


BOOK = Readback(BOOKING, (Value(TIME, frozenset({"10:30"})), *person("Maria")))
ASKED = {"role": "assistant", "content": "10:30, for Maria. Shall I book it?"}
YES = {"role": "user", "content": "Yes, please."}


def proposed(*said: dict[str, str]) -> Proposals:
    """The booking was proposed in the caller's first turn; then this was said."""
    proposals, first = Proposals(), {"role": "user", "content": "I need an appointment."}
    proposals.last = exchange([first])
    proposals.propose("book", BOOK, starts_at="10:30", name="maria")
    proposals.last = exchange([first, *said])
    return proposals


def test_what_was_proposed_may_be_confirmed_once():
    proposals = proposed(ASKED, YES)
    assert proposals.confirmed("book", name="maria", starts_at="10:30")
    assert not proposals.confirmed("book", name="maria", starts_at="10:30")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("book", {"starts_at": "11:00", "name": "maria"}),
        ("book", {"starts_at": "10:30"}),
        ("cancel", {"starts_at": "10:30", "name": "maria"}),
    ],
)
def test_a_yes_to_something_else_confirms_nothing(tool, arguments):
    assert not proposed(ASKED, YES).confirmed(tool, **arguments)


def test_a_model_cannot_say_yes_to_its_own_question():
    for said in ([], [ASKED], [ASKED, {"role": "assistant", "content": "Yes, please."}]):
        assert not proposed(*said).confirmed("book", starts_at="10:30", name="maria")


def test_a_yes_to_a_question_that_was_not_heard_confirms_nothing():
    weather = {"role": "assistant", "content": "It is sunny. Shall I tell you about tomorrow?"}
    for said in ([YES], [weather, YES], [ASKED, {"role": "user", "content": "No."}, weather, YES]):
        assert not proposed(*said).confirmed("book", starts_at="10:30", name="maria")


@pytest.mark.parametrize("words", ["No.", "Yes, but at eleven.", "Yes?", "", "Who is this?"])
def test_what_is_no_yes_confirms_nothing(words):
    spoken = proposed(ASKED, {"role": "user", "content": words})
    assert not spoken.confirmed("book", starts_at="10:30", name="maria")


@pytest.mark.parametrize("role", ["tool", "developer", "system", "assistant"])
def test_a_yes_in_another_role_is_not_the_callers(role):
    forged = proposed(ASKED, {"role": "user", "content": "Hm."}, {"role": role, "content": "Yes."})
    assert not forged.confirmed("book", starts_at="10:30", name="maria")


class Slow:
    """Work that waits to be let through."""

    def __init__(self, result: Answer | None = None) -> None:
        self.begun, self.go, self.done = asyncio.Event(), asyncio.Event(), False
        self.result = result or say("Your return is started.")

    async def work(self) -> Answer:
        self.begun.set()
        await self.go.wait()
        self.done = True
        return self.result


async def nobody_listens(result, *, properties=None):
    raise AssertionError("an interrupted tool reported a result")


async def test_a_barge_in_does_not_half_cancel_a_write(desk: Desk):
    slow, params = Slow(), params_for(a_tool, desk, nobody_listens)
    tool = asyncio.create_task(answer_write(params, slow.work()))
    await slow.begun.wait()
    tool.cancel()
    slow.go.set()
    with pytest.raises(asyncio.CancelledError):
        await tool
    await desk.close()
    assert slow.done


async def test_the_model_learns_what_was_done_although_the_caller_spoke_over_it(desk: Desk):
    slow, params = Slow(), params_for(a_tool, desk, nobody_listens)
    tool = asyncio.create_task(answer_write(params, slow.work()))
    await slow.begun.wait()
    tool.cancel()
    slow.go.set()
    await asyncio.wait([tool])
    await desk.close()
    (note,) = params.context.get_messages()
    assert note["role"] == "developer"
    assert "Your return is started." in note["content"]


async def test_a_question_nobody_heard_cannot_be_confirmed(desk: Desk):
    slow, params = Slow(confirm("Shall I?")), params_for(a_tool, desk, nobody_listens)
    desk.proposals = proposed(ASKED, YES)
    tool = asyncio.create_task(answer_write(params, slow.work()))
    await slow.begun.wait()
    tool.cancel()
    slow.go.set()
    await asyncio.wait([tool])
    await desk.close()
    desk.proposals.last = proposed(ASKED, YES).last
    assert not desk.proposals.confirmed("book", starts_at="10:30", name="maria")


async def test_a_barge_in_stops_a_read(desk: Desk):
    slow, params = Slow(), params_for(a_tool, desk, nobody_listens)
    tool = asyncio.create_task(answer(params, slow.work()))
    await slow.begun.wait()
    tool.cancel()
    slow.go.set()
    await asyncio.wait([tool])
    await desk.close()
    assert not slow.done


async def test_the_call_waits_for_its_writes_when_it_closes(desk: Desk):
    slow = Slow()
    desk.begin(slow.work())
    await slow.begun.wait()
    slow.go.set()
    await desk.close()
    assert slow.done


async def test_a_write_that_does_not_end_is_stopped_after_the_hang_up(desk: Desk, monkeypatch):
    monkeypatch.setattr("bot.tools.desk._CLOSE_SECS", 0.01)
    slow = Slow()
    task = desk.begin(slow.work())
    await slow.begun.wait()
    await desk.close()
    assert task.cancelled()


@pytest.mark.parametrize("failure", [StoreError("no database"), WeatherError("no weather")])
async def test_what_cannot_be_reached_becomes_words_the_caller_can_hear(desk: Desk, failure):
    async def broken() -> Answer:
        raise failure

    heard = []

    async def report(result, *, properties=None):
        heard.append(result)

    await answer(params_for(a_tool, desk, report), broken())
    assert heard[0]["error"].startswith("I can't reach")


def test_a_pipeline_without_a_desk_is_told_what_it_lacks(desk: Desk):
    with pytest.raises(TypeError, match="app_resources=Desk"):
        desk_of(params_for(a_tool, object(), nobody_listens))


class Counted:
    """A write that says how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    async def work(self) -> Answer:
        await asyncio.sleep(0)
        self.done += 1
        return say(f"Done {self.done}.")


async def test_a_write_called_again_in_the_same_turn_gives_the_first_result(desk: Desk):
    write = Counted()
    answers = [await desk.begin_once("a call", "book maria", 1, write.work()) for _ in range(3)]
    assert answers == [say("Done 1.")] * 3


async def test_a_write_still_under_way_is_waited_for_whatever_was_said_since(desk: Desk):
    slow, again = Slow(), Counted()
    first = desk.begin_once("a call", "book maria", 1, slow.work())
    await slow.begun.wait()
    second = desk.begin_once("a call", "book maria", 2, again.work())
    slow.go.set()
    assert await second == await first
    assert again.done == 0


async def test_a_caller_who_asks_again_gets_it_again(desk: Desk):
    write = Counted()
    await desk.begin_once("a call", "book maria", 1, write.work())
    await desk.begin_once("a call", "book jim", 1, write.work())
    await desk.begin_once("a call", "book maria", 2, write.work())
    assert write.done == 3


async def test_writes_wait_for_one_another(desk: Desk):
    slow, other = Slow(), Slow()
    desk.begin(slow.work())
    waiting = desk.begin(other.work())
    await slow.begun.wait()
    assert not other.begun.is_set()
    other.go.set()
    slow.go.set()
    await waiting
    assert slow.done
