"""Requests that come twice and are carried out once."""

import asyncio

import pytest

from transports.twilio.repeats import KEY, OtherRequestError, Repeats


class LostError(Exception):
    """Whether it was done, nobody knows."""


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    async def do(self, result: str = "CA1", secs: float = 0.0) -> str:
        self.done += 1
        await asyncio.sleep(secs)
        return result

    async def fail(self, error: Exception) -> str:
        self.done += 1
        raise error


def repeats(most: int = 10) -> Repeats:
    return Repeats(lambda error: isinstance(error, LostError), most)


async def test_what_is_asked_twice_is_done_once():
    work, asked = Work(), repeats()
    first = await asked.once("a", "to", work.do("CA1"))
    again = await asked.once("a", "to", work.do("CA2"))
    assert (first, again, work.done) == ("CA1", "CA1", 1)


async def test_what_is_asked_twice_at_once_is_done_once():
    work, asked = Work(), repeats()
    twice = (asked.once("a", "to", work.do(secs=1)) for _ in range(2))
    assert await asyncio.gather(*twice) == ["CA1", "CA1"]
    assert work.done == 1


async def test_who_goes_away_finds_it_done():
    work, asked = Work(), repeats()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await asked.once("a", "to", work.do(secs=1))
    assert await asked.once("a", "to", work.do("CA2")) == "CA1"


async def test_another_key_is_another_request():
    work, asked = Work(), repeats()
    await asked.once("a", "to", work.do())
    await asked.once("b", "to", work.do())
    assert work.done == 2


async def test_a_key_is_good_for_one_request_only():
    work, asked = Work(), repeats()
    await asked.once("a", "to", work.do())
    with pytest.raises(OtherRequestError):
        await asked.once("a", "elsewhere", work.do())
    assert work.done == 1


async def test_what_failed_may_be_asked_for_once_more():
    work, asked = Work(), repeats()
    with pytest.raises(ValueError, match="busy"):
        await asked.once("a", "to", work.fail(ValueError("busy")))
    assert await asked.once("a", "to", work.do()) == "CA1"


async def test_what_may_have_been_done_is_not_done_again():
    work, asked = Work(), repeats()
    for _ in range(2):
        with pytest.raises(LostError):
            await asked.once("a", "to", work.fail(LostError()))
    assert work.done == 1


async def test_only_the_latest_are_remembered():
    work, asked = Work(), repeats(most=2)
    for key in "abca":
        await asked.once(key, "to", work.do())
    assert work.done == 4


@pytest.mark.parametrize("key", ["", " ", "a b", "\n", "é", "x" * 256])
def test_what_is_no_key(key: str):
    assert not KEY.fullmatch(key)
