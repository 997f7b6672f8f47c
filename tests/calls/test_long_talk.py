"""A whole call with somebody who goes on and on: met in a pause, and then answered."""

import pytest

from bot.providers.settings import DeepgramSettings
from evals.caller import place_call
from evals.script import Say
from processors.long_talk import LongTalkSettings
from tests.calls.faults import ORDER, PATIENT
from tests.calls.inside import inside
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted
from tests.emulators.flux import Flux
from tests.emulators.provider import BUDGET, Delay, Profile, serving

GOES_ON = "So I ordered a lamp last week and my sister said it would be too big"
WRITTEN = f"{GOES_ON} and, um,"
"""So that nobody takes it for all there is; to say "um" would take a pause before it."""
TALK = LongTalkSettings(after_secs=3.0, line="I'm with you. What should I help you with first?")


HESITANT = Profile(Delay(1.2, 1.2), BUDGET.llm_first_token, BUDGET.tts_first_audio)
"""Flux waits for more: what was said does not sound done."""


@pytest.mark.parametrize("stt", ["deepgram", "flux"])
async def test_a_caller_who_goes_on_and_on_is_met_in_a_pause_and_then_answered(stt: str):
    ear = Scripted([WRITTEN, "Where is my order 1042?"])
    takes_turns = stt == "flux"
    emulator = Flux(profile=HESITANT, ear=ear) if takes_turns else Deepgram(profile=BUDGET, ear=ear)
    async with serving(emulator):
        settings = DeepgramSettings(api_key=emulator.key, base_url=emulator.url)
        async with inside(stt=stt, deepgram=settings, greeting="Hi.", talk=TALK) as echo:
            record = await place_call(echo.url, [Say(GOES_ON), ORDER], manners=PATIENT)
    _, met, answered = record.turns[:3]
    assert met.reply == TALK.line
    assert (met.first_sound_ms or 0) < 2000
    assert "1042" in answered.reply
    assert [tool.name for tool in record.tools] == ["look_up_order"]
    assert not record.errors
