"""The store on real SQLite files."""

import asyncio
import ctypes
import socket
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.tools.clinic import ClinicSettings
from bot.tools.database import Database, StoreError, StoreSettings, database_url
from bot.tools.seed import sample_orders
from bot.tools.store import Store, open_store
from bot.tools.tables import Appointment, Return
from tests.unit.tools.conftest import NOW

pytestmark = pytest.mark.real_clock  # SQLite lives in a thread

TODAY = NOW.date()
SLOT = datetime(2026, 11, 24, 10, 30)


def store_at(folder: Path, clinic: ClinicSettings | None = None, patience_secs: float = 3) -> Store:
    url = f"sqlite:///{folder}/echo.db"
    return Store(StoreSettings(url=url, patience_secs=patience_secs), clinic or ClinicSettings())


def an_appointment(name: str, starts_at: datetime = SLOT) -> Appointment:
    return Appointment(starts_at=starts_at, name=name, call_id=name, booked_at=NOW)


def count(folder: Path, table: str) -> int:
    with sqlite3.connect(f"{folder}/echo.db") as database:
        (rows,) = database.execute(f"select count(*) from {table}").fetchone()
    database.close()
    return rows


async def test_a_first_start_makes_acme_and_the_clinics_calendar(store: Store, tmp_path: Path):
    order = await store.order(1042)
    assert order is not None
    assert (order.status, order.email) == ("shipped", "maria@example.com")
    assert count(tmp_path, "orders") >= 30
    assert count(tmp_path, "slots") == 6 * 5 * 16


async def test_a_second_start_adds_nothing(store: Store, tmp_path: Path):
    before = [count(tmp_path, table) for table in ("orders", "slots")]
    again = store_at(tmp_path)
    await again.prepare(TODAY)
    await again.close()
    assert [count(tmp_path, table) for table in ("orders", "slots")] == before


async def test_servers_that_start_at_once_seed_once(tmp_path: Path):
    stores = [store_at(tmp_path) for _ in range(4)]
    await asyncio.gather(*(store.prepare(TODAY) for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    assert count(tmp_path, "orders") == 34
    assert count(tmp_path, "slots") == 6 * 5 * 16


async def test_processes_that_start_at_once_seed_once(tmp_path: Path):
    code = (
        "import asyncio, datetime as d\n"
        "from bot.tools.store import *\n"
        "async def main():\n"
        f"    store = Store(StoreSettings(url='sqlite:///{tmp_path}/echo.db'), ClinicSettings())\n"
        "    await store.prepare(d.date(2026, 11, 22))\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    servers = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(3)]
    assert await asyncio.gather(*(server.wait() for server in servers)) == [0, 0, 0]
    assert count(tmp_path, "orders") == 34


async def test_sample_orders_never_look_stale(store: Store):
    month_later = TODAY + timedelta(days=30)
    await store.prepare(month_later)
    order = await store.order(1042)
    assert order is not None
    assert order.expected_on == month_later + timedelta(days=2)


async def test_orders_of_ones_own_are_left_alone(store: Store, tmp_path: Path):
    with sqlite3.connect(f"{tmp_path}/echo.db") as database:
        database.execute("delete from orders where number <> 1042")
        database.execute("update orders set sample = 0")
    database.close()
    await store.prepare(TODAY + timedelta(days=30))
    order = await store.order(1042)
    assert order is not None
    assert order.expected_on == TODAY + timedelta(days=2)
    assert count(tmp_path, "orders") == 1


async def test_the_calendar_grows_with_the_days_and_keeps_its_past(store: Store, tmp_path: Path):
    await store.prepare(TODAY + timedelta(days=7))
    assert count(tmp_path, "slots") == 7 * 5 * 16
    assert await store.free_slots(SLOT, SLOT) == [SLOT]


async def test_shorter_hours_take_free_slots_away_and_leave_the_booked(
    store: Store, tmp_path: Path
):
    late = datetime(2026, 11, 24, 16)
    assert await store.book(an_appointment("Maria Lopez", late))
    short = store_at(tmp_path, ClinicSettings(closes=datetime(2026, 1, 1, 15).time()))
    await short.prepare(TODAY)
    last = datetime(2026, 11, 24, 23)
    assert (await short.free_slots(SLOT, last))[-1] == datetime(2026, 11, 24, 14, 30)
    assert await short.appointment_at(late) is not None
    await short.close()


@pytest.mark.usefixtures("store")
async def test_two_callers_never_book_the_same_slot(tmp_path: Path):
    """What comes of a crowd is asked, not how soon: SQLite lets one at a time write."""
    servers = [store_at(tmp_path, patience_secs=60) for _ in range(3)]
    bookings = [server.book(an_appointment(f"Caller {n}")) for n in range(20) for server in servers]
    booked = await asyncio.gather(*bookings)
    for server in servers:
        await server.close()
    assert Counter(booked) == {True: 1, False: 59}
    assert count(tmp_path, "appointments") == 1


async def test_of_many_who_write_at_once_one_waits_for_the_file_and_the_others_for_their_turn(
    store: Store, tmp_path: Path
):
    before = threading.active_count()  # a connection is a thread
    with closing(sqlite3.connect(tmp_path / "echo.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bookings = [asyncio.ensure_future(store.book(an_appointment(f"{n}"))) for n in range(12)]
        await asyncio.sleep(0.3)
        assert threading.active_count() <= before + 1
        other.rollback()
    assert await asyncio.gather(*bookings) == [True, *[False] * 11]


async def test_different_slots_are_booked_side_by_side(store: Store):
    slots = (await store.free_slots(NOW, SLOT + timedelta(days=5)))[:40]
    booked = await asyncio.gather(*(store.book(an_appointment(f"{s}", s)) for s in slots))
    assert all(booked)


async def test_a_slot_the_clinic_does_not_have_is_not_booked(store: Store):
    assert not await store.book(an_appointment("Maria", SLOT + timedelta(minutes=7)))


async def test_a_database_that_bypasses_us_cannot_double_book_either(store: Store, tmp_path: Path):
    assert await store.book(an_appointment("Maria Lopez"))
    with sqlite3.connect(f"{tmp_path}/echo.db") as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(
            "insert into appointments (starts_at, name, folded_name, call_id, booked_at, "
            "cancelled_by_call) select starts_at, 'Tom', 'tom', 'x', booked_at, '' "
            "from appointments"
        )
    database.close()


async def test_one_order_has_one_return_however_many_ask(store: Store, tmp_path: Path):
    new = [Return(order_number=1038, reason="", call_id=f"{n}", started_at=NOW) for n in range(10)]
    started = await asyncio.gather(*(store.start_return(one) for one in new))
    assert {one.reference for one in started} == {5001}
    assert count(tmp_path, "returns") == 1


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///echo.db", "sqlite+aiosqlite:///echo.db"),
        ("sqlite+aiosqlite:////data/echo.db", "sqlite+aiosqlite:////data/echo.db"),
        ("postgresql://u:p@host/db", "postgresql+asyncpg://u:p@host/db"),
        ("postgres://u:p@host/db", "postgresql+asyncpg://u:p@host/db"),
        ("postgresql+psycopg2://u:p@host/db", "postgresql+asyncpg://u:p@host/db"),
        (
            "postgresql://u:p@host/db?sslmode=require",
            "postgresql+asyncpg://u:p@host/db?ssl=require",
        ),
    ],
)
def test_a_database_url_gets_the_driver_that_does_not_block(url, driver):
    assert database_url(url).render_as_string(hide_password=False) == driver


@pytest.mark.parametrize("url", ["echo.db", "mysql://u:p@host/db", "", "postgresql://u:p@host:x/d"])
def test_a_url_nobody_can_use_names_those_one_can(url):
    with pytest.raises(StoreError, match=r"sqlite:///echo\.db .*or postgresql://"):
        database_url(url)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Takes the right to write from a path; root's power to write anyway is put aside."""
    changed: list[Path] = []

    def protect(path: Path) -> None:
        path.chmod(0o555)
        changed.append(path)

    with without_override():
        yield protect
    for path in changed:
        path.chmod(0o755)


@contextmanager
def without_override() -> Iterator[None]:
    """Drop CAP_DAC_OVERRIDE (capabilities(7)) of this thread, and of those it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    before, dropped = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    dropped[:] = before[:]
    dropped[0] &= ~0b110  # effective: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    assert libc.capset(header, dropped) == 0
    yield
    assert libc.capset(header, before) == 0


async def test_a_folder_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, read_only: Callable[[Path], None]
):
    read_only(tmp_path)
    with pytest.raises(StoreError) as failed:
        await store_at(tmp_path).prepare(TODAY)
    assert str(failed.value) == (
        f"Cannot write {tmp_path}/echo.db: choose another DATABASE_URL or make the folder writable."
    )


async def test_a_file_that_cannot_be_written_says_what_to_do(
    store: Store, tmp_path: Path, read_only: Callable[[Path], None]
):
    await store.close()
    read_only(tmp_path / "echo.db")
    read_only(tmp_path)
    with pytest.raises(StoreError, match=r"Cannot write .*echo\.db: choose another"):
        await store_at(tmp_path).prepare(TODAY)


async def test_a_folder_that_is_not_there_says_what_to_do(tmp_path: Path):
    with pytest.raises(StoreError, match="choose another DATABASE_URL or make the folder"):
        await open_store(StoreSettings(url=f"sqlite:///{tmp_path}/no/echo.db"), ClinicSettings())


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "echo.db").write_text("not a database at all, " * 100)
    with pytest.raises(StoreError, match=r"echo\.db is not a database"):
        await open_store(StoreSettings(url=f"sqlite:///{tmp_path}/echo.db"), ClinicSettings())


async def test_a_database_locked_by_others_is_an_error_not_a_hang(store: Store, tmp_path: Path):
    lock = sqlite3.connect(f"{tmp_path}/echo.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    hasty = store_at(tmp_path, patience_secs=0.01)
    with pytest.raises(StoreError, match="is locked"):
        await hasty.book(an_appointment("Maria Lopez"))
    assert await hasty.order(1042) is not None
    await hasty.close()
    lock.close()


async def test_who_waits_too_long_for_their_turn_is_told_that_it_is_busy(tmp_path: Path):
    hasty = Database(StoreSettings(url=f"sqlite:///{tmp_path}/echo.db", patience_secs=0.01))
    async with hasty.session(write=True):
        with pytest.raises(StoreError, match=r"echo\.db is busy"):
            async with hasty.session(write=True):
                pass
    await hasty.close()


async def test_interrupted_reads_leave_the_database_usable(store: Store):
    for _ in range(30):
        read = asyncio.create_task(store.order(1042))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        read.cancel()
        await asyncio.wait([read])
    assert await store.order(1042) is not None


async def test_a_server_nobody_runs_says_what_to_do():
    settings = StoreSettings(url="postgresql://echo:secret@127.0.0.1:1/echo")
    with pytest.raises(StoreError, match="start the database or choose another") as failed:
        await open_store(settings, ClinicSettings())
    assert "secret" not in str(failed.value)


async def test_a_server_that_never_answers_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://echo@127.0.0.1:{silent.getsockname()[1]}/echo"
        with pytest.raises(StoreError, match=r"start the database .*\(no answer in time\)"):
            await open_store(StoreSettings(url=url, patience_secs=0.1), ClinicSettings())


def test_the_default_is_a_file_where_the_server_was_started():
    assert database_url(StoreSettings().url).database == "echo.db"


def test_sample_orders_fit_the_day_they_are_shown_on():
    for order in sample_orders(date(2028, 2, 29)):
        assert order.ordered_on <= date(2028, 2, 29)
        assert order.delivered_on is None or order.ordered_on < order.delivered_on
        assert (order.status == "delivered") == (order.delivered_on is not None)
        assert order.status != "shipped" or (order.carrier and order.last_seen)
