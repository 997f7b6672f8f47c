"""What becomes of a model's call before and after the tool itself."""

import asyncio

import pytest
from pipecat.frames.frames import ErrorFrame
from pipecat.services.llm_service import FunctionCallParams
from pipecat.utils.errors import ErrorCategory

from bot.tools import TOOLS
from bot.tools.offer import ToolError, offered
from bot.tools.spoken import Answer, say
from tests.unit.tools.conftest import params_for


async def a_tool(
    params: FunctionCallParams, number: str, amount: int = 1, sure: bool = False
) -> None:
    """A tool."""
    await params.result_callback(say("Done.", number=number, amount=amount, sure=sure))


async def carried_out(tool, **arguments: object) -> tuple[list[Answer], list[ErrorFrame]]:
    """All that is told to the model, and all that is reported."""
    answers, errors = [], []

    async def report(result: Answer, *, properties=None) -> None:
        answers.append(result)

    (schema,) = offered([tool], timeout_secs=5)
    params = params_for(tool, object(), report, arguments)

    @params.llm.event_handler("on_error")
    async def reported(_: object, error: ErrorFrame) -> None:
        errors.append(error)

    await schema.handler(params)
    await asyncio.sleep(0)  # events are handled in tasks of their own
    return answers, errors


@pytest.mark.parametrize(
    ("given", "number", "amount", "sure"),
    [
        ({"number": "1042"}, "1042", 1, False),
        ({"number": 1042, "amount": "2", "sure": "true"}, "1042", 2, True),
        ({"number": "1042", "amount": None, "sure": None}, "1042", 1, False),
    ],
)
async def test_arguments_that_fit_reach_the_tool_in_their_types(given, number, amount, sure):
    answers, _ = await carried_out(a_tool, **given)
    assert answers == [say("Done.", number=number, amount=amount, sure=sure)]


@pytest.mark.parametrize(
    ("given", "flaws"),
    [
        ({}, ["number: Missing required keyword only argument"]),
        ({"number": "1", "color": "red"}, ["color: Unexpected keyword argument"]),
        ({"number": "1", "params": 1}, ["params: Unexpected keyword argument"]),
        ({"number": {"is": 1}}, ["number: Input should be a valid string"]),
        ({"number": "1", "amount": 1.5}, ["amount: Input should be a valid integer"]),
    ],
)
async def test_arguments_that_do_not_fit_are_named_without_what_they_were(given, flaws):
    answers, errors = await carried_out(a_tool, **given)
    (answer,) = answers
    assert "Nothing was done" in answer["error"]
    assert [flaw.split(",")[0] for flaw in answer["wrong"]] == flaws
    assert not errors


async def test_a_tool_that_raises_is_an_error_of_the_application_known_by_its_type():
    async def raises(params: FunctionCallParams) -> None:
        """A tool."""
        raise LookupError("4111 1111 1111 1111")

    answers, errors = await carried_out(raises)
    assert answers == [{"error": "Sorry, that did not work.", "cause": "LookupError"}]
    (error,) = errors
    assert error.category is ErrorCategory.APPLICATION
    assert isinstance(error.exception, ToolError)
    assert "4111" not in f"{error} {error.exception!r}"


async def test_a_tools_own_timeout_is_a_failure_and_not_its_deadline():
    async def impatient(params: FunctionCallParams) -> None:
        """A tool."""
        raise TimeoutError

    answers, errors = await carried_out(impatient)
    assert answers == [{"error": "Sorry, that did not work.", "cause": "TimeoutError"}]
    assert errors


async def test_a_tool_is_given_up_at_its_deadline():
    async def hangs(params: FunctionCallParams) -> None:
        """A tool."""
        await asyncio.sleep(3600)

    loop = asyncio.get_running_loop()
    began_secs = loop.time()
    answers, errors = await carried_out(hangs)
    assert loop.time() - began_secs == pytest.approx(5)
    assert answers == [{"error": "Sorry, that takes too long, so I stopped waiting."}]
    assert not errors


async def test_a_barge_in_passes():
    async def hangs(params: FunctionCallParams) -> None:
        """A tool."""
        await asyncio.sleep(3600)

    running = asyncio.create_task(carried_out(hangs))
    await asyncio.sleep(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_tools_are_told_to_the_model_as_pipecat_reads_them():
    for schema, tool in zip(offered(TOOLS, 20), TOOLS, strict=True):
        assert schema.name == tool.__name__
        assert "Examples:" in schema.description
        assert "params" not in schema.properties


def test_pipecat_waits_longer_than_the_tool_may_take():
    own = {schema.name: schema.handler for schema in offered([*TOOLS, a_tool], 20)}
    assert own["look_up_order"]._pipecat_timeout_secs == 9
    assert own["a_tool"]._pipecat_timeout_secs == 21
