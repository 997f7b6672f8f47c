"""A call's desk over a real SQLite file, on a Sunday at noon in November 2026."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams

from bot.tools.clinic import ClinicSettings
from bot.tools.database import StoreSettings
from bot.tools.desk import Desk
from bot.tools.outlook import WeatherSettings, weather_source
from bot.tools.spoken import Answer
from bot.tools.store import Store
from tests.unit.tools.line import OneCall, Tool

NOW = datetime(2026, 11, 22, 12)

_calls: dict[int, tuple[Desk, list[dict[str, str]]]] = {}
"""What was said in the calls of the test, by the desk that each of them has."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(StoreSettings(url=f"sqlite:///{tmp_path}/echo.db"), ClinicSettings())
    await store.prepare(NOW.date())
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def nobody_has_spoken() -> None:
    _calls.clear()


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    desk = a_desk(store)
    yield desk
    await desk.close()


def a_desk(store: Store, call_id: str = "call-1") -> Desk:
    return Desk(store, weather_source(WeatherSettings()), lambda: NOW, call_id)


async def use(tool: Tool, desk: Desk, /, *, says: str | None = None, **arguments: object) -> Answer:
    """What the tool answers the caller, who has just spoken, and hears the answer.

    Unless a test says otherwise, it is a yes that stands behind `confirmed`, and "Please." else.
    Exactly one of the four ways to answer, or the test fails.
    """
    _, said = _calls.setdefault(id(desk), (desk, []))
    usual = "Yes, please." if arguments.get("confirmed") else "Please."
    said.append({"role": "user", "content": usual if says is None else says})
    answers: list[Answer] = []

    async def report(
        result: Answer, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        answers.append(result)

    await tool(params_for(tool, desk, report, arguments, said), **arguments)
    (answer,) = answers
    (way,) = answer.keys() & {"say", "ask", "confirm", "error"}
    said.append({"role": "assistant", "content": str(answer[way])})
    return answer


def params_for(
    tool: Tool,
    desk: object,
    report,
    arguments: Mapping[str, object] | None = None,
    said: Sequence[Mapping[str, str]] = (),
) -> FunctionCallParams:
    """A model's call, in a conversation in which so much has been said."""
    return FunctionCallParams(
        function_name=tool.__name__,
        tool_call_id="1",
        arguments=arguments or {},
        llm=OneCall(tool.__name__, {}),
        pipeline_worker=None,  # type: ignore[arg-type] # no tool looks at it
        context=LLMContext([*said]),
        result_callback=report,
        app_resources=desk,
    )
