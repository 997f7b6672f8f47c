"""A whole call by each carrier but Twilio, by ear: what was heard is read back from the audio."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import aiohttp
import numpy as np

from evals.ear import first_audible
from evals.hearing import transcribe
from evals.mouth import RATE
from evals.voice import local_voice, resample
from tests.calls.inside import inside, practised, until
from tests.calls.phone import PUBLIC_URL, plain
from tests.emulators import plivo_caller, telnyx_caller, vonage_caller
from tests.emulators.receiver import Receiver
from transports.phone.settings import PhoneSettings
from transports.plivo.settings import PlivoSettings
from transports.start import StartSettings
from transports.telnyx.settings import TelnyxSettings
from transports.vonage.settings import VonageSettings

GREETED_MS = 500
VONAGE, PLIVO = vonage_caller.Application(), plivo_caller.Account()

Dial = Callable[[aiohttp.ClientSession, str], AbstractAsyncContextManager[Receiver]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """By its name in the settings, these, and a call to the server at a URL."""

    name: str
    settings: PhoneSettings
    dial: Dial


CARRIERS = [
    Carrier(
        "vonage",
        VonageSettings(application_id=VONAGE.id, signature_secret=VONAGE.secret),
        lambda http, url: vonage_caller.Vonage(http, url).call(),
    ),
    Carrier(
        "telnyx",
        TelnyxSettings(public_key=telnyx_caller.Account().public_key),
        lambda http, url: telnyx_caller.Telnyx(http, url).call(),
    ),
    Carrier(
        "plivo",
        PlivoSettings(auth_id=PLIVO.id, auth_token=PLIVO.auth_token),
        lambda http, url: plivo_caller.Plivo(http, url).call(),
    ),
]


async def test_a_caller_by_each_is_greeted_answered_and_said_goodbye_to():
    settings = {carrier.name: carrier.settings for carrier in CARRIERS}
    async with inside(**settings, public=StartSettings(url=PUBLIC_URL)) as echo:
        await until(lambda: practised(echo), within_secs=60)
        async with aiohttp.ClientSession() as http:
            for carrier in CARRIERS:
                async with carrier.dial(http, echo.url) as call:
                    await talk(call)


async def talk(call: Receiver) -> None:
    assert plain(await hear_out(call)) == "hi this is echo at acme how can i help"
    assert 1000 * (first_audible(call.ear, call.hz) or 9) <= GREETED_MS
    if call.hz > 8_000:  # what is answered at 8 kHz is asked by Twilio, in test_phone.py
        answer = await asks(call, "Where is my order one zero four two?")
        assert plain(answer).startswith("order 1042 your walnut desk lamp is on its way")
    assert plain(await asks(call, "Goodbye.")) == "thank you for calling goodbye"
    await asyncio.wait_for(call.closed.wait(), 10)
    assert call.echoed == call.marks


async def asks(call: Receiver, text: str) -> str:
    """What is said in answer, as recognised."""
    spoken = await asyncio.to_thread(local_voice, text)
    samples = np.concatenate([spoken, np.zeros(RATE // 50, np.int16)])
    call.say(resample(samples, RATE, call.hz).tobytes())
    return await hear_out(call, call.ear.size)


async def hear_out(call: Receiver, since: int = 0) -> str:
    """Waits for something to be said after so many samples, and to be over; as recognised."""
    async with asyncio.timeout(30):
        while not (call.closed.is_set() or has_spoken(call, since)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return await asyncio.to_thread(transcribe, call.ear[since:], call.hz)


def has_spoken(call: Receiver, since: int) -> bool:
    return first_audible(call.ear[since:], call.hz) is not None and call.silent_secs() >= 1.0
