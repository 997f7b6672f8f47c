"""What is to happen to a call in its time, unless something else happens first."""

import asyncio
from collections.abc import Coroutine


class Awaited:
    """One thing a call; who has it waits for no more than that."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def instead(self, call_sid: str, work: Coroutine[object, object, None]) -> None:
        """This is done, in place of whatever was to be."""
        self.no_more(call_sid)
        task = self._tasks[call_sid] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._done(call_sid, done))

    def no_more(self, call_sid: str) -> None:
        """Nothing is, of what is yet to be done."""
        if task := self._tasks.pop(call_sid, None):
            task.cancel()

    def _done(self, call_sid: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(call_sid) is task:
            del self._tasks[call_sid]
