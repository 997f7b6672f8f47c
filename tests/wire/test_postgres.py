"""The store on a real PostgreSQL server."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.tools.clinic import ClinicSettings
from bot.tools.database import StoreError, StoreSettings, database_url
from bot.tools.store import Store, open_store
from bot.tools.tables import Appointment, Handoff, Return
from tests.wire.postgres import PASSWORD, NoPostgres, postgres_server

NOW = datetime(2026, 11, 22, 12)
SLOT = datetime(2026, 11, 24, 10, 30)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres_server() as url:
            yield url
    except NoPostgres as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def url(server: str) -> str:
    """An empty database of the test's own."""
    admin = create_async_engine(database_url(server), isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS echo WITH (FORCE)"))
        await connection.execute(text("CREATE DATABASE echo"))
    await admin.dispose()
    return server.removesuffix("postgres") + "echo"


def store_at(url: str) -> Store:
    return Store(StoreSettings(url=url), ClinicSettings())


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = store_at(url)
    await store.prepare(NOW.date())
    yield store
    await store.close()


def an_appointment(name: str) -> Appointment:
    return Appointment(starts_at=SLOT, name=name, call_id=name, booked_at=NOW)


async def count(url: str, table: str) -> int:
    engine = create_async_engine(database_url(url))
    async with engine.connect() as connection:
        rows = await connection.scalar(text(f"select count(*) from {table}"))
    await engine.dispose()
    return int(rows or 0)


async def test_a_plain_postgres_url_is_made_and_seeded(store: Store):
    order = await store.order(1042)
    assert order is not None
    assert order.status == "shipped"
    assert [found.number for found in await store.orders_of("maria@example.com")] == [
        1042,
        1030,
        1001,
    ]
    assert await store.free_slots(SLOT, SLOT) == [SLOT]


async def test_servers_that_start_at_once_seed_once(url: str):
    stores = [store_at(url) for _ in range(5)]
    await asyncio.gather(*(store.prepare(NOW.date()) for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    assert await count(url, "orders") == 34
    assert await count(url, "slots") == 6 * 5 * 16


async def test_two_callers_never_book_the_same_slot(store: Store, url: str):
    servers = [store, store_at(url), store_at(url)]
    bookings = [s.book(an_appointment(f"Caller {n}")) for n in range(20) for s in servers]
    assert Counter(await asyncio.gather(*bookings)) == {True: 1, False: 59}
    assert await count(url, "appointments") == 1
    for other in servers[1:]:
        await other.close()


async def test_a_cancelled_slot_is_free_for_the_next(store: Store):
    assert await store.book(an_appointment("Maria Lopez"))
    (appointment,) = await store.appointments_of("maria lopez", NOW)
    await store.cancel(appointment, "call-1", NOW)
    assert await store.appointment_at(SLOT) is None
    assert await store.book(an_appointment("Tom Becker"))


async def test_one_order_has_one_return_and_one_call_one_hand_off(store: Store):
    new = [Return(order_number=1038, reason="", call_id=f"{n}", started_at=NOW) for n in range(10)]
    started = await asyncio.gather(*(store.start_return(one) for one in new))
    assert len({one.reference for one in started}) == 1
    asked = [
        Handoff(call_id="call-1", reason=word, summary="", asked_at=NOW) for word in ("a", "b")
    ]
    kept = [await store.hand_off(one) for one in asked]
    assert kept[0].reference == kept[1].reference
    assert kept[1].reason == "b"


async def test_a_connection_that_died_is_replaced(store: Store, url: str):
    await store.order(1042)
    engine = create_async_engine(database_url(url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = 'echo' and pid <> pg_backend_pid()"
            )
        )
    await engine.dispose()
    assert await store.order(1042) is not None


async def test_a_wrong_password_says_what_to_do_and_stays_a_secret(url: str):
    settings = StoreSettings(url=url.replace(PASSWORD, "wrong"))
    with pytest.raises(StoreError, match=r"choose another DATABASE_URL .*password") as failed:
        await open_store(settings, ClinicSettings())
    assert "wrong" not in str(failed.value)


async def test_a_database_that_is_not_there_says_what_to_do(url: str):
    with pytest.raises(StoreError, match=r'choose another DATABASE_URL .*"echo2" does not exist'):
        await open_store(StoreSettings(url=f"{url}2"), ClinicSettings())


@pytest.mark.usefixtures("server")  # skips where there is none
async def test_a_server_that_went_away_is_an_error_not_a_crash():
    with postgres_server() as short_lived:
        store = store_at(short_lived)
        await store.prepare(NOW.date())
    with pytest.raises(StoreError):
        await store.order(1042)
    await store.close()
