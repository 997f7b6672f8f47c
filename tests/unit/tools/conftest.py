"""A call's desk over a real SQLite file, on a Sunday at noon in November 2026."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams

from bot.tools.clinic import ClinicSettings
from bot.tools.desk import Desk
from bot.tools.outlook import WeatherSettings, weather_source
from bot.tools.spoken import Answer
from bot.tools.store import Store, StoreSettings
from tests.unit.tools.line import OneCall, Tool

NOW = datetime(2026, 11, 22, 12)
TURNS = count(1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(StoreSettings(url=f"sqlite:///{tmp_path}/echo.db"), ClinicSettings())
    await store.prepare(NOW.date())
    yield store
    await store.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return a_desk(store)


def a_desk(store: Store, call_id: str = "call-1") -> Desk:
    return Desk(store, weather_source(WeatherSettings()), lambda: NOW, call_id)


async def use(tool: Tool, desk: Desk, /, **arguments: object) -> Answer:
    """What the tool answers the caller, who has just spoken.

    Exactly one of its four ways, or the test fails.
    """
    answers: list[Answer] = []

    async def report(
        result: Answer, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        answers.append(result)

    params = params_for(tool, desk, report, arguments, turn=next(TURNS))
    await tool(params, **arguments)
    (answer,) = answers
    assert len(answer.keys() & {"say", "ask", "confirm", "error"}) == 1
    return answer


def params_for(
    tool: Tool, desk: object, report, arguments: Mapping[str, object] | None = None, turn: int = 0
) -> FunctionCallParams:
    """A model's call, in a conversation in which the caller has spoken `turn` times."""
    return FunctionCallParams(
        function_name=tool.__name__,
        tool_call_id="1",
        arguments=arguments or {},
        llm=OneCall(tool.__name__, {}),
        pipeline_worker=None,  # type: ignore[arg-type] # no tool looks at it
        context=LLMContext([{"role": "user", "content": "Please."}] * turn),
        result_callback=report,
        app_resources=desk,
    )
