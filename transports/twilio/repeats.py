"""Requests that may come twice, and are to be carried out once: those with an `Idempotency-Key`.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
MOST_REMEMBERED = 10_000


class OtherRequestError(Exception):
    """The key was used before, for another request than this."""


@dataclass(frozen=True, slots=True)
class _Asked:
    wanted: object
    work: asyncio.Task[str]


class Repeats:
    """The latest requests by their keys, and what each has come to.

    What has failed is forgotten, and may be asked for once more under its key; unless nobody knows
    whether it was done after all: `is_unknown` tells, by what was raised.
    """

    def __init__(
        self, is_unknown: Callable[[BaseException], bool], most: int = MOST_REMEMBERED
    ) -> None:
        self._is_unknown = is_unknown
        self._most = most
        self._asked = OrderedDict[str, _Asked]()

    async def once(self, key: str, wanted: object, work: Coroutine[object, object, str]) -> str:
        """What the work comes to, which is begun only where nothing is known of the key.

        Who waits for it may go away: the work goes on, and is there for whoever asks again.

        Raises:
            OtherRequestError: the key is known, for something else.
        """
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = _Asked(wanted, asyncio.ensure_future(_run(work)))
            asked.work.add_done_callback(lambda done: self._done(key, done))
        else:
            work.close()
        if asked.wanted != wanted:
            raise OtherRequestError
        return await asyncio.shield(asked.work)

    def _done(self, key: str, work: asyncio.Task[str]) -> None:
        failure = None if work.cancelled() else work.exception()
        if work.cancelled() or (failure and not self._is_unknown(failure)):
            self._asked.pop(key, None)
        while len(self._asked) > self._most:
            self._asked.popitem(last=False)


async def _run(work: Coroutine[object, object, str]) -> str:
    return await work
