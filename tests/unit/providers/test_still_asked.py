"""Each turn is answered once, and by its own words, whatever overtakes whatever; virtual clock."""

import asyncio
from collections import Counter
from random import Random

import pytest
from pipecat.frames.frames import Frame, LLMContextFrame, TTSSpeakFrame

from bot.providers.reply import ThinkingPolicy
from tests.unit.providers.asked import (
    DONE,
    DOWN,
    INTERRUPTED,
    SETUP_SECS,
    TALKS,
    TOKENS,
    WITHDRAWN,
    Asked,
    ahead,
    asked,
    final,
)

STAGES = pytest.mark.parametrize("names", ["a", ""], ids=["thinking", "a model alone"])
PAUSES = pytest.mark.parametrize("pause_secs", [None, 0.0, 0.001, 0.12, 0.4])
"""Between the signals; None: not even a task of the model's runs between them."""
LONG_SECS = 2.0
"""Any answer has been given by then."""
HEDGE_SECS = 0.04
HEDGED = ThinkingPolicy(hedge_secs=HEDGE_SECS)


async def told(call: Asked, frames: list[Frame], pause_secs: float | None) -> None:
    for frame in frames:
        await call.tell(frame)
        if pause_secs is not None:
            await asyncio.sleep(pause_secs)
    await asyncio.sleep(LONG_SECS)


async def answered(names: str, pause_secs: float | None, *frames: Frame) -> Counter[str]:
    """What is heard when these come so one after another."""
    async with asked(names) as call:
        await told(call, [*frames], pause_secs)
        begun, ended = call.answers
        assert begun == ended, "an answer that began has ended"
        assert set(call.done) <= set(call.heard), "no tool runs on what is not let out"
        return call.heard


def whole(*words: str) -> Counter[str]:
    return Counter(dict.fromkeys(words, TOKENS))


@STAGES
@PAUSES
async def test_a_guess_that_is_withdrawn_is_not_heard_in_place_of_the_next(names, pause_secs):
    guesses = TALKS(), ahead("one"), WITHDRAWN(), ahead("two"), DONE()
    assert await answered(names, pause_secs, *guesses) == whole("two")


@STAGES
@PAUSES
async def test_a_turn_is_answered_behind_a_guess_that_is_withdrawn(names, pause_secs):
    turn = TALKS(), ahead("one"), WITHDRAWN(), final("two"), DONE()
    assert await answered(names, pause_secs, *turn) == whole("two")


@STAGES
@PAUSES
async def test_a_turn_that_is_over_before_it_is_asked_is_answered(names, pause_secs):
    turn = TALKS(), ahead("one"), WITHDRAWN(), DONE(), final("two")
    assert await answered(names, pause_secs, *turn) == whole("two")


@STAGES
@PAUSES
async def test_a_guess_that_is_confirmed_is_heard(names, pause_secs):
    assert await answered(names, pause_secs, TALKS(), ahead("one"), DONE()) == whole("one")


@STAGES
@PAUSES
@pytest.mark.parametrize("end", [WITHDRAWN, DONE])
async def test_what_others_have_to_say_beside_a_guess_is_said(names, pause_secs, end):
    async with asked(names) as call:
        await told(
            call, [TALKS(), ahead("one"), TTSSpeakFrame("Thank you."), end(), TALKS()], pause_secs
        )
        assert call.said_beside == ["Thank you."]


@STAGES
@PAUSES
async def test_a_guess_that_is_withdrawn_from_a_turn_without_words_is_not_heard(names, pause_secs):
    turn = TALKS(), ahead("one"), WITHDRAWN(), DONE()
    assert await answered(names, pause_secs, *turn) == whole()


async def test_a_guess_that_the_model_takes_back_is_asked_again_and_its_tool_runs_then():
    async with asked("A") as call:
        for frame in TALKS(), ahead("one"), final("one"), DONE():
            await call.tell(frame)
            await asyncio.sleep(LONG_SECS if isinstance(frame, LLMContextFrame) else 0)
        assert call.heard == whole("one")
        assert call.done == ["one"]


@STAGES
@PAUSES
async def test_a_confirmed_guess_is_heard_although_the_caller_begins_again(names, pause_secs):
    turn = TALKS(), ahead("one"), DONE(), TALKS()
    assert await answered(names, pause_secs, *turn) == whole("one")


@STAGES
@PAUSES
async def test_a_newer_guess_takes_the_place_of_one_that_nobody_withdrew(names, pause_secs):
    turn = TALKS(), ahead("one"), ahead("two"), DONE()
    assert await answered(names, pause_secs, *turn) == whole("two")


@STAGES
@PAUSES
async def test_a_late_withdrawal_of_a_guess_leaves_the_turn_its_answer(names, pause_secs):
    turn = TALKS(), ahead("one"), final("two"), WITHDRAWN(), DONE()
    assert await answered(names, pause_secs, *turn) == whole("two")


@STAGES
async def test_what_is_interrupted_before_it_is_begun_is_not_heard(names):
    turns = TALKS(), DONE(), final("one"), TALKS(), INTERRUPTED(), final("two"), DONE()
    assert await answered(names, None, *turns) == whole("two")


@STAGES
async def test_a_guess_that_is_interrupted_is_not_heard(names):
    turns = TALKS(), ahead("one"), DONE(), INTERRUPTED(), TALKS(), ahead("two"), DONE()
    assert await answered(names, None, *turns) == whole("two")


@STAGES
@PAUSES
async def test_an_answer_that_is_interrupted_ends_like_any_other(names, pause_secs):
    turn = TALKS(), DONE(), final("one"), INTERRUPTED()
    assert set(await answered(names, pause_secs, *turn)) <= {"one"}


A_MOMENT_SECS = 1e-10
"""Before it, what comes then is not due; the loop runs both in one go."""


async def test_a_guess_that_is_withdrawn_before_it_is_begun_costs_no_request():
    async with asked() as call:
        await told(call, [TALKS(), ahead("one"), WITHDRAWN(), ahead("two"), DONE()], None)
        assert call.requests == ["two"]


async def test_no_tool_of_an_answer_runs_from_the_moment_of_its_interruption_on():
    async with asked() as call:
        await call.tell(final("one"))
        await asyncio.sleep(TOKENS * 0.05 - A_MOMENT_SECS)
        await told(call, [INTERRUPTED(), final("two")], None)
        assert call.done == ["two"]
        assert call.heard["two"] == TOKENS


async def test_who_fails_in_the_moment_of_an_interruption_is_still_asked_the_next():
    async with asked("ab") as call:
        await call.tell(final(DOWN))
        await asyncio.sleep(TOKENS * 0.05 - A_MOMENT_SECS)
        await told(call, [INTERRUPTED(), final("two")], None)
        assert call.requests == [DOWN, "two"]
        assert call.heard["two"] == TOKENS


async def test_nobody_else_is_asked_what_is_interrupted_while_he_gets_ready():
    async with asked("ab", policy=HEDGED) as call:
        await call.tell(final("one"))
        await asyncio.sleep(HEDGE_SECS + SETUP_SECS / 2)
        await told(call, [INTERRUPTED()], None)
        assert call.requests == ["one"]


class Caller:
    """Takes turns, and everything that is asked in them is asked at random moments."""

    def __init__(self, call: Asked, rng: Random) -> None:
        self._call, self._rng = call, rng
        self._asked = 0
        self.withdrawn: set[str] = set()

    async def turn(self) -> tuple[str, bool]:
        """Its last words, and whether the answer was waited for; "" if there were none."""
        await self._tell(TALKS(), INTERRUPTED())
        words = ""
        for _ in range(self._rng.randint(0, 3)):
            if words:
                await self._withdraw(words)
            words = self._words()
            await self._tell(ahead(words))
        words = await self._end(words)
        waits = self._rng.random() < 0.7
        if waits:
            await asyncio.sleep(LONG_SECS)
        return words, waits

    async def _end(self, words: str) -> str:
        """By the last guess, by other words before or behind the end of the turn, or without."""
        if words and self._rng.random() < 0.4:
            await self._tell(DONE())
            return words
        if words:
            self.withdrawn.add(words)
            await self._tell(WITHDRAWN())
        if self._rng.random() < 0.2:
            await self._tell(DONE())
            return ""
        last = self._words()
        order = [final(last), DONE()]
        if self._rng.random() < 0.3:
            order.reverse()
        if words and self._rng.random() < 0.1:
            order.append(WITHDRAWN())
        await self._tell(*order)
        return last

    async def _withdraw(self, words: str) -> None:
        self.withdrawn.add(words)
        if self._rng.random() < 0.8:  # else the next question does
            await self._tell(WITHDRAWN())

    def _words(self) -> str:
        self._asked += 1
        return f"q{self._asked}"

    async def _tell(self, *frames: Frame) -> None:
        for frame in frames:
            await self._call.tell(frame)
            match self._rng.randrange(4):
                case 0:
                    pass
                case 1 | 2:
                    for _ in range(self._rng.randint(1, 6)):
                        await asyncio.sleep(0)
                case _:
                    await asyncio.sleep(self._rng.uniform(0, 0.3))


@pytest.mark.parametrize(
    ("names", "policy"),
    [("a", None), ("ab", HEDGED), ("", None)],
    ids=["thinking", "hedged", "a model alone"],
)
@pytest.mark.parametrize("seed", range(4))
async def test_every_turn_is_answered_once_and_nothing_withdrawn_is_let_out(names, policy, seed):
    rng = Random(seed)
    async with asked(names, lambda: rng.uniform(0, 0.1), policy) as call:
        caller = Caller(call, rng)
        turns = [await caller.turn() for _ in range(300)]
        heard, done = call.heard, Counter(call.done)
    waited = {words for words, waits in turns if waits and words}
    assert {words: heard[words] for words in waited} == dict.fromkeys(waited, TOKENS)
    assert {words: done[words] for words in waited} == dict.fromkeys(waited, 1)
    assert not caller.withdrawn & (set(heard) | set(done))
    assert max(done.values()) == 1
    assert max(heard.values()) == TOKENS
    begun, ended = call.answers
    assert begun == ended
