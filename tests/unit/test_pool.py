"""Who gets a place, for how long, and what becomes of calls when the house closes."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.pool import END_SECS, Places, Pool
from transports.connection import Audio, Connection, Guest


class Clock:
    def __init__(self) -> None:
        self.now_secs = 0.0

    def __call__(self) -> float:
        return self.now_secs


@pytest.fixture
def clock() -> Clock:
    return Clock()


def guest(name: str) -> Guest:
    return Guest(name, "websocket")


def test_there_are_as_many_places_as_calls_may_live(clock: Clock):
    places = Places(2, 60, clock)
    assert [places.reserve(guest(name)) for name in "abc"] == [True, True, False]
    assert places.free() == 0


def test_a_reservation_lapses_with_its_ticket(clock: Clock):
    places = Places(1, 60, clock)
    places.reserve(guest("slow"))
    clock.now_secs = 59.9
    assert not places.reserve(guest("next"))
    clock.now_secs = 60
    assert places.reserve(guest("next"))
    assert places.enter("slow") is None


def test_places_that_are_kept_for_a_household_are_counted_until_they_are_taken_or_lapse(
    clock: Clock,
):
    places = Places(9, 60, clock)
    for name, household in (("a", "here"), ("b", "here"), ("c", "there"), ("d", "")):
        assert places.reserve(Guest(name, "websocket", household=household))
    assert [places.waiting(each) for each in ("here", "there", "nowhere")] == [2, 1, 0]
    places.enter("a")
    assert places.waiting("here") == 1
    clock.now_secs = 60
    assert places.waiting("here") == 0


def test_a_place_is_entered_once(clock: Clock):
    places = Places(1, 60, clock)
    places.reserve(guest("a"))
    assert places.enter("a") == guest("a")
    assert places.enter("a") is None
    assert places.live == 1


def test_nobody_enters_without_a_reservation(clock: Clock):
    assert Places(1, 60, clock).enter("stranger") is None


def test_a_call_keeps_its_place_until_it_leaves(clock: Clock):
    places = Places(1, 60, clock)
    places.reserve(guest("a"))
    places.enter("a")
    clock.now_secs = 10_000
    assert places.free() == 0
    places.leave("a")
    assert places.free() == 1


def test_leaving_is_harmless_for_one_nobody_knows(clock: Clock):
    places = Places(1, 60, clock)
    places.leave("stranger")
    assert places.free() == 1


def test_a_closed_house_lets_nobody_reserve_but_those_with_a_place_come_in(clock: Clock):
    places = Places(2, 60, clock)
    places.reserve(guest("early"))
    places.closed = True
    assert not places.reserve(guest("late"))
    assert places.enter("early") is not None


def pool_of(call: Callable[[Connection], Awaitable[object]]) -> tuple[Pool, Places]:
    places = Places(9, 60, asyncio.get_running_loop().time)
    return Pool(call, places), places


CONNECTION = Connection(None, "websocket", "a", Audio(16_000, 24_000))  # type: ignore[arg-type]


async def test_draining_waits_for_the_calls_that_live():
    pool, places = pool_of(lambda _: asyncio.sleep(10))
    call = asyncio.create_task(pool.run(CONNECTION))
    await asyncio.sleep(1)
    await pool.drain(30)
    assert asyncio.get_running_loop().time() == 10
    assert places.closed
    await call


async def test_draining_ends_the_calls_that_outlast_it():
    ended: list[float] = []

    async def endless(_: Connection) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(asyncio.get_running_loop().time())

    pool, _ = pool_of(endless)
    call = asyncio.create_task(pool.run(CONNECTION))
    await asyncio.sleep(1)
    await pool.drain(5)
    assert ended == [6]
    await asyncio.wait({call})


async def test_draining_does_not_wait_for_a_call_that_will_not_end():
    async def stubborn(_: Connection) -> None:
        while True:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                if asyncio.get_running_loop().time() > 100:
                    raise

    pool, _ = pool_of(stubborn)
    call = asyncio.create_task(pool.run(CONNECTION))
    await asyncio.sleep(1)
    await pool.drain(5)
    assert asyncio.get_running_loop().time() == 6 + END_SECS
    await asyncio.sleep(100)
    call.cancel()
    await asyncio.wait({call})


async def test_draining_an_empty_house_takes_no_time():
    pool, places = pool_of(lambda _: asyncio.sleep(10))
    await pool.drain(30)
    assert asyncio.get_running_loop().time() == 0
    assert places.closed


async def test_a_call_ends_with_the_task_of_the_way_in():
    ended = asyncio.Event()

    async def endless(_: Connection) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    pool, _ = pool_of(endless)
    way_in = asyncio.create_task(pool.run(CONNECTION))
    await asyncio.sleep(1)
    way_in.cancel()
    await asyncio.wait({way_in})
    await ended.wait()


async def test_a_call_that_fails_tells_its_way_in_and_nobody_else():
    async def fails(connection: Connection) -> None:
        await asyncio.sleep(1)
        raise RuntimeError("broken")

    pool, _ = pool_of(fails)
    with pytest.raises(RuntimeError, match="broken"):
        await pool.run(CONNECTION)
    await pool.drain(1)
