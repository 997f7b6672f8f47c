"""Callers who ask for a person, where the colleague is told first: what both of them hear."""

import asyncio

from bot.tools.handoff import HandoffSettings
from tests.calls.exchange import FASTER, heard, office, until, voice
from tests.emulators.twilio_caller import HZ
from tests.emulators.twilio_switch import Phone

COLLEAGUE = "+15550002000"
WARM = {"handoff": HandoffSettings(to=COLLEAGUE, kind="warm")}


async def test_a_colleague_is_told_what_it_is_about_and_then_both_talk():
    async with office({}, **WARM) as talk:
        caller = talk.switch.dials_in(talk.api.is_called())
        call = await talk.with_echo(caller)
        await call.hears_out()
        asked = await call.say("Where is my order one zero four two?")
        await call.hears(asked.end_secs)
        await asyncio.sleep(2)  # into the answer
        wanted = len(caller.heard)
        await call.say("I want to talk to a real person.")
        await call.is_hung_up_on(30)
        colleague = await talk.leg(1)
        await until(lambda: bool(colleague.told) and caller.holds)
        await until(lambda: len(colleague.heard) > HZ * 14)
        colleague.press("1")  # at once: Twilio does not wait for who listens to a recording first
        await until(lambda: caller.meets and colleague.meets)
        at_colleague, at_caller = len(colleague.heard), len(caller.heard)
        told = await heard(colleague)
        assert "from 15550001042" in told
        assert "where is my order" in told
        assert "so far i have looked up" in told
        assert "please hold the line" in await heard(caller, wanted)
        for speaker, words in (
            (caller, "What is the weather in Boston?"),
            (colleague, "Thank you for calling."),
        ):
            said = voice(words)
            speaker.say(said)
            await asyncio.sleep(len(said) / HZ / FASTER + 0.5)
        assert "weather in boston" in await heard(colleague, at_colleague)
        assert "thank you for calling" in await heard(caller, at_caller)
        assert "boston" not in await heard(caller, at_caller)
        gone = len(colleague.heard)
        await caller.hang_up()
        await until(colleague.over.is_set)
        assert "has left" in await heard(colleague, gone)


async def test_a_caller_whom_nobody_takes_hears_so_from_echo_and_goes_on():
    async with office({COLLEAGUE: Phone("no-answer")}, **WARM) as talk:
        caller = talk.switch.dials_in(talk.api.is_called())
        call = await talk.with_echo(caller)
        await call.hears_out()
        await call.say("I want to talk to a real person.")
        await call.is_hung_up_on(30)
        again = await talk.with_echo(caller, 2)
        await again.hears_out()
        asked = await again.say("Where is my order one zero four two?")
        await again.hears(asked.end_secs)
        await asyncio.sleep(2.5)
        assert "nobody can take your call right now" in await again.words(0, asked.start_secs)
        assert "1042" in await again.words(asked.end_secs)
        await caller.hang_up()
