"""To wait for a moment that moves with what happens meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


async def until_due(due_secs: Callable[[], float | None], changed: asyncio.Event) -> None:
    """Returns when it is time.

    due_secs: when that is on the running loop's clock, None as long as nobody can tell; asked
    again each time that `changed` is set, which this clears.
    """
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout_at(due_secs()):
                await changed.wait()
            changed.clear()
