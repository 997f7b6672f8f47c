"""Callers who ask for a person, where the colleague is told first: what both of them hear."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import numpy as np

from bot.tools.handoff import HandoffSettings
from evals.hearing import transcribe
from evals.mouth import RATE
from evals.voice import local_voice, resample
from tests.calls.inside import inside
from tests.calls.phone import ACCOUNT, PUBLIC_URL, PhoneCall, plain, telephone
from tests.emulators.provider import serving
from tests.emulators.twilio_caller import HZ
from tests.emulators.twilio_rest import TwilioApi
from tests.emulators.twilio_switch import Leg, Pcm, Phone, Switch

COLLEAGUE = "+15550002000"
FASTER = 4
"""Than real: what Twilio's own voice says, and what is said in a room, is no matter of time."""


def voice(text: str) -> Pcm:
    return resample(np.pad(local_voice(text), (0, RATE // 5)), RATE, HZ)


@dataclass
class Talk:
    """A caller on the line, and whoever is rung for them."""

    switch: Switch
    caller: Leg

    async def with_echo(self, times: int = 1) -> PhoneCall:
        await until(lambda: len(self.caller.streams) == times and self.caller.stream is not None)
        return PhoneCall(self.caller.streams[-1])

    async def colleague(self) -> Leg:
        await until(lambda: len(self.switch.legs) == 2)
        return [*self.switch.legs.values()][-1]


@asynccontextmanager
async def calling(phone: Phone) -> AsyncIterator[Talk]:
    api = TwilioApi(key=ACCOUNT.auth_token)
    settings = {"handoff": HandoffSettings(to=COLLEAGUE, kind="warm"), "greeting": "Hi."}
    async with serving(api), aiohttp.ClientSession() as http:
        line = telephone(number="+15550009999", api_url=api.url)
        async with inside(**(settings | line)) as echo:
            switch = Switch(http, echo.url, PUBLIC_URL, ACCOUNT, voice, frame_secs=0.02 / FASTER)
            switch.phones[COLLEAGUE] = phone
            api.switch = switch
            try:
                yield Talk(switch, switch.dials_in(api.is_called()))
            finally:
                await switch.close()
            assert switch.troubles == []


async def until(condition: Callable[[], bool], within_secs: float = 20.0) -> None:
    async with asyncio.timeout(within_secs):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def heard(leg: Leg, since: int = 0) -> str:
    return plain(await asyncio.to_thread(transcribe, leg.heard[since:], HZ))


async def test_a_colleague_is_told_what_it_is_about_and_then_both_talk():
    async with calling(Phone()) as talk:
        call = await talk.with_echo()
        await call.hears_out()
        asked = await call.say("Where is my order one zero four two?")
        await call.hears(asked.end_secs)
        await asyncio.sleep(2)  # into the answer
        await call.say("I want to talk to a real person.")
        await call.is_hung_up_on(30)
        left = len(talk.caller.heard)
        colleague = await talk.colleague()
        await until(lambda: bool(colleague.told) and talk.caller.holds)
        await until(lambda: len(colleague.heard) > HZ * 14)
        told = await heard(colleague)
        assert "from 15550001042" in told
        assert "where is my order" in told
        assert "so far i have looked up" in told
        colleague.press("1")
        await until(lambda: talk.caller.meets and colleague.meets)
        at_colleague, at_caller = len(colleague.heard), len(talk.caller.heard)
        assert "please hold the line" in await heard(talk.caller, left)
        for speaker, words in (
            (talk.caller, "What is the weather in Boston?"),
            (colleague, "Thank you for calling."),
        ):
            said = voice(words)
            speaker.say(said)
            await asyncio.sleep(len(said) / HZ / FASTER + 0.5)
        assert "weather in boston" in await heard(colleague, at_colleague)
        assert "thank you for calling" in await heard(talk.caller, at_caller)
        assert "boston" not in await heard(talk.caller, at_caller)
        gone = len(colleague.heard)
        await talk.caller.hang_up()
        await until(colleague.over.is_set)
        assert "has left" in await heard(colleague, gone)


async def test_a_caller_whom_nobody_takes_hears_so_from_echo_and_goes_on():
    async with calling(Phone("no-answer")) as talk:
        call = await talk.with_echo()
        await call.hears_out()
        await call.say("I want to talk to a real person.")
        await call.is_hung_up_on(30)
        again = await talk.with_echo(2)
        await again.hears_out()
        assert "nobody can take your call right now" in await again.words()
        asked = await again.say("Where is my order one zero four two?")
        await again.hears(asked.end_secs)
        await asyncio.sleep(2.5)
        assert "1042" in await again.words(asked.end_secs)
        await talk.caller.hang_up()
