"""What the tools of one call work with, and how they answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from loguru import logger
from pipecat.services.llm_service import FunctionCallParams

from bot.tools.consent import Exchange, Readback, agreed, exchange
from bot.tools.database import StoreError
from bot.tools.ledger import Ledger
from bot.tools.outlook import WeatherError, WeatherSource
from bot.tools.parting import Parting
from bot.tools.spoken import Answer, error
from bot.tools.store import Store

READ_SECS = 8.0
"""A tool's deadline: above those of the database, so that its own error comes first."""
WRITE_SECS = 12.0
"""As above; a write may wait for another, and look before it writes."""
_CLOSE_SECS = 5.0


class Proposals:
    """What this call has read back to the caller and may carry out after a yes."""

    def __init__(self) -> None:
        self.last = Exchange()
        """How the conversation ends."""
        self._open: dict[tuple[str, frozenset[tuple[str, str]]], tuple[int, Readback]] = {}

    def propose(self, tool: str, readback: Readback, **arguments: str) -> None:
        """Remember that the caller is to hear exactly these arguments in this turn."""
        key = (tool, frozenset(arguments.items()))
        self._open.setdefault(key, (self.last.turns, readback))

    def confirmed(self, tool: str, **arguments: str) -> bool:
        """Whether exactly these were proposed, and the caller has heard them and said yes since.

        One proposal is good for one write; a model cannot say yes to its own question, nor ask
        another one and take the yes to that.
        """
        key = (tool, frozenset(arguments.items()))
        turn, readback = self._open.get(key, (self.last.turns, None))
        if turn == self.last.turns or readback is None or not agreed(readback, self.last):
            return False
        del self._open[key]
        return True

    def withdraw(self) -> None:
        """Forget every proposal; each must be read back again."""
        self._open.clear()


@dataclass(slots=True)
class Desk:
    """One call's access to the world; the session makes it, `app_resources` carries it."""

    store: Store
    weather: WeatherSource
    now: Callable[[], datetime]
    """The clinic's wall clock, without a zone: `ClinicSettings.now`."""
    call_id: str
    transfer: Callable[[str], Awaitable[bool]] | None = None
    """Passes the caller on to a number or address; None where the way in cannot."""
    introduce: Callable[[str, str], Awaitable[bool]] | None = None
    """The same, to a number whose owner hears words first; None where callers are not."""
    colleague: str = ""
    """Whom to transfer to, a number or address; empty: a colleague calls back."""
    caller: str = field(default="", repr=False)
    """Who is on the line, a number or an address; empty if nobody knows."""
    conceal: Callable[[str], str] = lambda text: text
    """The text without the secrets that this caller has said or keyed in."""
    text: Callable[[str], Awaitable[bool]] | None = None
    """Texts the caller's own phone; None where the way in cannot."""
    texted: list[str] = field(default_factory=list[str], repr=False)
    """What the caller has been texted."""
    proposals: Proposals = field(default_factory=Proposals)
    may_keep_words: Callable[[], bool] = lambda: True
    """Whether what was said in this call may be stored."""
    expect_keys: Callable[[Literal["card", "pin"]], None] | None = None
    """Sends what is keyed in next past everybody; None where there are no keys."""
    parting: Parting = Parting()  # noqa: RUF009  frozen
    """What callers are told in the call's own language."""
    speak: Callable[[str], Awaitable[bool]] | None = None
    """Has the call go on in the language "en" or "es", unless it does not speak it; None where it
    cannot be changed."""
    press: Callable[[str], Awaitable[None]] | None = None
    """Presses keys of the phone, `0-9*#` and `w` for a wait; None where there are none."""
    presses: int = 0
    """How often that was done."""
    transferred: bool = False
    """Whether the caller has been passed on."""
    ledger: Ledger = field(default_factory=Ledger)
    """What became of each tool call."""
    _writes: set[asyncio.Task[Answer]] = field(default_factory=set[asyncio.Task[Answer]])
    _latest: dict[str, asyncio.Task[Answer]] = field(
        default_factory=dict[str, asyncio.Task[Answer]]
    )
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def can_transfer(self) -> bool:
        """Whether there is a colleague, and a way to one."""
        return self.transfer is not None and bool(self.colleague)

    async def pass_on(self, brief: str = "") -> bool:
        """Pass the caller on to a colleague, once; whether that was done.

        The colleague hears the brief first where that is wanted and can be done.
        """
        if self.transferred or not self.colleague:
            return self.transferred
        if brief and self.introduce is not None:
            self.transferred = await self.introduce(self.colleague, brief)
        elif self.transfer is not None:
            self.transferred = await self.transfer(self.colleague)
        return self.transferred

    @property
    def today(self) -> date:
        return self.now().date()

    def begin(self, write: Coroutine[object, object, Answer]) -> asyncio.Task[Answer]:
        """Start a write that belongs to the call, not to the tool: a barge-in does not reach it.

        Writes wait for one another, so that each sees what the one before it has done.
        """
        task = asyncio.create_task(self._write(write))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return task

    def begin_once(
        self, call: str, key: str, turn: int, write: Coroutine[object, object, Answer]
    ) -> asyncio.Task[Answer]:
        """As `begin`, unless the ledger knows a write with the same key: then that one.

        `key` is the tool and what it was asked to do; this desk, and so the key, is one call's.
        """
        if not self.ledger.writes(call, key, turn):
            write.close()
            return self._latest[key]
        task = self._latest[key] = self.begin(write)
        task.add_done_callback(lambda _: self.ledger.over(key))
        return task

    async def _write(self, write: Coroutine[object, object, Answer]) -> Answer:
        async with self._writing:
            return await _in_words(self, write)

    async def close(self) -> None:
        """Wait for the writes under way; call it when the call is over.

        One that takes too long even so is stopped, and its transaction undone: no write outlives
        the database it writes to.
        """
        if self._writes:
            _, late = await asyncio.wait(self._writes, timeout=_CLOSE_SECS)
            for write in late:
                logger.bind(call_id=self.call_id).error("a write was stopped after the hang-up")
                write.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self.ledger.hung_up()


def desk_of(params: FunctionCallParams) -> Desk:
    """The call's desk.

    Raises:
        TypeError: the pipeline was built without `app_resources=Desk(...)`.
    """
    resources = params.app_resources
    if not isinstance(resources, Desk):
        raise TypeError("The tools need PipelineWorker(..., app_resources=Desk(...)).")
    return resources


async def answer(params: FunctionCallParams, work: Coroutine[object, object, Answer]) -> None:
    """Report what `work` answers; what cannot be reached becomes words the caller can hear."""
    await params.result_callback(await _in_words(desk_of(params), work))


async def answer_write(params: FunctionCallParams, work: Coroutine[object, object, Answer]) -> None:
    """As `answer`, for work that writes: once begun it is done in full, whoever interrupts.

    The tool stays synchronous and only its transaction is shielded: with
    `cancel_on_interruption=False` pipecat lets the model talk on without the result. A barge-in
    settles the call as "CANCELLED" in the context, so the model is told what was done after all.
    """
    desk = desk_of(params)
    desk.proposals.last = exchange(params.context.get_messages())
    turn = desk.proposals.last.turns
    key = json.dumps([params.function_name, params.arguments], sort_keys=True, default=str)
    task = desk.begin_once(params.tool_call_id, key, turn, work)
    try:
        result = await asyncio.shield(task)
    except asyncio.CancelledError:
        desk.ledger.given_up(params.tool_call_id)
        task.add_done_callback(lambda done: _unheard(params, done))
        raise
    await params.result_callback(result)


async def _in_words(desk: Desk, work: Coroutine[object, object, Answer]) -> Answer:
    try:
        await desk.store.prepare(desk.today)
        return await work
    except StoreError as failure:
        _log(desk, failure)
        return error("I can't reach our records right now. Please try again in a moment.")
    except WeatherError as failure:
        _log(desk, failure)
        return error("I can't reach the weather service right now.")
    finally:
        work.close()


def _log(desk: Desk, failure: Exception) -> None:
    # Types alone: messages and tracebacks may hold what the caller said.
    cause = type(failure.__cause__ or failure).__name__
    logger.bind(call_id=desk.call_id, cause=cause).error("a tool's source did not answer")


def _unheard(params: FunctionCallParams, done: asyncio.Task[Answer]) -> None:
    """What a write answered after the caller had spoken over it, or had waited too long.

    What was done, or could not be, is told to the model; a question is dropped.
    """
    desk, tool = desk_of(params), params.function_name
    match {} if done.cancelled() or done.exception() else done.result():
        case {"say": words}:
            note = f"{tool} was done after all, unheard by the caller: {words}"
        case {"error": words}:
            note = f"{tool} was not done, which the caller has not heard: {words}"
        case {"confirm": _}:
            desk.proposals.withdraw()  # nobody can say yes to what was never asked
            note = ""
        case _:
            note = ""
    if desk.ledger.late(params.tool_call_id, tells=bool(note)):
        params.context.add_message({"role": "developer", "content": note})
