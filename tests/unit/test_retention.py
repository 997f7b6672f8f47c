"""What is deleted when, of real files and a real SQLite database."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.command import main
from bot.recording import paths
from bot.retention import RetentionSettings, clear, forget, keep_clearing
from bot.tools.clinic import ClinicSettings
from bot.tools.database import StoreSettings
from bot.tools.store import Store, open_store
from bot.tools.tables import Appointment, Handoff, Return

DAY_SECS = 86_400
CLINIC = ClinicSettings()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'echo.db'}"), CLINIC)
    yield opened
    await opened.close()


async def leave(store: Store, folder: Path, call_id: str, days_ago: int = 0) -> None:
    """What a recorded call leaves that asked for a colleague."""
    asked_at = CLINIC.now() - timedelta(days=days_ago)
    await store.hand_off(
        Handoff(call_id=call_id, reason="the lamp", summary="Caller: hi", asked_at=asked_at)
    )
    for path in paths(folder, call_id):
        path.write_text("words")
        os.utime(path, (time.time() - days_ago * DAY_SECS,) * 2)


def calls(folder: Path, table: str = "handoffs") -> list[str]:
    with sqlite3.connect(folder / "echo.db") as file:
        return [row[0] for row in file.execute(f"SELECT call_id FROM {table} ORDER BY call_id")]


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.suffix in (".wav", ".txt"))


async def test_a_forgotten_call_leaves_nothing_and_others_stay(store: Store, tmp_path: Path):
    for call_id in ("one", "two"):
        await leave(store, tmp_path, call_id)
    assert await forget("one", tmp_path, store) == (2, 1)
    assert calls(tmp_path) == ["two"]
    assert files(tmp_path) == ["two.txt", "two.wav"]
    assert await forget("one", tmp_path, store) == (0, 0)


async def test_appointments_are_forgotten_too(store: Store, tmp_path: Path):
    (slot, *_) = await store.free_slots(CLINIC.now(), CLINIC.now() + timedelta(days=14))
    await store.book(
        Appointment(starts_at=slot, name="Maria Lopez", call_id="one", booked_at=CLINIC.now())
    )
    assert await forget("one", tmp_path, store) == (0, 1)
    assert calls(tmp_path, "appointments") == []


@pytest.mark.parametrize("call_id", ["../echo", "a/b", "", "*"])
async def test_what_is_no_call_deletes_nothing(store: Store, tmp_path: Path, call_id: str):
    with pytest.raises(ValueError, match="id"):
        await forget(call_id, tmp_path, store)


async def test_what_is_too_old_goes(store: Store, tmp_path: Path):
    await leave(store, tmp_path, "old", days_ago=31)
    await leave(store, tmp_path, "new", days_ago=29)
    assert await clear(30, tmp_path, store, CLINIC.now()) == (2, 1)
    assert calls(tmp_path) == ["new"]
    assert files(tmp_path) == ["new.txt", "new.wav"]


async def test_a_server_that_is_to_keep_everything_deletes_nothing(store: Store, tmp_path: Path):
    await leave(store, tmp_path, "old", days_ago=3_000)
    await keep_clearing(RetentionSettings(days=0), tmp_path, store, CLINIC.now)
    assert calls(tmp_path) == ["old"]


def test_the_command_forgets_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECORDING_FOLDER", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'echo.db'}")

    async def call() -> None:
        store = await open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'echo.db'}"), CLINIC)
        await leave(store, tmp_path, "one")
        await store.close()

    asyncio.run(call())
    assert main(["forget", "one"]) == 0
    assert "2 files, 1 rows" in capsys.readouterr().out
    assert calls(tmp_path) == []
    assert main(["forget", "../x"]) == 2


def holds(folder: Path, words: str) -> bool:
    """Whether any file of it does, the logs of the database included."""
    return any(words.encode() in each.read_bytes() for each in folder.iterdir())


async def test_of_a_forgotten_call_no_byte_is_in_the_database_or_its_log(
    store: Store, tmp_path: Path
):
    """While the server goes on with the same files, which SQLite alone would not clear."""
    secret, now = "the caller has lost a violet umbrella", CLINIC.now()
    for version in range(3):
        await store.hand_off(
            Handoff(call_id="one", reason="", summary=f"{secret} {version}" * 20, asked_at=now)
        )
    await store.start_return(
        Return(order_number=1038, reason=secret, call_id="one", started_at=now)
    )
    assert holds(tmp_path, secret)
    await forget("one", tmp_path, store)
    assert not holds(tmp_path, secret)
    assert await store.order(1038)


async def test_the_reason_of_a_return_goes_when_it_is_too_old_and_the_return_stays(
    store: Store, tmp_path: Path
):
    secret, started_at = "a violet umbrella", CLINIC.now() - timedelta(days=31)
    await store.start_return(
        Return(order_number=1038, reason=secret, call_id="one", started_at=started_at)
    )
    assert await clear(30, tmp_path, store, CLINIC.now()) == (0, 1)
    assert await clear(30, tmp_path, store, CLINIC.now()) == (0, 0)
    assert not holds(tmp_path, secret)
    assert await store.return_of(1038)


def modes_of(folder: Path) -> dict[str, int]:
    """Of the database and the logs beside it, who may do what with them."""
    return {each.name: each.stat().st_mode & 0o777 for each in folder.glob("echo.db*")}


async def test_only_the_owner_can_read_the_database_and_its_log(tmp_path: Path):
    before = os.umask(0)
    try:
        store = await open_store(StoreSettings(url=f"sqlite:///{tmp_path / 'echo.db'}"), CLINIC)
        await leave(store, tmp_path, "one")
        modes = modes_of(tmp_path)
        await store.close()
    finally:
        os.umask(before)
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}
