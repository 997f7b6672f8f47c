"""Every tool call has one end, and no write is done twice, in whatever order things happen."""

import asyncio
import random
from collections import Counter

import pytest

from bot.tools.desk import Desk, answer, answer_write
from bot.tools.ledger import Ledger
from bot.tools.offer import offered
from bot.tools.outlook import WeatherSettings, weather_source
from bot.tools.spoken import Answer, say
from tests.unit.tools.conftest import NOW, params_for

CALLS = 10_000
SECS = (0, 0.2, 0.9, 1.0, 1.1, 2.0)
"""What the work takes, around the second in which it is to be done."""


def test_the_first_end_of_a_call_counts():
    ledger = Ledger()
    ledger.called("1")
    ledger.ended("1", "timed out")
    ledger.ended("1", "done")
    assert ledger.ends == {"1": "timed out"}
    assert not ledger.open


def test_an_id_that_comes_again_is_a_call_of_its_own():
    ledger = Ledger()
    assert [ledger.called("1") for _ in range(3)] == ["1", "1+2", "1+3"]


def test_a_write_that_outlives_its_tool_is_announced():
    ledger = Ledger()
    assert ledger.writes(ledger.called("1"), "return 1038", turn=1)
    ledger.given_up("1")
    ledger.ended("1", "cancelled")
    assert ledger.open == {"1"}
    assert ledger.late("1", tells=True)
    assert ledger.ends == {"1": "announced late"}


def test_a_question_that_comes_late_is_dropped():
    ledger = Ledger()
    ledger.writes(ledger.called("1"), "return 1038", turn=1)
    ledger.given_up("1")
    assert not ledger.late("1", tells=False)
    assert ledger.ends == {"1": "dropped late"}


def test_two_calls_for_one_write_are_announced_once():
    ledger = Ledger()
    assert ledger.writes(ledger.called("1"), "return 1038", turn=1)
    assert not ledger.writes(ledger.called("2"), "return 1038", turn=1)
    ledger.given_up("1")
    ledger.given_up("2")
    assert ledger.late("1", tells=True)
    assert not ledger.late("2", tells=True)


def test_a_result_that_another_call_reports_is_not_announced():
    ledger = Ledger()
    ledger.writes(ledger.called("1"), "return 1038", turn=1)
    ledger.writes(ledger.called("2"), "return 1038", turn=2)
    ledger.given_up("1")
    assert not ledger.late("1", tells=True)
    ledger.ended("2", "done")
    assert ledger.ends == {"1": "dropped late", "2": "done"}


def test_after_the_hang_up_nothing_is_open_or_announced():
    ledger = Ledger()
    ledger.called("read")
    ledger.writes(ledger.called("write"), "return 1038", turn=1)
    ledger.given_up("write")
    ledger.hung_up()
    assert ledger.ends == {"read": "cancelled", "write": "dropped late"}
    assert not ledger.late("write", tells=True)


class Ready:
    """A database that is there: what the tools below do is scripted."""

    async def prepare(self, today: object) -> None:
        await asyncio.sleep(0)


SPOKEN = [{"role": "user", "content": "Please."}]


class Scene:
    """One call: some tools, then whatever the seed makes happen, then the hang-up."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.desk = Desk(Ready(), weather_source(WeatherSettings()), lambda: NOW, f"call-{seed}")  # type: ignore[arg-type]
        self.results: Counter[int] = Counter()
        self.reads_done: Counter[int] = Counter()
        self.begun: Counter[str] = Counter()
        self.carried_out: Counter[str] = Counter()
        self.contexts = []
        self.write, self.read = offered([self._write, self._read], timeout_secs=1.0)

    async def _write(self, params, number: str) -> None:
        """Write what was confirmed."""
        await answer_write(params, self._work(number))

    async def _read(self, params, number: str) -> None:
        """Read."""
        await answer(params, self._look(number))

    async def _work(self, number: str) -> Answer:
        self.begun[number] += 1
        await asyncio.sleep(self.chance.choice(SECS))
        self.carried_out[number] += 1
        return say(f"Return {number} is started.")

    async def _look(self, number: str) -> Answer:
        await asyncio.sleep(self.chance.choice(SECS))
        self.reads_done[int(number)] += 1
        return say(f"Order {number} is on its way.")

    async def play(self, calls: int) -> None:
        chance = self.chance
        tasks = [self._call(at) for at in range(calls)]
        for _ in range(chance.randrange(calls)):
            await asyncio.sleep(chance.choice([0, 0, 0.1, 0.9, 1.0]))
            chance.choice(tasks).cancel()  # a barge-in
        if chance.random() < 0.5:
            await asyncio.wait(tasks)
        for task in tasks:  # the hang-up
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.desk.close()

    def _call(self, at: int) -> asyncio.Task[None]:
        async def report(result, *, properties=None) -> None:
            self.results[at] += 1

        tool = self.chance.choice([self.write, self.read])
        number = str(self.chance.randrange(2) if tool is self.write else at)
        params = params_for(self._write, self.desk, report, {"number": number}, SPOKEN)
        params.function_name = tool.name
        params.tool_call_id = str(self.chance.randrange(3))
        self.contexts.append(params.context)
        return asyncio.create_task(tool.handler(params))


async def test_ten_thousand_calls_in_any_order_have_one_end_each_and_write_nothing_twice():
    ends: Counter[str] = Counter()
    seed = made = 0
    while made < CALLS:
        seed, calls = seed + 1, 2 + seed % 6
        scene = Scene(seed)
        await scene.play(calls)
        made += calls
        ledger = scene.desk.ledger
        assert not ledger.open, f"stuck with seed {seed}"
        # A task that was cancelled before it ran was never a call.
        assert len(ledger.ends) <= calls
        assert all(times == 1 for times in scene.begun.values()), f"twice with seed {seed}"
        assert scene.carried_out == scene.begun, f"half a write with seed {seed}"
        assert all(times == 1 for times in scene.results.values()), f"two answers, seed {seed}"
        ends.update(ledger.ends.values())
        notes = sum(
            message["role"] == "developer"
            for context in scene.contexts
            for message in context.get_messages()
        )
        assert notes == [*ledger.ends.values()].count("announced late")
    assert len(asyncio.all_tasks()) == 1, "orphans"
    assert ends.keys() == {"done", "timed out", "cancelled", "announced late", "dropped late"}


@pytest.mark.parametrize("reports", [0, 2])
async def test_a_tool_that_reports_nothing_or_twice_gives_one_answer(reports: int):
    async def odd(params) -> None:
        """A tool."""
        for _ in range(reports):
            await params.result_callback(say("Done."))

    answers = []

    async def report(result, *, properties=None) -> None:
        answers.append(result)

    (schema,) = offered([odd], timeout_secs=5)
    await schema.handler(params_for(odd, object(), report))
    assert len(answers) == 1
