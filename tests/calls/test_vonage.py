"""A whole call by Vonage, by ear: what the caller heard is read back from the audio."""

import asyncio

import aiohttp
import numpy as np

from evals.ear import first_audible, last_audible
from evals.hearing import transcribe
from evals.mouth import RATE
from evals.voice import local_voice, resample
from tests.calls.inside import inside, practised, until
from tests.calls.phone import PUBLIC_URL, plain
from tests.emulators.vonage_caller import HZ, Application, Line, Vonage
from transports.start import StartSettings
from transports.vonage.settings import VonageSettings

GREETED_MS = 500
OURS = Application()


def quiet_for(line: Line, secs: float, since: int) -> bool:
    """Whether something was heard after so many samples, and then nothing for so long."""
    heard = line.ear[since:]
    last = last_audible(heard, HZ)
    return last is not None and len(heard) / HZ - last >= secs


async def test_a_caller_is_greeted_answered_and_said_goodbye_to():
    settings = VonageSettings(application_id=OURS.id, signature_secret=OURS.secret)
    async with inside(vonage=settings, public=StartSettings(url=PUBLIC_URL)) as echo:
        await until(lambda: practised(echo), within_secs=60)
        async with aiohttp.ClientSession() as http, Vonage(http, echo.url).call() as line:
            heard = await hear_out(line)
            assert plain(heard) == "hi this is echo at acme how can i help"
            assert 1000 * (first_audible(line.ear, HZ) or 9) <= GREETED_MS
            answer = await asks(line, "Where is my order one zero four two?")
            assert plain(answer).startswith("order 1042 your walnut desk lamp is on its way")
            goodbye = await asks(line, "Goodbye.")
            await asyncio.wait_for(line.closed.wait(), 10)
    assert plain(goodbye) == "thank you for calling goodbye"


async def asks(line: Line, text: str) -> str:
    """What is said in answer, as recognised."""
    spoken = await asyncio.to_thread(local_voice, text)
    samples = np.concatenate([spoken, np.zeros(RATE // 50, np.int16)])
    line.say(resample(samples, RATE, HZ).tobytes())
    return await hear_out(line, len(line.ear))


async def hear_out(line: Line, since: int = 0) -> str:
    async with asyncio.timeout(30):
        while not (line.closed.is_set() or quiet_for(line, 1.0, since)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return await asyncio.to_thread(transcribe, line.ear[since:], HZ)
