"""Tools as they are offered to a model, which may get their arguments wrong.

A tool is called with what its type hints allow, for as long as it may take, or not at all; the
model is told which in the tool's own four ways.
"""

# pyright: reportUntypedFunctionDecorator=false

import asyncio
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import get_type_hints

from loguru import logger
from pipecat.adapters.llm.schemas.direct_function import (
    DirectFunction,
    DirectFunctionWrapper,
    tool_options,
)
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams, FunctionCallResultCallback
from pipecat.utils.errors import ErrorCategory
from pydantic import ConfigDict, ValidationError, validate_call

from bot.tools.desk import Desk
from bot.tools.ledger import AtOnce, Ledger
from bot.tools.quoted import quoted
from bot.tools.spoken import Answer, error

_GRACE_SECS = 1.0
"""After its deadline a tool has this long to stop; then Pipecat goes on without it, and drops what
it reports."""


class ToolError(Exception):
    """A tool raised; the message is the type of what it raised, which may hold a caller's words."""


def offered(tools: Iterable[DirectFunction], timeout_secs: float) -> list[FunctionSchema]:
    """What `LLMContext(tools=...)` takes; `timeout_secs` is for tools without one of their own."""
    return [_offer(tool, timeout_secs) for tool in tools]


def _offer(tool: DirectFunction, timeout_secs: float) -> FunctionSchema:
    told = DirectFunctionWrapper(tool).to_function_schema()
    fitting = _fitting(tool)
    # Where `tool_options` leaves it, and where Pipecat looks for it.
    secs = getattr(tool, "_pipecat_timeout_secs", None) or timeout_secs
    waits = getattr(tool, "_pipecat_cancel_on_interruption", True)

    @tool_options(timeout_secs=secs + _GRACE_SECS, cancel_on_interruption=waits)
    async def carry_out(params: FunctionCallParams) -> None:
        report = Report(params.result_callback)
        ledger = _ledger(params)
        call = ledger.called(params.tool_call_id)
        own = replace(params, tool_call_id=call, result_callback=report)
        end: AtOnce = "failed"
        try:
            end = await _attempt(tool, fitting, own, secs)
            if not report.made:
                end = "failed"
                await _fail(own, "nothing was reported")
        except asyncio.CancelledError:
            end = "done" if report.made else "cancelled"
            raise
        finally:
            ledger.ended(call, end)

    return FunctionSchema(told.name, told.description, told.properties, told.required, carry_out)


@dataclass(slots=True)
class Report:
    """Takes a tool's results to the model: the first that is final, and none after it."""

    to: FunctionCallResultCallback
    made: bool = False
    """Whether the model has the result."""

    async def __call__(
        self, result: Answer, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        if self.made:
            return
        self.made = properties is None or properties.is_final
        await self.to(quoted(result), properties=properties)


def _ledger(params: FunctionCallParams) -> Ledger:
    desk = params.app_resources
    return desk.ledger if isinstance(desk, Desk) else Ledger()


async def _attempt(
    tool: DirectFunction,
    fitting: Callable[..., dict[str, object]],
    params: FunctionCallParams,
    secs: float,
) -> AtOnce:
    # Null is how many models leave an argument out; OpenAI's strict mode has no other way.
    given = {name: value for name, value in params.arguments.items() if value is not None}
    try:
        arguments = fitting(**given)
    except ValidationError as misfit:
        await params.result_callback(_refusal(misfit))
        return "refused"
    deadline = asyncio.timeout(secs)
    try:
        async with deadline:
            await tool(params, **arguments)
    except Exception as failure:  # noqa: BLE001  a plug-in boundary
        if deadline.expired():
            await params.result_callback(error("Sorry, that takes too long, so I stopped waiting."))
            return "timed out"
        await _fail(params, type(failure).__name__)
        return "failed"
    return "done"


def _fitting(tool: DirectFunction) -> Callable[..., dict[str, object]]:
    """Takes what a model gives and returns all the tool's arguments, in their types.

    Raises ValidationError. A number is fine for a text: models write `1042` as either.
    """

    def arguments(**given: object) -> dict[str, object]:
        return given

    of_model = [*inspect.signature(tool).parameters.values()][1:]
    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in of_model]
    hints = get_type_hints(tool)
    arguments.__annotations__ = {each.name: hints[each.name] for each in named}
    vars(arguments)["__signature__"] = inspect.Signature(named)
    return validate_call(config=ConfigDict(coerce_numbers_to_str=True))(arguments)


def _refusal(misfit: ValidationError) -> dict[str, object]:
    wrong = misfit.errors(include_url=False, include_context=False, include_input=False)
    flaws = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong]
    return error("Nothing was done: the arguments are wrong. Call it again.", wrong=flaws)


async def _fail(params: FunctionCallParams, kind: str) -> None:
    logger.bind(tool=params.function_name, cause=kind).error("a tool failed")
    await params.llm.push_error(
        "a tool failed", exception=ToolError(kind), category=ErrorCategory.APPLICATION
    )
    await params.result_callback(error("Sorry, that did not work.", cause=kind))
