"""Calls between a browser and the emulated OpenAI Realtime, whose tools run on our server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators import realtime_ear, realtime_mind
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import serving
from tests.emulators.realtime_mind import Call, Reply
from tests.wire.direct_call import Office, office, until

LOOK_UP = Reply("Let me see.", (Call("look_up_order", '{"order_number": "1042"}'),))


@pytest.fixture
async def provider() -> AsyncIterator[OpenAIRealtime]:
    emulator = OpenAIRealtime()
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def server(provider: OpenAIRealtime, tmp_path: Path) -> AsyncIterator[Office]:
    async with office(provider, tmp_path) as here:
        yield here


async def test_a_tool_runs_on_the_server_and_its_result_goes_back(
    provider: OpenAIRealtime, server: Office
):
    call = await server.call()
    provider.ear = realtime_ear.scripted("Where is my order 1042?")
    provider.mind = realtime_mind.scripted(LOOK_UP, "It arrives on Friday.")
    await call.say()
    await until(lambda: server.played(call) == 3)
    (output,) = server.outputs(call)
    assert "1042" in json.loads(output)["say"]
    await call.hang_up()
    await until(lambda: server.ended)
