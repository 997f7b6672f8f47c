"""Callers who want a person or a text, by phone: what they hear, and where their call goes."""

import asyncio

from bot.tools.handoff import HandoffSettings
from processors.alarm import EmergencySettings
from tests.calls.inside import inside
from tests.calls.phone import PhoneCall, line, telephone, telephoning
from tests.emulators.twilio_caller import DIALLED, NEXT, Stream

COLLEAGUE = "+15550002000"


async def test_who_asks_for_a_person_hears_that_they_get_one_and_is_put_through():
    settings = telephone() | {"handoff": HandoffSettings(to=COLLEAGUE)}
    async with inside(greeting="Hi, this is Echo.", **settings) as echo, line(echo.url) as twilio:
        async with twilio.call() as stream:
            call = PhoneCall(stream)
            await call.hears_out()
            asked = await call.say("I want to talk to a real person.")
            await call.is_hung_up_on(30)
            heard = await call.words(asked.end_secs)
        assert "connecting you to a colleague" in heard
        assert "your reference is" in heard
        assert heard[-1].isdigit(), "the last word was cut off"
        assert (await twilio.ask(NEXT)).dialled == COLLEAGUE

        back = await twilio.ask(DIALLED, DialCallStatus="no-answer")
        assert "nobody can take your call" in back.said
        stream = Stream(await twilio.open(back.stream_url), twilio, back.parameters)
        await stream.begin()
        running = asyncio.create_task(stream.run())
        again = PhoneCall(stream)
        await again.hears_out()
        assert (await again.words()).startswith("hi")
        await stream.hang_up()
        await asyncio.gather(running, return_exceptions=True)


async def test_who_is_in_danger_hears_that_they_are_passed_on_and_is():
    settings = telephone() | {"emergency": EmergencySettings(transfer=COLLEAGUE)}
    async with inside(greeting="Hi, this is Echo.", **settings) as echo, line(echo.url) as twilio:
        async with twilio.call() as stream:
            call = PhoneCall(stream)
            await call.hears_out()
            said = await call.say("There is a fire in my kitchen!")
            await call.is_hung_up_on(30)
            heard = await call.words(said.end_secs)
        assert "connecting you to emergency help" in heard
        assert (await twilio.ask(NEXT)).dialled == COLLEAGUE


async def test_who_asks_for_a_text_and_has_booked_nothing_is_told_so():
    async with (
        inside(greeting="Hi, this is Echo.", **telephone(number="+15550009999")) as echo,
        telephoning(echo.url) as call,
    ):
        await call.hears_out()
        asked = await call.asks("Can you text me a confirmation?")
        heard = await call.words(asked.end_secs)
    assert "nothing to confirm" in heard
