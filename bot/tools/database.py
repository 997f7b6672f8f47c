"""Which database, and how it is used: a SQLite file by default, PostgreSQL by URL."""

import asyncio
import sqlite3
import time as clock
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.tools.tables import Table


class StoreError(Exception):
    """The database cannot be used; the message says what to do about it."""


class StoreSettings(BaseModel):
    """Which database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "sqlite+aiosqlite:///echo.db"
    """A file where the server was started; or postgresql://user:password@host/name."""
    patience_secs: float = Field(default=3, gt=0)
    """How long to wait for a connection, a lock or a statement each: less than a tool's deadline,
    so that a write has an outcome the caller can hear."""


class Database:
    """Connections to it, made when they are needed. All of it raises StoreError when it fails."""

    def __init__(self, settings: StoreSettings) -> None:
        self._url = database_url(settings.url)
        self._engine = _engine(self._url, settings.patience_secs)
        self._writing = self._engine.execution_options(write=True)
        self._patience_secs = settings.patience_secs
        self._one_writer = asyncio.Lock()

    @property
    def is_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    async def open(self) -> None:
        """Whether it can be used, where that can be found out before the first use."""
        if not self.is_postgresql:
            await asyncio.to_thread(self._open_file)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def session(self, *, write: bool = False) -> AsyncGenerator[AsyncSession]:
        """One transaction; it is written as it is left."""
        try:
            async with (
                self._turn_to_write(write=write),
                (self._writing if write else self._engine).begin() as connection,
                AsyncSession(connection, expire_on_commit=False) as session,
            ):
                yield session
                await session.flush()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise StoreError(_advice(self._url, error)) from error

    @asynccontextmanager
    async def _turn_to_write(self, *, write: bool) -> AsyncGenerator[None]:
        """First come, first served: who waits for SQLite's own lock tries again and again, and of
        many somebody is overtaken until their patience ends."""
        if self.is_postgresql or not write:
            yield
            return
        async with asyncio.timeout(self._patience_secs):
            await self._one_writer.acquire()
        try:
            yield
        finally:
            self._one_writer.release()

    async def wipe(self) -> None:
        """What has been deleted is in SQLite's files no longer; PostgreSQL's VACUUM is its own."""
        if not self.is_postgresql:
            await asyncio.to_thread(self._empty_log)

    def insert(self, table: type[Table]) -> "sqlite.Insert | postgresql.Insert":
        if self.is_postgresql:
            return postgresql.insert(table)
        return sqlite.insert(table)

    def _open_file(self) -> None:
        """Turn write-ahead logging on, which lets calls read while one writes; it stays on.

        It also finds out, on a plain connection that leaves no thread behind, whether the file
        can be written. A new one is its owner's alone; so are the logs beside it.
        """
        if self._path and not self._path.exists():
            with suppress(OSError):  # which SQLite finds words for
                self._path.touch(mode=0o600)
        try:
            file = sqlite3.connect(self._url.database or ":memory:", timeout=self._patience_secs)
            with closing(file):
                _log_ahead(file, self._patience_secs)
                file.execute("BEGIN IMMEDIATE")
                file.rollback()
        except sqlite3.Error as error:
            raise StoreError(_advice(self._url, error)) from error

    def _empty_log(self) -> None:
        """The log holds pages as they were before something was deleted from them."""
        try:
            file = sqlite3.connect(self._url.database or ":memory:", timeout=self._patience_secs)
            with closing(file):
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StoreError(_advice(self._url, error)) from error

    @property
    def _path(self) -> Path | None:
        """Of a plain file; None for a database in memory, or one that has a `file:` address."""
        name = self._url.database or ":memory:"
        return None if name.startswith((":", "file:")) else Path(name)


def database_url(url: str) -> URL:
    """The URL with an asynchronous driver; what libpq calls `sslmode` is asyncpg's `ssl`.

    Raises:
        StoreError: neither SQLite nor PostgreSQL.
    """
    advice = (
        "Cannot understand DATABASE_URL: write sqlite:///echo.db for a file, "
        "or postgresql://user:password@host/name."
    )
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise StoreError(advice) from None
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            query = {("ssl" if key == "sslmode" else key): v for key, v in parsed.query.items()}
            return parsed.set(drivername="postgresql+asyncpg", query=query)
        case _:
            raise StoreError(advice)


def _engine(url: URL, patience_secs: float) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=patience_secs,
            connect_args={"timeout": patience_secs, "command_timeout": patience_secs},
        )
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_timeout=patience_secs,
        connect_args={"timeout": patience_secs},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _log_ahead(file: sqlite3.Connection, patience_secs: float) -> None:
    """SQLite does not wait by itself here: two that switch at once would wait for each other."""
    until = clock.monotonic() + patience_secs
    while True:
        try:
            file.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or clock.monotonic() > until:
                raise
            clock.sleep(0.02)


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 would begin transactions by itself, too late
    cursor = connection.cursor()
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once and waits for it; taken half-way, it would fail instead.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _advice(url: URL, error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).splitlines()
    reason = said[0] if said else "no answer in time"  # a TimeoutError has no words
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if "not a database" in reason:
            return f"{path} is not a database: choose another DATABASE_URL or move the file away."
        if isinstance(error, (TimeoutError, PoolTimeout)):
            return f"{path} is busy: more is asked of it at once than it can do in time."
        if "locked" in reason:
            return f"{path} is locked: another program has been writing to it for too long."
        if not path.absolute().parent.is_dir():
            return f"Cannot write {path}: choose another DATABASE_URL or make the folder."
        return f"Cannot write {path}: choose another DATABASE_URL or make the folder writable."
    place = url.render_as_string(hide_password=True)
    return f"Cannot use {place}: start the database or choose another DATABASE_URL ({reason})."
