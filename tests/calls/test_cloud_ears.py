"""Whole calls whose speech to text is in the cloud, which an emulator plays."""

from bot.providers.settings import DeepgramSettings
from evals.caller import place_call
from evals.performance import Manners
from evals.record import CallRecord
from evals.script import Say
from tests.calls.inside import inside
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Whispering
from tests.emulators.flux import Flux
from tests.emulators.provider import BUDGET, serving

ORDER = Say("Where is my order one zero four two?")
THANKS = Say("What is the weather in Boston?")
PATIENT = Manners(settle_secs=1.5)


async def called(emulator: Deepgram | Flux, stt: str, **deepgram: object) -> CallRecord:
    async with serving(emulator):
        settings = DeepgramSettings(api_key=emulator.key, base_url=emulator.url, **deepgram)
        async with inside(stt=stt, deepgram=settings, greeting="Hi.") as echo:
            return await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)


async def test_flux_hears_a_caller_and_takes_turns():
    assert_answered(await called(Flux(profile=BUDGET, ear=Whispering()), "flux"))


async def test_nova_hears_a_caller():
    record = await called(Deepgram(profile=BUDGET, ear=Whispering()), "deepgram")
    assert_answered(record)


def assert_answered(record: CallRecord) -> None:
    assert record.unanswered == 0
    assert "1042" in record.turns[1].reply
    assert "Boston" in record.turns[2].reply
    assert [tool.name for tool in record.tools] == ["look_up_order", "get_weather"]
    assert not record.errors
