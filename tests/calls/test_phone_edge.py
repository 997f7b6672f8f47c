"""What a phone's socket may bring that no carrier sends: by ear, beside a call that goes on."""

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import numpy as np
import psutil
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.calls.beside import Beside, said_to, speaking_beside
from tests.calls.inside import until
from tests.calls.phone import ENVIRONMENT, PUBLIC_URL, PhoneCall, line, telephoning
from tests.calls.running import RunningServer, running_server
from tests.emulators.chaos import chaos
from tests.emulators.stream_caller import FRAME, QUIET
from tests.emulators.twilio_caller import HZ, VOICE, Stream, Twilio, read
from tests.unit.transports.phone.test_stream_intake import GARBAGE
from transports.phone import mulaw

pytestmark = pytest.mark.asyncio(loop_scope="module")
SENTENCE = "Welcome to Acme, where everything is in order and always was."
HEARD = "everything is in order and always"
STATUS_KEY = "the-key-of-who-looks-after-echo"
SILENT_SECS = 5.0
"""A large message holds this process up for less, and with it all callers."""
SETTINGS = {
    "EDGE_STATUS_KEY": STATUS_KEY,
    "STT": "local",
    "LLM": "local",
    "TTS": "local",
    "GREETING": " ".join([SENTENCE] * 30),
    "LOG_PII": "true",
    "TWILIO_SILENT_SECS": f"{SILENT_SECS}",
}
"""A minute and a half of greeting, which no test outlasts."""
SENTENCE_SECS = 5.0
SLOW_BYTES_PER_SEC = 1_000
LARGE_MB = 20
TOO_MUCH = 25
"""Malformed messages at once, of which twenty end a call."""
FORMATS = (
    {"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1},
    {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1},
    {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2},
)
ELSEWHERE = "MZ" + 32 * "0"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[RunningServer]:
    running = running_server(**SETTINGS, **ENVIRONMENT)
    yield await asyncio.to_thread(running.__enter__)
    await asyncio.to_thread(running.__exit__, None, None, None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside(server: RunningServer) -> AsyncIterator[Beside]:
    async with speaking_beside(server.url) as call:
        yield call


Does = Callable[[Stream], Awaitable[None]]
"""What somebody does on a stream that the emulated Twilio would not."""


async def hung_up_on(url: str, does: Does, within_secs: float = 15.0) -> tuple[PhoneCall, int]:
    """A call in which that is done as soon as Echo is heard, and why it was hung up on."""
    async with telephoning(url) as call:
        await call.hears(0.0)
        with suppress(ConnectionError, aiohttp.ClientError):
            await does(call.stream)

        async def is_closed() -> bool:
            return call.stream.socket.closed

        await until(is_closed, within_secs)
        return call, call.stream.socket.close_code or 0


async def hears_a_sentence(call: PhoneCall) -> None:
    async def heard() -> bool:
        return sum(size for _, size in call.stream.arrived) >= SENTENCE_SECS * HZ

    await until(heard, within_secs=20)


async def send(stream: Stream, data: str | bytes) -> None:
    if isinstance(data, str):
        await stream.socket.send_str(data)
    else:
        await stream.socket.send_bytes(data)


def media_of(sid: str, mu_law: bytes = QUIET) -> str:
    payload = base64.b64encode(mu_law).decode()
    return json.dumps(
        {"event": "media", "streamSid": sid, "media": {"payload": payload, "chunk": "1"}}
    )


async def calls(server: RunningServer) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/status") as answer:
        return (await answer.json())["calls"]


@pytest.mark.parametrize(
    ("key", "told"), [(None, False), ("", False), (STATUS_KEY[:-1], False), (STATUS_KEY, True)]
)
async def test_what_calls_cost_is_for_who_has_the_key(
    server: RunningServer, key: str | None, told: bool
):
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"{server.url}/status") as answer,
    ):
        status = await answer.json()
    assert ("ended" in status) is told
    assert status["status"] == "ready"


async def has_calls(server: RunningServer, number: int) -> bool:
    return await calls(server) == number


async def test_a_little_of_what_does_not_belong_changes_nothing(
    server: RunningServer, beside: Beside
):
    """Faults 23, 27 and 31: less than ends a call is dropped, and no difference is heard."""
    async with beside.undisturbed(), telephoning(server.url) as call:
        stream = call.stream
        await call.hears(0.0)
        for garbage in GARBAGE:
            await send(stream, garbage)
        await stream.send("start", start=stream.start_of())
        await send(stream, json.dumps({"event": "start", "streamSid": ELSEWHERE, "start": {}}))
        await send(stream, media_of(ELSEWHERE))
        await send(stream, json.dumps({"event": "stop", "streamSid": ELSEWHERE}))
        await hears_a_sentence(call)
        assert not stream.closed.is_set()
        assert stream.clears == 0
    assert HEARD in await said_to(call)


async def test_too_much_of_it_ends_its_own_call_and_no_other(server: RunningServer, beside: Beside):
    """Faults 23, 27 and 31: the caller hears the beginning, and is hung up on with a reason."""

    async def garbage(stream: Stream) -> None:
        for number in range(TOO_MUCH):
            await send(stream, GARBAGE[number % len(GARBAGE)])

    async def foreign(stream: Stream) -> None:
        for _ in range(TOO_MUCH):
            await send(stream, media_of(ELSEWHERE))

    async def starts(stream: Stream) -> None:
        for _ in range(TOO_MUCH):
            await stream.send("start", start=stream.start_of(streamSid=ELSEWHERE))

    async with beside.undisturbed():
        for does in (garbage, foreign, starts):
            call, code = await hung_up_on(server.url, does)
            assert code == 1008
            assert call.stream.has_heard()
        await until(lambda: has_calls(server, 1))


async def test_a_message_far_too_large_is_never_held(server: RunningServer, beside: Beside):
    """Fault 28: closed with 1009, and the server was never larger by three quarters of it."""
    before_mb, peak_mb = largest_since(server)

    async def large_audio(stream: Stream) -> None:
        await send(stream, media_of(stream.sid, bytes(2**20)))

    async def large_text(stream: Stream) -> None:
        await send(stream, "x" * LARGE_MB * 10**6)

    async with beside.undisturbed():
        for does in (large_audio, large_text):
            call, code = await hung_up_on(server.url, does)
            assert code in (1009, 1006)  # 1006: still sending when it was hung up on
            assert call.stream.has_heard()
        await until(lambda: has_calls(server, 1))
    assert peak_mb() - before_mb < LARGE_MB * 3 / 4


def largest_since(server: RunningServer) -> tuple[float, Callable[[], float]]:
    """The server's memory in MB, and how to ask for the most that it has been since."""
    about = Path(f"/proc/{server.process.pid}")
    (about / "clear_refs").write_text("5")  # the peak begins anew: proc(5)
    resident_mb = psutil.Process(server.process.pid).memory_info().rss / 1e6

    def peak_mb() -> float:
        (kib,) = re.findall(r"^VmHWM:\s+(\d+) kB", (about / "status").read_text(), re.MULTILINE)
        return int(kib) * 1024 / 1e6

    return resident_mb, peak_mb


async def test_a_flood_of_audio_is_hung_up_on(server: RunningServer, beside: Beside):
    """Fault 29: fifty times as fast as anybody speaks."""

    async def flood(stream: Stream) -> None:
        for number in range(2_500):
            await stream.send_audio(QUIET)
            if number % 10 == 0:
                await asyncio.sleep(0.004)

    async with beside.undisturbed():
        call, code = await hung_up_on(server.url, flood)
        await until(lambda: has_calls(server, 1))
    assert code == 1008
    assert call.stream.has_heard()


async def test_audio_of_another_kind_is_refused_before_a_word_is_said(
    server: RunningServer, beside: Beside
):
    """Fault 30: the reason is in the close, and nobody hears a voice that is not right."""

    async def refused(media_format: dict) -> tuple[Stream, int | None]:
        async with line(server.url) as twilio, twilio.call(mediaFormat=media_format) as stream:
            await asyncio.wait_for(stream.closed.wait(), 15)
            return stream, stream.socket.close_code

    async with beside.undisturbed():
        ended = await asyncio.gather(*(refused(each) for each in FORMATS))
        assert await calls(server) == 1
    assert [code for _, code in ended] == [1003] * len(FORMATS)
    assert not any(stream.has_heard() for stream, _ in ended)


async def test_a_line_that_swallows_everything_is_given_up(server: RunningServer, beside: Beside):
    """Fault 33: nobody says that the caller is gone."""
    async with beside.undisturbed(), chaos(server.url) as network, telephoning(network.url) as call:
        await call.hears(0.0)
        await until(lambda: has_calls(server, 2))
        network.black_hole()
        began = time.monotonic()
        await until(lambda: has_calls(server, 1))
        assert SILENT_SECS - 0.2 <= time.monotonic() - began <= SILENT_SECS + 2
    assert call.stream.has_heard()


async def test_a_connection_that_breaks_ends_its_call_at_once(
    server: RunningServer, beside: Beside
):
    """Fault 33: RST, and no goodbye."""
    async with beside.undisturbed(), chaos(server.url) as network, telephoning(network.url) as call:
        await call.hears(0.0)
        network.reset()
        await until(lambda: has_calls(server, 1), within_secs=2)
    assert call.stream.has_heard()


async def test_who_is_heard_from_but_cannot_hear_is_given_up(server: RunningServer, beside: Beside):
    """Fault 34: of what is said to a thirteenth of the speed, little is kept, and not for long."""
    async with beside.undisturbed(), chaos(server.url) as network, telephoning(network.url) as call:
        await call.hears(0.0)
        network.bytes_per_sec = SLOW_BYTES_PER_SEC
        await until(lambda: has_calls(server, 1), within_secs=20)
    assert call.stream.has_heard()


async def test_whoever_is_not_twilio_gets_nothing_and_twilios_caller_is_greeted(
    server: RunningServer, beside: Beside
):
    """Faults 45 to 47: forged, expired, replayed, unsigned, and by way of another host."""
    async with beside.undisturbed(), line(server.url) as twilio:
        assert (await twilio.post(VOICE, headers={}))[0] == 403
        signed = twilio.account.headers(PUBLIC_URL + VOICE, twilio.form())
        spoofed = signed | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
        status, body = await twilio.post(VOICE, headers=spoofed)
        assert status == 200
        at = read(body).stream_url
        assert at.startswith("ws" + PUBLIC_URL.removeprefix("http"))
        kid, _, ticket = at.rpartition("/")[2].partition(".")
        stem = at.rpartition("/")[0]
        for forged in (f"{stem}/{kid}.{ticket[:-2]}AA", f"{stem}/0123abcd.{ticket}", f"{stem}/x"):
            assert await refused(twilio, forged) == 403
        assert await refused(twilio, at, {}) == 403
        with pytest.raises(InvalidStatus):  # a replayed webhook tells a ticket to whoever sent it
            await connect(f"ws{server.url[4:]}/ws-client?token={kid}.{ticket}")
        assert await calls(server) == 1
        async with twilio.call() as stream:
            call = PhoneCall(stream)
            await hears_a_sentence(call)
            assert await refused(twilio, at) == 403
    assert HEARD in await said_to(call)


async def refused(twilio: Twilio, at: str, headers: dict[str, str] | None = None) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await twilio.open(at, headers)
    return refusal.value.status


async def test_what_a_call_says_of_itself_is_no_line_of_the_log(
    server: RunningServer, beside: Beside
):
    """Fault 52: line ends and terminal commands in names are printed as what they are."""
    forged = "\r\n09:00:00.000 ERROR   FORGED\x1b[2J\x1b]0;FORGED\x07"
    async with beside.undisturbed(), line(server.url) as twilio:
        twilio.caller = f"+1555{forged}"
        async with twilio.call(customParameters={"from": forged, forged: forged}) as stream:
            call = PhoneCall(stream)
            await hears_a_sentence(call)
        await until(lambda: has_calls(server, 1))
        log = server.log.read_bytes().decode()
    assert HEARD in await said_to(call)
    assert r"\n09:00:00.000" in log
    assert not re.search(r"^09:00:00.000", log, re.MULTILINE)
    assert not re.search(r"[^\n\x20-\x7e\u00a0-\uffff]", log)


class Loud(Stream):
    """A phone beside its own loudspeaker: what is heard comes back 0.1 s later, 12 dB down."""

    async def _hear(self) -> None:
        await super()._hear()
        pcm = np.frombuffer(mulaw.decode(bytes(self.heard[-6 * FRAME : -5 * FRAME])), "<i2")
        self.say((pcm * 10 ** (-12 / 20)).astype("<i2").tobytes())


async def test_a_loudspeaker_beside_the_phone_interrupts_nothing(
    server: RunningServer, beside: Beside
):
    """Fault 63: Echo knows its own voice, if it comes back while it is remembered: a busy machine
    may keep it for longer, so it has three tries."""
    async with beside.undisturbed():
        for _ in range(3):
            call = await heard_beside_a_loudspeaker(server.url)
            if not call.stream.clears:
                break
    assert np.abs(call.stream.mouth.astype(int)).max() > 1_000, "it came back"
    assert call.stream.clears == 0
    assert HEARD in await said_to(call)


async def heard_beside_a_loudspeaker(url: str) -> PhoneCall:
    async with line(url) as twilio:
        twilio.kind = Loud
        async with twilio.call() as stream:
            call = PhoneCall(stream)
            await hears_a_sentence(call)
            return call
