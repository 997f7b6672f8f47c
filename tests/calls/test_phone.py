"""Whole calls by phone: the server with its local engines, and Twilio as it would call."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import numpy as np
import pytest
import pytest_asyncio

from bot.tools.handoff import HandoffSettings
from evals.hearing import transcribe
from evals.voice import local_voice, resample
from tests.calls.inside import Inside, inside
from tests.emulators.twilio_caller import DIALLED, NEXT, Account, Stream, Twilio
from transports.start import StartSettings
from transports.twilio.settings import TwilioSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNT = Account()
COLLEAGUE = "+15550002000"
PUBLIC_URL = "https://echo.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Inside]:
    phone = TwilioSettings(account_sid=ACCOUNT.sid, auth_token=ACCOUNT.auth_token)
    async with inside(
        greeting="Hi.",
        twilio=phone,
        public=StartSettings(url=PUBLIC_URL),
        handoff=HandoffSettings(to=COLLEAGUE),
    ) as running:
        yield running


async def test_who_asks_for_a_person_hears_that_they_get_one_and_is_dialled_to_a_colleague(
    echo: Inside,
):
    words = await asyncio.to_thread(spoken, "I want to talk to a real person.")
    async with aiohttp.ClientSession() as http:
        caller = Twilio(http, echo.url, PUBLIC_URL, ACCOUNT)
        async with caller.call() as call:
            await call.until_silent(0.6)
            call.say(words)
            await asyncio.wait_for(call.closed.wait(), 30)
            heard = await asyncio.to_thread(what_was_heard, call)
        assert re.search(r"connecting you to a colleague.*reference is \S+", heard), heard
        answer = await caller.ask(NEXT)
        assert answer.dialled == COLLEAGUE
        back = await caller.ask(DIALLED, DialCallStatus="no-answer")
        stream = Stream(await caller.open(back.stream_url), caller, back.parameters)
        await stream.begin()
        async with asyncio.timeout(10):
            running = asyncio.create_task(stream.run())
            await stream.until_silent(0.3)
        await stream.hang_up()
        await asyncio.gather(running, return_exceptions=True)
    assert "Hi" in await asyncio.to_thread(what_was_heard, stream)


def spoken(words: str) -> bytes:
    """Mono s16 at 8 kHz."""
    return np.asarray(resample(local_voice(words), 16_000, 8_000), np.int16).tobytes()


def what_was_heard(call: Stream) -> str:
    return transcribe(call.ear, 8_000)
