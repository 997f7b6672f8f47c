"""How calls end, what is written down of them, and how the server itself ends."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
import pytest_asyncio
from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext
from websockets.asyncio.client import ClientConnection, connect

from bot.time_limit import GOODBYE_SECS, TimeLimitSettings
from bot.tools.parting import GOODBYE
from evals import wire
from evals.caller import place_call
from evals.hearing import transcribe
from evals.performance import Manners
from evals.script import Interrupt, Pause, Say, Type
from processors.idle import IdlePolicy
from tests.calls.inside import Inside, ending, hears, inside, ready, until
from tests.calls.running import RunningServer, running_server
from transports.websocket import WebsocketSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENT = Manners(settle_secs=1.5)
"""Lets Echo finish also where a busy machine makes it pause for longer than anybody would."""

PROPERLY = (1000, 1001)
"""How a server that means it closes a connection (RFC 6455, 7.4.1)."""


class Sessions:
    """What was logged of every call at its end."""

    def __init__(self) -> None:
        self.ended: list[dict] = []

    def __call__(self, line: str) -> None:
        self.ended.append(line.record["extra"])  # type: ignore[attr-defined]

    async def next(self) -> dict:
        """Waits until a call has ended."""

        async def ended() -> bool:
            return bool(self.ended)

        await until(ended)
        return self.ended.pop(0)


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    kept = Sessions()
    sink = logger.add(kept, level="INFO", filter=lambda record: record["message"] == "session")
    yield kept
    logger.remove(sink)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[LLMContext]:
    """What each call remembers."""
    kept: list[LLMContext] = []

    class Kept(LLMContext):
        def __init__(self, *known: object, **options: object) -> None:
            super().__init__(*known, **options)
            kept.append(self)

    monkeypatch.setattr("bot.answering.LLMContext", Kept)
    return kept


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def echo() -> AsyncIterator[Inside]:
    async with inside(greeting="Hi.") as running:
        yield running


async def test_the_end_of_a_call_says_what_the_call_came_to(echo: Inside, sessions: Sessions):
    asks = [Type("What's the weather in Boston?"), Type("How are you?")]
    record = await place_call(echo.url, asks, manners=PATIENT)
    session = await sessions.next()
    assert session["outcome"] == "caller_hung_up"
    assert session["session_id"] == record.session_id
    assert session["transport"] == "websocket"
    assert session["turns"] == 2
    assert session["interruptions"] == 0
    assert session["tool_calls"] == {"get_weather": {"ok": 1}}
    assert session["errors"] == {}
    assert session["greeting_ms"] > 0
    assert 0 < session["first_sound_p50_ms"] <= session["answer_p95_ms"]
    assert session["duration_secs"] >= record.turns[-1].said.span.start_secs


async def test_echo_says_the_whole_goodbye_and_then_hangs_up(echo: Inside, sessions: Sessions):
    async with await echo.dial() as client:
        await ready(client)
        await hears(client)
        await client.send(wire.send_text("That's all, goodbye.", "2"))
        heard = transcribe(await _everything(client), 24_000)
        assert client.close_code == 1000
    assert _plain(heard).endswith(_plain(GOODBYE))
    assert (await sessions.next())["outcome"] == "agent_ended"


async def test_a_call_in_which_nothing_is_said_is_ended(sessions: Sessions):
    async with inside(idle_secs=0.5, greeting="Hi.") as echo, await echo.dial() as client:
        await ready(client)
        assert (await ending(client))[0] in PROPERLY
        assert (await sessions.next())["outcome"] == "idle"
        assert await echo.is_empty()


async def test_a_caller_who_says_nothing_is_asked_twice_and_then_told_goodbye(sessions: Sessions):
    silent = IdlePolicy(after_secs=0.5, questions=("Hello?", "Are you there?"), goodbye="Goodbye.")
    async with inside(silence=silent, greeting="Hi.") as echo, await echo.dial() as client:
        await ready(client)
        heard = transcribe(await _everything(client), 24_000)
        assert client.close_code == 1000
        assert _plain(heard).count("there") == 1
        assert _plain(heard).endswith("goodbye")
        assert (await sessions.next())["outcome"] == "idle"


async def test_a_call_that_lasts_too_long_is_told_so_and_ended_with_a_goodbye(sessions: Sessions):
    said = {"warning": "Two seconds left.", "goodbye": "Time is up. Goodbye."}
    own = TimeLimitSettings(warn_secs=2, **said)
    patient = inside(max_call_secs=4, limit=own, greeting="Hi.")
    async with patient as echo, await echo.dial() as client:
        await ready(client)
        heard = _plain(transcribe(await _everything(client), 24_000))
        assert "left" in heard, heard
        assert heard.endswith("bye"), heard
        assert client.close_code in PROPERLY
        assert (await sessions.next())["outcome"] == "agent_ended"
        await until(echo.is_empty)


async def test_who_still_asks_when_time_is_up_is_said_goodbye_to_and_not_answered(
    sessions: Sessions,
):
    own = TimeLimitSettings(goodbye="Time is up, so I have to hang up now. Call again. Goodbye.")
    script = [Pause(1.0), Say("Where is my order 1042?", at_once=True)]
    async with inside(max_call_secs=3.5, limit=own, greeting="Hi.") as echo:
        record = await place_call(echo.url, script)
        session = await sessions.next()
    assert record.turns[-1].said.span.end_secs > 3.5  # the goodbye was being said
    assert _plain(transcribe(record.echo_audio, 24_000)).endswith("goodbye")
    assert session["tool_calls"] == {}
    assert session["duration_secs"] < 3.5 + GOODBYE_SECS


async def test_a_caller_whose_call_cannot_go_on_is_told_so(sessions: Sessions):
    unheard_of = WebsocketSettings(in_hz=11_025)  # the voice detector knows 8 and 16 kHz
    async with inside(websocket=unheard_of) as echo, await echo.dial() as client:
        await ready(client)
        assert "broken" in transcribe(await _everything(client), 24_000)
        assert client.close_code == 1000
        assert (await sessions.next())["outcome"] == "error"
        await until(echo.is_empty)


async def test_who_is_interrupted_remembers_what_was_heard(
    echo: Inside, sessions: Sessions, contexts: list[LLMContext]
):
    cut_in = Interrupt(Say("Stop, wait a moment."), after_secs=1.5)
    record = await place_call(echo.url, [Type("What can you do for me?"), cut_in])
    session = await sessions.next()
    assert session["interruptions"] == 1
    remembered = _remembered(contexts[0], after="What can you do for me?")
    said = record.turns[1]
    start = round(said.said.span.start_secs * 24_000)
    stop = round(record.turns[2].said.span.end_secs * 24_000)
    heard = _plain(transcribe(record.echo_audio[start:stop], 24_000)).split()
    kept = _plain(remembered).split()
    assert len(kept) > 2
    assert abs(len(kept) - len(heard)) <= 3
    assert kept[:2] == heard[:2]


async def test_the_log_of_a_call_holds_no_word_of_it_and_a_live_call_outlives_sigterm():
    with running_server(LOG_LEVEL="DEBUG", DRAIN_SECS="30") as running:
        client, token = await _talking(running)
        running.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(_until_refused, running.url)
        with pytest.raises(HTTPError) as refused:
            await asyncio.to_thread(_start, running.url)
        with refused.value as answer:
            assert answer.code == 503
            assert answer.headers["Retry-After"]

        await client.send(wire.send_text("What's the weather in Reykjavik?", "2"))
        await _until_said(client, "Reykjavik")
        assert running.process.poll() is None
        await client.close()
        assert await asyncio.to_thread(running.process.wait, 15) == 0

        log = running.log.read_text()
        assert "'outcome': 'caller_hung_up'" in log
        for secret in ("Reykjavik", "weather in", "How can I help", token, "Traceback"):
            assert secret not in log


async def test_a_call_that_outlasts_the_drain_is_hung_up_on():
    with running_server(DRAIN_SECS="0.5") as running:
        client, _ = await _talking(running)
        running.process.send_signal(signal.SIGTERM)
        assert (await ending(client))[0] in PROPERLY
        await client.close()
        assert await asyncio.to_thread(running.process.wait, 15) == 0
        assert "Traceback" not in running.log.read_text()


async def test_a_second_signal_ends_the_server_at_once():
    with running_server(DRAIN_SECS="600") as running:
        client, _ = await _talking(running)
        running.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(_until_refused, running.url)
        running.process.send_signal(signal.SIGINT)
        assert (await ending(client))[0] in PROPERLY
        await client.close()
        assert await asyncio.to_thread(running.process.wait, 15) == 0
        assert "Traceback" not in running.log.read_text()


async def _talking(running: RunningServer) -> tuple[ClientConnection, str]:
    """A client who hears Echo, and its token."""
    answer = await asyncio.to_thread(_start, running.url)
    client = await connect(f"{answer['wsUrl']}?token={answer['token']}")
    await ready(client)
    await hears(client)
    return client, answer["token"]


async def _everything(client: ClientConnection) -> np.ndarray:
    """All that is to be heard until Echo hangs up."""
    pieces = []
    async with asyncio.timeout(20):
        async for data in client:
            received = wire.decode(data)
            if isinstance(received, wire.Sound):
                pieces.append(received.samples)
    return np.concatenate(pieces)


async def _until_said(client: ClientConnection, word: str) -> None:
    """Reads until the word is among those that Echo says."""
    async with asyncio.timeout(20):
        async for data in client:
            match wire.decode(data):
                case wire.Message("bot-output", said) if word in str(said.get("text")):
                    return
                case _:
                    pass


def _start(url: str) -> dict:
    body = json.dumps({"transport": "websocket"}).encode()
    with urlopen(Request(f"{url}/start", body), timeout=5) as answer:
        return json.load(answer)


def _until_refused(url: str) -> None:
    """The server has got the signal when it is not ready any more."""
    while (answer := _readyz(url))[0] == 200:
        pass
    assert answer == (503, "draining")


def _readyz(url: str) -> tuple[int, str]:
    try:
        answer = urlopen(f"{url}/readyz", timeout=5)
    except HTTPError as refused:
        answer = refused
    with answer:
        return answer.status, json.load(answer)["status"]


def _remembered(context: LLMContext, after: str) -> str:
    """Echo's next words in the memory of a call."""
    messages = [dict(message) for message in context.get_messages()]
    at = next(i for i, message in enumerate(messages) if message["content"] == after)
    return next(m["content"] for m in messages[at:] if m["role"] == "assistant")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
