"""What a model is told about the tools."""

import re

import pytest
from pipecat.adapters.llm.schemas.direct_function import DirectFunctionWrapper
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import TEXTING, TOOLS
from tests.unit.tools.conftest import params_for

ALL = (*TOOLS, *TEXTING)
SCHEMAS = {tool.__name__: DirectFunctionWrapper(tool).to_function_schema() for tool in ALL}


def test_the_tools_are_those_that_were_promised():
    assert {name: list(schema.properties) for name, schema in SCHEMAS.items()} == {
        "look_up_order": ["order_number", "email"],
        "track_shipment": ["order_number"],
        "start_return": ["order_number", "reason", "confirmed"],
        "find_appointments": ["day", "time_of_day"],
        "book_appointment": ["starts_at", "name", "confirmed"],
        "cancel_appointment": ["starts_at", "name", "confirmed"],
        "get_weather": ["city", "day"],
        "enter_securely": ["pin"],
        "talk_to_human": ["reason", "confirmed"],
        "end_call": [],
        "text_confirmation": [],
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_description_ends_in_example_phrasings(name):
    last_line = SCHEMAS[name].description.splitlines()[-1]
    assert last_line.startswith("Examples: ")
    assert len(re.findall(r'"[^"]+"', last_line)) >= 5


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_parameter_is_explained_and_typed(name):
    for schema in SCHEMAS[name].properties.values():
        assert schema["description"]
        assert schema["type"] in ("string", "boolean")


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.__name__)
def test_every_tool_has_a_deadline_and_holds_the_model_until_it_answers(tool):
    assert 0 < tool._pipecat_timeout_secs <= 15
    assert tool._pipecat_cancel_on_interruption


async def opening_hours(params: FunctionCallParams, day: str = "") -> None:
    """Tell when Acme is open.

    Examples: "when are you open", "are you open on Sunday".
    """
    await params.result_callback({"say": "We are open from nine to five, Monday to Friday."})


async def test_a_tool_of_ones_own_takes_a_function_and_its_name():
    heard = []

    async def report(result, *, properties=None):
        heard.append(result)

    LLMContext(tools=[*TOOLS, opening_hours])
    await opening_hours(params_for(opening_hours, None, report))
    assert heard == [{"say": "We are open from nine to five, Monday to Friday."}]


def test_no_tool_takes_an_amount_or_a_number_to_dial():
    taken = {name for schema in SCHEMAS.values() for name in schema.properties}
    assert taken <= {
        "order_number", "email", "reason", "confirmed", "day", "time_of_day", "starts_at", "name",
        "city", "pin",
    }  # fmt: skip
