"""What goes wrong on the phone goes wrong in its own call: another one beside it hears nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio
from loguru import logger

from bot.house import House
from bot.tools.outlook import Outlook
from tests.calls.inside import Held, Inside, inside, practised, until
from tests.calls.phone import PhoneCall, line, telephone, telephoning
from tests.emulators.twilio_caller import QUIET, Stream, Twilio

pytestmark = pytest.mark.asyncio(loop_scope="module")
GONE_SECS = 2.0
"""After which nothing of a call is left once its caller is gone."""
LONGEST_GAP_MS = 500
"""Generous: the machine may be busy with other tests. Without isolation it would be seconds."""
BESIDE = 1
"""Another call goes on."""


class Slow:
    """Weather from a source that takes its time."""

    def __init__(self) -> None:
        self.asked = self.given_up = 0

    async def outlook(self, *_: object) -> Outlook | None:
        self.asked += 1
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return None


@pytest.fixture(scope="module")
def weather() -> Slow:
    return Slow()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo(weather: Slow) -> AsyncIterator[Inside]:
    def slowly(house: House) -> House:
        return replace(house, weather=weather)

    settings = telephone(start_secs=1.0, silent_secs=1.0)
    async with inside(slowly, greeting="Hi.", **settings) as running:
        await until(lambda: practised(running), within_secs=60)
        async with telephoning(running.url) as call:  # starts what all calls share
            await call.hears_out(0.6)
            await call.asks("Where is my order one zero four two?")
        await until(running.is_empty)
        yield running


@asynccontextmanager
async def undisturbed(echo: Inside) -> AsyncIterator[None]:
    """Somebody else's call, which must go on as if it were alone."""
    async with telephoning(echo.url) as beside:
        await beside.hears_out(0.6)
        asking = asyncio.create_task(beside.asks("What can you do for me?"))
        yield
        asked = await asking
    words = await beside.words(asked.end_secs)
    assert "start a return" in words
    assert "what would you like" in words
    assert max(beside.gaps_ms(), default=0) <= LONGEST_GAP_MS


async def streaming(twilio: Twilio, greet: bool = True) -> Stream:
    """A stream whose messages are the test's to send."""
    instructions = await twilio.ask()
    socket = await twilio.open(instructions.stream_url)
    stream = Stream(socket, twilio, instructions.parameters)
    if greet:
        await stream.begin()
    return stream


async def close_code(stream: Stream, within_secs: float = 5.0) -> int | None:
    async with asyncio.timeout(within_secs):
        async for _ in stream.socket:
            pass
    return stream.socket.close_code


@pytest.fixture
def complaints() -> AsyncIterator[list[str]]:
    """Errors in the log."""
    said: list[str] = []
    sink = logger.add(said.append, level="ERROR", format="{message}")
    yield said
    logger.remove(sink)


async def test_who_hangs_up_in_the_middle_of_an_answer_leaves_nothing_behind(
    echo: Inside, complaints: list[str]
):
    before = Held.now()
    async with undisturbed(echo):
        async with telephoning(echo.url) as call:
            await call.hears_out(0.6)
            asked = await call.say("What can you do for me?")
            await call.hears(asked.end_secs)
        await until(lambda: is_left(echo, BESIDE), within_secs=GONE_SECS)
    await echo.lets_go(before, within_secs=GONE_SECS)
    assert complaints == []


async def test_who_hangs_up_while_something_is_looked_up_is_no_longer_waited_for(
    echo: Inside, weather: Slow, complaints: list[str]
):
    before = Held.now()
    async with undisturbed(echo):
        async with telephoning(echo.url) as call:
            await call.hears_out(0.6)
            await call.say("What is the weather in Boston?")

            async def asked() -> bool:
                return weather.asked == 1

            await until(asked)
        await until(lambda: is_left(echo, BESIDE), within_secs=GONE_SECS)
        assert weather.given_up == 1
    await echo.lets_go(before, within_secs=GONE_SECS)
    assert complaints == []


async def is_left(echo: Inside, calls: int) -> bool:
    return (await echo.status())["calls"] == calls


async def test_a_second_socket_for_a_live_call_is_refused(echo: Inside):
    async with undisturbed(echo), line(echo.url) as twilio, twilio.call() as stream:
        call = PhoneCall(stream)
        await call.hears_out(0.6)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await twilio.open(twilio.opened[-1])
        assert refused.value.status == 403
        asked = await call.asks("How are you?")
        assert "doing well" in await call.words(asked.end_secs)


async def test_a_webhook_that_comes_twice_takes_one_line(echo: Inside):
    async with undisturbed(echo), line(echo.url) as twilio:
        free = (await echo.status())["free"]
        assert await twilio.ask() == await twilio.ask()
        assert (await echo.status())["free"] == free - 1
        async with twilio.call() as stream:
            await PhoneCall(stream).hears_out(0.6)
            assert (await echo.status())["free"] == free - 1


async def test_what_calls_cost_is_told_nobody_where_others_come_and_there_is_no_key(echo: Inside):
    assert echo.house.settings.host == "localhost"
    assert echo.house.settings.public.url
    assert "ended" not in await echo.status()


@pytest.mark.parametrize("first", ["media", "nothing"])
async def test_a_stream_that_does_not_begin_with_start_is_no_call(echo: Inside, first: str):
    async with undisturbed(echo), line(echo.url) as twilio:
        calls = echo.house.totals.to_dict()
        stream = await streaming(twilio, greet=False)
        if first == "media":
            await stream.send_audio(QUIET)
        assert await close_code(stream) == 1008
        assert echo.house.totals.to_dict() == calls


async def test_a_flood_of_audio_ends_its_own_call(echo: Inside):
    async with undisturbed(echo), line(echo.url) as twilio:
        stream = await streaming(twilio)
        with suppress(ConnectionError, aiohttp.ClientError):
            for _ in range(2_500):
                await stream.send_audio(QUIET)
        assert await close_code(stream) == 1008


async def test_a_line_that_has_gone_dead_is_given_up(echo: Inside):
    async with undisturbed(echo), line(echo.url) as twilio:
        stream = await streaming(twilio)
        assert await close_code(stream) == 1008
