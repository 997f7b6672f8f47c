"""A card number and a PIN, keyed in and spoken: after the call no sink holds them."""

import asyncio
import json
import logging
import re
import sqlite3
import wave
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
from loguru import logger
from websockets.asyncio.client import ClientConnection

from bot.log import LogSettings, log_to_stderr
from bot.providers.settings import DeepgramSettings, OpenAISettings
from bot.recording import RecordingSettings
from bot.tools.database import StoreSettings
from evals import wire
from evals.ear import Samples
from evals.voice import local_voice
from tests.calls.beside import said_to, speaking_beside
from tests.calls.inside import inside, ready, until
from tests.calls.phone import ENVIRONMENT, telephoning
from tests.calls.running import running_server
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted as Hears
from tests.emulators.mind import Call, Line, Message, Reply, Scripted, Tool
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, serving

KEYED, SPOKEN, PIN = "4242424242424242", "5555555555554444", "739105"
IN_WORDS = "My card is " + " ".join(["five"] * 12 + ["four"] * 4) + " okay"
REPLIES = [
    Reply("", (Call("enter_securely", {"pin": False}),)),
    "Please key it in.",
    "Thank you for the card.",
    Reply("", (Call("enter_securely", {"pin": True}),)),
    "Please key in the PIN.",
    "That was right.",
    "Please do not say it aloud.",
    Reply("", (Call("talk_to_human", {"reason": "a payment"}),)),
    "A colleague will call you.",
]
"""What the model says, whatever it is told."""


class Client:
    """Talks to Echo over the WebSocket, and keeps every message of it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._to_say: list[Samples] = []
        self.messages: list[bytes] = []
        """Of RTVI, as they came."""
        self.replies = 0

    async def run(self) -> None:
        await asyncio.gather(self._listen(), self._speak())

    async def _listen(self) -> None:
        async for payload in self._socket:
            assert isinstance(payload, bytes)
            received = wire.decode(payload)
            if isinstance(received, wire.Message):
                self.messages.append(payload)
                self.replies += received.type == "bot-stopped-speaking"

    async def _speak(self) -> None:
        due = asyncio.get_running_loop().time()
        while True:
            samples = self._to_say.pop(0) if self._to_say else np.zeros(320, np.int16)
            await self._socket.send(wire.audio_frame(samples, 16_000))
            due += 0.02
            await asyncio.sleep(due - asyncio.get_running_loop().time())

    def say(self, samples: Samples) -> None:
        self._to_say += [samples[at : at + 320] for at in range(0, len(samples), 320)]

    async def type(self, text: str) -> None:
        await self._socket.send(wire.send_text(text, "typed"))

    async def press(self, keys: str) -> None:
        await self._socket.send(wire.message_frame("dtmf", {"buttons": [*keys]}, "keys"))


class Sinks:
    """All that was written down outside the vault."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.lines = ""

    def __call__(self, message) -> None:
        record = message.record
        self.log.append(f"{record['message']} {record['extra']} {record['exception']}")


@pytest.fixture
def sinks(capfd: pytest.CaptureFixture[str]) -> Iterator[Sinks]:
    handlers = [*logging.root.handlers]
    log_to_stderr(LogSettings(level="TRACE", format="json", pii=True))
    kept = Sinks()
    ours = {"": False, "bot": True, "processors": True, "transports": True, "server": True}
    logger.add(kept, level="TRACE", filter=ours)
    yield kept
    logger.remove()
    logging.root.handlers[:] = handlers


def holds(text: str, secret: str) -> bool:
    """Whether the digits of a secret are in a text, in digits or words, in whichever grouping."""
    words = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
    for digit, word in enumerate(words):
        text = re.sub(rf"\b{word}\b", str(digit), text, flags=re.IGNORECASE)
    return secret in re.sub(r"(?<=\d)[\s,.-]+(?=\d)", "", text)


def test_the_search_finds_what_it_looks_for():
    assert holds(f"x {IN_WORDS}", SPOKEN)
    assert holds("4242 4242-4242, 4242.", KEYED)
    assert not holds("[card ending 4242]", KEYED)


async def test_no_sink_holds_what_was_keyed_in_or_spoken(
    sinks: Sinks, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    speech = await asyncio.to_thread(local_voice, "My card is five five five five.")
    yes = await asyncio.to_thread(local_voice, "Yes, of course.")
    mind = Scripted(REPLIES)
    ear, model = Deepgram(profile=BUDGET, ear=Hears(["Yes.", IN_WORDS])), OpenAIChat(mind=mind)
    database = tmp_path / "echo.db"
    settings = {
        "stt": "deepgram",
        "deepgram": DeepgramSettings(api_key=ear.key, base_url=ear.url),
        "llm": "openai",
        "database": StoreSettings(url=f"sqlite:///{database}"),
        "greeting": "Hi.",
        "recording": RecordingSettings(enabled=True, folder=tmp_path / "kept"),
    }
    async with serving(ear, model):
        settings["openai"] = OpenAISettings(api_key=model.key, base_url=f"{model.url}/v1")
        settings["deepgram"] = DeepgramSettings(api_key=ear.key, base_url=ear.url)
        async with inside(**settings) as echo, await echo.dial() as socket:
            mind.runs.clear()
            client = Client(socket)
            running = asyncio.create_task(client.run())
            await ready(socket)
            await answered(client, 1)
            client.say(yes)
            await answered(client, 2)
            await client.type("Can I give you my card number?")
            await answered(client, 3)
            await client.press(KEYED + "#")
            await answered(client, 4)
            await client.type("And my PIN?")
            await answered(client, 5)
            await client.press(PIN + "#")
            await answered(client, 6)
            client.say(speech)
            await answered(client, 7)
            await client.type("A person, please.")
            await answered(client, 8)
            status = await echo.status()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    told = "\n".join(str(line) for run in mind.runs for line in run)
    for known in ("[card ending 4242]", "[PIN entered]", "[card ending 4444]"):
        assert known in told
    shown = "\n".join(json.dumps(json.loads(_content(each))) for each in client.messages)
    assert "[card ending 4444]" in shown
    assert "[card ending 4444]" in "".join(sqlite3.connect(database).iterdump())
    (recorded,) = (tmp_path / "kept").glob("*.wav")
    caller, echo_said = both_sides(recorded)
    assert echo_said.any()
    assert not caller.any(), "since the yes, nothing but the card number was said"
    kept = {
        "what the model was told": told,
        "what clients were shown": shown,
        "the log, as it is written": capfd.readouterr().err,
        "the log of our own, of all levels": "\n".join(sinks.log),
        "the database": _bytes_of(tmp_path),
        "/status": json.dumps(status),
        "the recording's words": recorded.with_suffix(".txt").read_text(),
    }
    for name, text in kept.items():
        assert text, name
        for secret in (KEYED, SPOKEN, PIN):
            assert not holds(text, secret), name


class Cashier:
    """Thanks for whatever it is told, which it keeps."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        self.told += [each.text for each in messages if isinstance(each, Line)]
        return Reply("Thank you, it has arrived.")


async def test_who_speaks_a_card_number_hears_that_it_has_arrived_and_a_call_beside_nothing():
    """Fault 51."""
    greeting = "Welcome to Acme, where everything is in order and always was. " * 15
    cashier = Cashier()
    ear, model = Deepgram(profile=BUDGET, ear=Hears([IN_WORDS])), OpenAIChat(mind=cashier)
    async with serving(ear, model):
        settings = {
            "STT": "deepgram",
            "DEEPGRAM_API_KEY": ear.key,
            "DEEPGRAM_BASE_URL": ear.url,
            "LLM": "openai",
            "OPENAI_API_KEY": model.key,
            "TTS": "local",
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "GREETING": greeting,
        }
        async with AsyncExitStack() as until_end:
            running = running_server(**settings, **ENVIRONMENT)
            server = await asyncio.to_thread(until_end.enter_context, running)
            async with (
                speaking_beside(server.url) as beside,
                beside.undisturbed(),
                telephoning(server.url) as call,
            ):
                await call.hears(0.0)
                spoken = await call.say("My card is five five five five.")
                await call.hears_out()
                heard = await said_to(call, spoken.end_secs)
            log = server.log.read_text()
    told = "\n".join(cashier.told)
    assert "it has arrived" in heard
    assert "[card ending 4444]" in told
    assert not any(holds(kept, SPOKEN) for kept in (heard, told, log))


def both_sides(recorded: Path) -> tuple[Samples, Samples]:
    """What is in a recording of the caller, and of Echo."""
    with wave.open(str(recorded)) as sound:
        stereo = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return stereo[::2], stereo[1::2]


def _bytes_of(folder: Path) -> str:
    files = (path for path in folder.iterdir() if path.is_file())
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def _content(payload: bytes) -> str:
    received = wire.decode(payload)
    assert isinstance(received, wire.Message)
    return json.dumps({"type": received.type, "data": received.data})


async def answered(client: Client, times: int) -> None:
    async def done() -> bool:
        return client.replies >= times

    await until(done, 20)
