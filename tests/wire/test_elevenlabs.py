"""ElevenLabs' service as it is, against a server that speaks its wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    TTSTextFrame,
)
from pipecat.services.tts_service import TTSService
from pydantic import SecretStr

from bot.providers.by_heart import Repertoire
from bot.providers.choice import Choice
from bot.providers.settings import ElevenLabsSettings, ProviderSettings
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import Ears
from tests.emulators.elevenlabs import SARAH, ElevenLabs
from tests.emulators.mouth import SECS_A_CHARACTER
from tests.emulators.provider import BUDGET, Drop, Empty, Late, Refuse, Send, Stall, serving
from tests.wire.held_up import held_up
from tests.wire.test_local_tts import Call, calling

CHOICE = Choice("TTS", "elevenlabs", "ELEVENLABS_API_KEY is set")
GREETING = "Hi, this is Echo. How can I help?"


@pytest.fixture
async def elevenlabs() -> AsyncIterator[ElevenLabs]:
    emulator = ElevenLabs()
    async with serving(emulator):
        yield emulator


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


def service(
    elevenlabs: ElevenLabs, ears: Ears, repertoire: Repertoire | None = None, **settings: object
) -> TTSService:
    part = {"api_key": SecretStr("a-key"), "base_url": socket_of(elevenlabs), **settings}
    engines = Engines(ears, None, None, None, repertoire=repertoire or Repertoire())
    return tts(CHOICE, ProviderSettings(elevenlabs=ElevenLabsSettings(**part)), engines)


@asynccontextmanager
async def speaking(
    elevenlabs: ElevenLabs,
    ears: Ears,
    repertoire: Repertoire | None = None,
    rate: int = 24_000,
    **settings: object,
) -> AsyncIterator[Call]:
    async with calling(tts=service(elevenlabs, ears, repertoire, **settings), rate=rate) as call:
        yield call


def socket_of(elevenlabs: ElevenLabs) -> str:
    return elevenlabs.url.replace("http", "ws", 1)


def secs(call: Call) -> float:
    return len(call.samples()) / 24_000


@pytest.mark.parametrize("rate", [8_000, 24_000])
async def test_a_reply_is_spoken_whole_and_remembered_as_it_was_written(elevenlabs, ears, rate):
    async with speaking(elevenlabs, ears, rate=rate) as call:
        await call.say("Okay", ",", " your", " order", " 10", "42", " is", " on", " its", " way.")
        await call.finished()
        assert await call.memory() == ["Okay, your order 1042 is on its way."]
        assert len(call.samples()) / rate > 1.8
        assert np.abs(call.samples().astype(int)).max() > 5_000
    assert elevenlabs.noted("connect")[0]["output_format"] == f"pcm_{rate}"


async def test_clauses_go_out_as_they_come_and_the_context_is_closed(elevenlabs, ears):
    async with speaking(elevenlabs, ears) as call:
        await call.say("Okay", ",", " your", " order", " is", " on", " its", " way", ".")
        await call.finished()
    asked = elevenlabs.noted("text")
    assert [each["text"] for each in asked] == ["Okay, ", "your order is on its way. "]
    assert elevenlabs.noted("close") == [asked[0]["context_id"]] == [asked[1]["context_id"]]


async def test_every_word_has_the_time_at_which_it_is_heard(elevenlabs, ears):
    async with speaking(elevenlabs, ears) as call:
        await call.say("One", " two", " three,", " four", " five", ".")
        await call.finished()
        words = call.notes.of(TTSTextFrame)
    assert [word.text for word in words] == ["One", "two", "three,", "four", "five."]
    gaps = np.diff([word.pts for word in words[1:]]) / 1e9
    spoken = [(len(word.text) + 1) * SECS_A_CHARACTER for word in words[1:-1]]
    assert gaps == pytest.approx(spoken, abs=0.005)


async def test_the_first_sound_comes_as_late_as_the_provider_is(elevenlabs, ears):
    elevenlabs.profile = BUDGET
    async with held_up() as held, speaking(elevenlabs, ears) as call:
        await elevenlabs.until_noted("connect")
        loop = asyncio.get_running_loop()
        began = loop.time()
        await call.say("Yes", ",", " it", " is", ".")
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        spoke = loop.time()
    assert 0.13 <= spoke - began < 0.25 + held.secs(began, spoke)


async def test_it_is_connected_before_there_is_anything_to_say(elevenlabs, ears):
    async with speaking(elevenlabs, ears):
        await elevenlabs.until_noted("connect")
        assert not elevenlabs.noted("text")


async def test_an_interruption_closes_the_context_and_keeps_what_was_heard(elevenlabs, ears):
    async with speaking(elevenlabs, ears) as call:
        await call.push(LLMFullResponseStartFrame())  # and its end is still to come
        for word in ["One", "two", "three", "four", "five", "six", "seven", "eight.", "And"]:
            await call.push(LLMTextFrame(f"{word} "))
        await call.played(0.9)
        await call.push(InterruptionFrame())
        (heard,) = await call.memory()
        assert heard.startswith("One two")
        assert "eight" not in heard
        await elevenlabs.until_noted("close")


async def test_an_idle_socket_that_was_closed_is_open_again_before_the_next_word(elevenlabs, ears):
    elevenlabs.idle_secs = 0.3
    async with speaking(elevenlabs, ears) as call:
        await elevenlabs.until_noted("closed")
        elevenlabs.idle_secs = 20
        await twice_connected(elevenlabs)
        await call.say("Still", " here", ".")
        await call.finished()
        assert await call.memory() == ["Still here."]
        assert not call.notes.of(ErrorFrame)


async def twice_connected(elevenlabs: ElevenLabs) -> None:
    async with asyncio.timeout(15):
        while len(elevenlabs.noted("connect")) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


# Out of memory


async def test_a_greeting_is_asked_for_once(elevenlabs, ears):
    repertoire = Repertoire([GREETING])
    for _ in range(2):
        async with speaking(elevenlabs, ears, repertoire) as call:
            await call.push(TTSSpeakFrame(GREETING))
            await call.finished()
            assert await call.memory() == [GREETING]
            assert secs(call) > 1.5
    assert [each["text"].strip() for each in elevenlabs.noted("text")] == [GREETING]
    assert len(elevenlabs.noted("close")) == 1


async def test_a_short_reply_behind_a_greeting_is_remembered_after_it(elevenlabs, ears):
    repertoire = Repertoire([GREETING])
    for _ in range(2):
        async with speaking(elevenlabs, ears, repertoire) as call:
            await call.push(TTSSpeakFrame(GREETING))
            await call.say("Yes", ".")
            async with asyncio.timeout(8):
                while len(call.remembered()) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert call.remembered() == [GREETING, "Yes."]


async def test_an_interrupted_greeting_from_memory_is_none_of_the_providers_business(
    elevenlabs, ears
):
    repertoire = Repertoire([GREETING])
    async with speaking(elevenlabs, ears, repertoire) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.finished()
    elevenlabs.journal.clear()
    async with speaking(elevenlabs, ears, repertoire) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.played(0.8)
        await call.push(InterruptionFrame())
        (heard,) = await call.memory()
        assert GREETING.startswith(heard)
        assert len(heard) <= len("Hi, this is Echo.")
    assert not elevenlabs.noted("text")
    assert not elevenlabs.noted("close")


# What is refused


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"api_key": SecretStr("wrong")}, "Invalid API key"),
        ({"voice": "nobody"}, "voice_id nobody"),
        ({"model": "eleven_x"}, "model_id eleven_x"),
    ],
)
async def test_what_elevenlabs_refuses_is_an_error_once_and_for_good(
    elevenlabs, ears, settings, words
):
    async with speaking(elevenlabs, ears, **settings) as call:
        assert words in await call.error()
        (error,) = call.notes.of(ErrorFrame)
        assert not error.processor.is_usable
    assert elevenlabs.connections == 1


@pytest.mark.parametrize(
    "message",
    [
        "no JSON",
        '{"text": "Hello ", "context_id": "a", "colour": "red"}',
        '{"text": "Hello ", "context_id": "a", "voice_settings": {"stability": 2}}',
        '{"text": "Hello "}',
    ],
)
async def test_a_careless_client_is_put_out(elevenlabs, message):
    told, code = await talk(elevenlabs, message)
    assert told["error"] == "invalid_input_message"
    assert code == 1008


async def test_a_sixth_context_is_too_many(elevenlabs):
    told, code = await talk(
        elevenlabs, *(f'{{"text": " ", "context_id": "{i}"}}' for i in range(6))
    )
    assert told["error"] == "max_active_conversations"
    assert code == 1008


async def test_without_auto_mode_a_short_text_waits_for_a_flush(elevenlabs):
    async with asyncio.timeout(15), aiohttp.ClientSession() as http:
        url = address(elevenlabs, "pcm_16000", "false")
        async with http.ws_connect(url, headers={"xi-api-key": "a-key"}) as socket:
            await socket.send_str('{"text": "Okay, ", "context_id": "a"}')
            with pytest.raises(TimeoutError):
                await socket.receive(timeout=0.2)
            await socket.send_str('{"context_id": "a", "flush": true}')
            assert (await socket.receive_json())["alignment"]["chars"][:2] == ["O", "k"]


async def test_a_format_of_a_telephone_is_half_as_many_bytes(elevenlabs):
    async with asyncio.timeout(15), aiohttp.ClientSession() as http:
        sizes = []
        for output in ("pcm_8000", "ulaw_8000"):
            url = address(elevenlabs, output)
            async with http.ws_connect(url, headers={"xi-api-key": "a-key"}) as socket:
                await socket.send_str('{"text": "Okay. ", "context_id": "a"}')
                sizes.append(len((await socket.receive_json())["audio"]))
    assert sizes[0] == pytest.approx(2 * sizes[1], abs=8)


async def talk(elevenlabs: ElevenLabs, *messages: str) -> tuple[dict, int | None]:
    """The last answer to a client of one's own, and how the socket was closed."""
    async with asyncio.timeout(15), aiohttp.ClientSession() as http:
        url = address(elevenlabs)
        async with http.ws_connect(url, headers={"xi-api-key": "a-key"}) as socket:
            for message in messages:
                await socket.send_str(message)
            told = await socket.receive_json()
            await socket.receive()
            return told, socket.close_code


def address(elevenlabs: ElevenLabs, output: str = "pcm_16000", auto: str = "true") -> str:
    path = f"/v1/text-to-speech/{SARAH}/multi-stream-input"
    return (
        f"{elevenlabs.url}{path}?model_id=eleven_flash_v2&output_format={output}&auto_mode={auto}"
    )


# Faults do on the wire what they say


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_refused_connection_is_an_error(elevenlabs, ears, status):
    elevenlabs.will(Refuse(status))
    async with speaking(elevenlabs, ears) as call:
        assert str(status) in await call.error()


async def test_late_is_late(elevenlabs, ears):
    elevenlabs.will(Late(0.5))
    async with speaking(elevenlabs, ears) as call:
        began = asyncio.get_running_loop().time()
        await call.say("Hello", " there", ".")
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        assert asyncio.get_running_loop().time() - began >= 0.5


async def test_a_stall_leaves_a_part(elevenlabs, ears):
    elevenlabs.will(Stall(after=2))
    async with speaking(elevenlabs, ears) as call:
        await call.say("One", " two", " three", " four", " five", " six", ".")
        await call.finished()
        assert 0.3 < secs(call) < 0.6


async def test_a_dropped_connection_is_opened_again(elevenlabs, ears):
    elevenlabs.will(Drop(after=1))
    async with speaking(elevenlabs, ears) as call:
        await call.say("One", " two", " three", " four", " five", " six", ".")
        await twice_connected(elevenlabs)
        await call.finished()
        await call.say("Seven", ".")
        await call.finished()
        assert (await call.memory())[-1].endswith("Seven.")


async def test_a_success_without_audio_is_an_error(elevenlabs, ears):
    elevenlabs.will(Empty())
    async with speaking(elevenlabs, ears) as call:
        await call.say("Hello", ".")
        assert "no audio" in await call.error()


async def test_a_message_without_a_meaning_changes_nothing(elevenlabs, ears):
    elevenlabs.will(Send('{"weather": "fine", "contextId": "x"}', after=1))
    async with speaking(elevenlabs, ears) as call:
        await call.say("One", " two", " three", ".")
        await call.finished()
        assert await call.memory() == ["One two three."]


async def test_a_message_that_is_no_json_costs_the_reply_and_not_the_call(elevenlabs, ears):
    elevenlabs.will(Send("<html>", after=1))
    async with speaking(elevenlabs, ears) as call:
        await call.say("One", " two", " three", " four", ".")
        await twice_connected(elevenlabs)
        await call.finished()
        await call.say("Five", ".")
        await call.finished()
        assert (await call.memory())[-1].endswith("Five.")
