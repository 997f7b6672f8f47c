"""Deletes what calls have left: after a while by itself, and at once when somebody asks."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field

from bot.recording import paths
from bot.tools.database import StoreError
from bot.tools.store import Store

_EVERY_SECS = 3600.0
_CALL = re.compile(r"[\w-]{1,64}")


class RetentionSettings(BaseModel):
    """How long words and voices of callers are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=30, ge=0, le=3650)
    """Recordings, transcripts, hand-offs and the reasons of returns that are older are deleted; 0:
    never."""


async def keep_clearing(
    settings: RetentionSettings, folder: Path, store: Store, now: Callable[[], datetime]
) -> None:
    """Deletes what is too old, now and every hour, until it is cancelled."""
    while settings.days:
        try:
            files, rows = await clear(settings.days, folder, store, now())
        except (OSError, StoreError) as error:
            logger.bind(cause=type(error).__name__).error("what is too old could not be deleted")
        else:
            if files or rows:
                logger.bind(files=files, rows=rows).info("deleted what was too old")
        await asyncio.sleep(_EVERY_SECS)


async def clear(days: int, folder: Path, store: Store, now: datetime) -> tuple[int, int]:
    """Delete what is older than so many days; how many files and rows that were."""
    files = await asyncio.to_thread(_clear, folder, days)
    return files, await store.forget_words_before(now - timedelta(days=days))


def _clear(folder: Path, days: int) -> int:
    before = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    old = [each for each in _recordings(folder) if each.stat().st_mtime < before]
    for each in old:
        each.unlink(missing_ok=True)
    return len(old)


def _recordings(folder: Path) -> list[Path]:
    return [*folder.glob("*.wav"), *folder.glob("*.txt")]


async def forget(call_id: str, folder: Path, store: Store) -> tuple[int, int]:
    """Delete all that a call has left; how many files and rows that were.

    Raises:
        ValueError: this is no call's id.
        OSError, StoreError: not all of it could be deleted.
    """
    if not _CALL.fullmatch(call_id):
        raise ValueError("A call's id has letters, digits, _ and - only.")
    files = 0
    for each in paths(folder, call_id):
        if each.exists():
            each.unlink()
            files += 1
    return files, await store.forget(call_id)
