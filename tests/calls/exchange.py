"""The server, an emulated Twilio that runs every call by its TwiML, and the phones at its ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import numpy as np

from evals.hearing import transcribe
from evals.mouth import RATE
from evals.voice import local_voice, resample
from tests.calls.inside import inside
from tests.calls.phone import ACCOUNT, ENVIRONMENT, PUBLIC_URL, PhoneCall, plain, telephone
from tests.calls.running import running_server
from tests.emulators.provider import serving
from tests.emulators.twilio_caller import HZ
from tests.emulators.twilio_rest import TwilioApi
from tests.emulators.twilio_switch import Leg, Pcm, Phone, Switch

OURS = "+15550009999"
FASTER = 4
"""Than real: what Twilio's own voice says, and what is said in a room, is no matter of time."""


@dataclass
class Office:
    """Whoever is on the line with the server, or is rung by it."""

    http: aiohttp.ClientSession
    url: str
    api: TwilioApi
    switch: Switch

    async def leg(self, number: int) -> Leg:
        """Waits for that call, from 0."""
        await until(lambda: len(self.switch.legs) > number)
        return [*self.switch.legs.values()][number]

    async def with_echo(self, leg: Leg, times: int = 1) -> PhoneCall:
        """Waits until the call is with Echo, the first time or again."""
        await until(lambda: len(leg.streams) == times and leg.stream is not None)
        return PhoneCall(leg.streams[-1])

    async def asks_for_a_call(self, key: str, to: str, **more: object) -> Leg:
        """The call that the server places."""
        headers = {"Authorization": f"Bearer {key}"}
        body = {"to": to} | more
        async with self.http.post(f"{self.url}/calls", json=body, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            return self.switch.legs[(await answer.json())["callSid"]]


@asynccontextmanager
async def office(phones: dict[str, Phone], **settings: object) -> AsyncIterator[Office]:
    """A server whose calls all go through one emulated Twilio."""
    api = TwilioApi(key=ACCOUNT.auth_token)
    async with serving(api):
        line = telephone(number=OURS, api_url=api.url)
        async with (
            inside(**({"greeting": "Hi."} | settings | line)) as echo,
            switched(api, echo.url, phones) as one,
        ):
            yield one


@asynccontextmanager
async def office_apart(phones: dict[str, Phone], **environment: str) -> AsyncIterator[Office]:
    """The same, with a server that is a process of its own."""
    api = TwilioApi(key=ACCOUNT.auth_token)
    async with serving(api):
        twilio = {"TWILIO_NUMBER": OURS, "TWILIO_API_URL": api.url}
        running = running_server(**environment, **ENVIRONMENT, **twilio)
        server = await asyncio.to_thread(running.__enter__)
        try:
            async with switched(api, server.url, phones) as one:
                yield one
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


@asynccontextmanager
async def switched(api: TwilioApi, url: str, phones: dict[str, Phone]) -> AsyncIterator[Office]:
    """Everybody else's phones, at the server there."""
    async with aiohttp.ClientSession() as http:
        switch = Switch(http, url, PUBLIC_URL, ACCOUNT, voice, 0.02 / FASTER, phones=phones)
        api.switch = switch
        try:
            yield Office(http, url, api, switch)
        finally:
            await switch.close()
        assert switch.troubles == []


def voice(text: str) -> Pcm:
    """Somebody's words, and a moment of silence, at the phone's rate."""
    return resample(np.pad(local_voice(text), (0, RATE // 5)), RATE, HZ)


async def until(condition: Callable[[], bool], within_secs: float = 20.0) -> None:
    async with asyncio.timeout(within_secs):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def heard(leg: Leg, since: int = 0) -> str:
    """The words that were heard at a phone, from that sample on."""
    return plain(await asyncio.to_thread(transcribe, leg.heard[since:], HZ))
