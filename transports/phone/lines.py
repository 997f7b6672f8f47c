"""Which call is at which point, by its carrier's id: a webhook that comes twice is one call."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from loguru import logger

MOST_REMEMBERED = 10_000
"""Calls of hours. What is older, and signed, is taken for a call that is beginning: a place is kept
for it for as long as a ticket lives."""

PARTING_SECS = 3.0
"""A carrier asks what is next as soon as a stream is closed, our own call a moment later knows why.
"""

Point = Literal["dialling", "promised", "live", "finished", "cut"]
"""Dialling is a call of ours that nobody has answered; finished is a call that we ended; cut is one
whose stream ended by anything else."""


@dataclass(slots=True)
class Line:
    """A phone call as this server knows it."""

    call_id: str
    session_id: str
    ticket: str
    caller: str = field(default="", repr=False)
    called: str = field(default="", repr=False)
    point: Point = "promised"
    connects: int = 1
    pass_on_to: str = field(default="", repr=False)
    brief: str = field(default="", repr=False)
    """What whom they are passed on to hears first; empty: nothing, they are put through at once."""
    earlier: str = field(default="", repr=False)
    """What whom they were passed on to in vain was told."""
    placed: bool = False
    """By us."""
    menu: bool = False
    """It is a phone menu that was called."""
    purpose: str = field(default="", repr=False)
    """What we have called for."""
    answered: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """A human has, as far as anybody can tell; looked at for calls placed by us."""
    language: str = ""
    """In which the call has gone on; empty: in the one it began with."""
    greeting: str = field(default="", repr=False)
    """What this caller hears first, in place of the usual greeting."""

    def goes_on_in(self, language: str) -> None:
        self.language = language


class Lines:
    """The latest calls, so many of them."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._by_call = OrderedDict[str, Line]()
        self._by_session: dict[str, Line] = {}

    def of_call(self, call_id: str) -> Line | None:
        return self._by_call.get(call_id)

    def of_session(self, session_id: str) -> Line | None:
        return self._by_session.get(session_id)

    def put(self, line: Line) -> None:
        """Remember the call, in place of what was known of it; the oldest that is over goes."""
        before = self._by_call.pop(line.call_id, None)
        if before:
            self._by_session.pop(before.session_id, None)
        self._by_call[line.call_id] = line
        self._by_session[line.session_id] = line
        if len(self._by_call) > self._most:
            _, oldest = self._by_call.popitem(last=False)
            self._by_session.pop(oldest.session_id, None)


async def parted(line: Line) -> None:
    """Waits, a little, until the call that the line was in has come to its end."""
    try:
        async with asyncio.timeout(PARTING_SECS):
            while line.point == "live":  # noqa: ASYNC110  asked once a call, and seldom twice
                await asyncio.sleep(0.02)
    except TimeoutError:
        logger.warning("A call goes on here whose stream is over")
