import asyncio
from datetime import datetime

import pytest

from bot.tools.clinic import ClinicSettings
from bot.tools.database import StoreSettings
from bot.tools.desk import Desk
from bot.tools.handoff import end_call
from bot.tools.outlook import WeatherSettings, weather_source
from bot.tools.parting import GOODBYE
from bot.tools.store import Store
from tests.unit.tools.line import SPEECH_SECS, calling


@pytest.fixture
def desk():
    """A desk whose database nobody opens: hanging up needs none."""
    store = Store(StoreSettings(), ClinicSettings())
    return Desk(store, weather_source(WeatherSettings()), datetime.now, "call-1")


async def test_the_call_ends_only_after_the_goodbye_was_heard_in_full(desk):
    async with calling(end_call, desk) as line:
        assert await line.over()
    assert line.voice.said == [GOODBYE]
    assert line.speaker.heard_secs == pytest.approx(SPEECH_SECS, abs=0.05)


async def test_hanging_up_does_not_ask_the_model_again(desk):
    async with calling(end_call, desk) as line:
        await line.over()
    assert line.llm.runs == 1


async def test_who_speaks_over_the_goodbye_is_not_hung_up_on(desk):
    async with calling(end_call, desk) as line:
        await asyncio.sleep(SPEECH_SECS / 2)
        await line.barge_in()
        assert not await line.over()
        assert 0 < line.speaker.heard_secs < SPEECH_SECS


async def test_the_goodbye_is_remembered_as_said(desk):
    async with calling(end_call, desk) as line:
        await line.over()
    assert line.context.get_messages()[-1] == {"role": "assistant", "content": GOODBYE}
