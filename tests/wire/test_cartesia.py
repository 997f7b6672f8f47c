"""Cartesia's service as it is, against a server that speaks its wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.services.tts_service import TTSService
from pydantic import SecretStr

from bot.providers.by_heart import Repertoire
from bot.providers.choice import Choice
from bot.providers.rehearsal import practise
from bot.providers.settings import CartesiaSettings, ProviderSettings
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import Ears
from tests.emulators.cartesia import VOICES, Cartesia
from tests.emulators.mouth import SECS_A_CHARACTER
from tests.emulators.provider import BUDGET, Drop, Empty, Late, Refuse, Send, Stall, serving
from tests.wire.held_up import held_up
from tests.wire.test_local_tts import Call, calling

CHOICE = Choice("TTS", "cartesia", "CARTESIA_API_KEY is set")
GREETING = "Hi, this is Echo. How can I help?"


@pytest.fixture
async def cartesia() -> AsyncIterator[Cartesia]:
    emulator = Cartesia()
    async with serving(emulator):
        yield emulator


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


def service(
    cartesia: Cartesia, ears: Ears, repertoire: Repertoire | None = None, **settings: object
) -> TTSService:
    part = {"api_key": SecretStr("a-key"), "base_url": socket_of(cartesia), **settings}
    engines = Engines(ears, None, None, None, repertoire=repertoire or Repertoire())
    return tts(CHOICE, ProviderSettings(cartesia=CartesiaSettings(**part)), engines)


@asynccontextmanager
async def speaking(
    cartesia: Cartesia, ears: Ears, repertoire: Repertoire | None = None, **settings: object
) -> AsyncIterator[Call]:
    async with calling(tts=service(cartesia, ears, repertoire, **settings)) as call:
        yield call


def socket_of(cartesia: Cartesia) -> str:
    return f"{cartesia.url.replace('http', 'ws', 1)}/tts/websocket"


def secs(call: Call) -> float:
    return len(call.samples()) / 24_000


async def test_a_reply_is_spoken_whole_and_remembered_as_it_was_written(cartesia, ears):
    async with speaking(cartesia, ears) as call:
        await call.say("Your", " order", " 10", "42", " is", " on", " its", " way", ".")
        await call.finished()
        assert await call.memory() == ["Your order 1042 is on its way."]
        assert secs(call) > 1.5
        assert np.abs(call.samples().astype(int)).max() > 5_000


async def test_clauses_go_out_as_they_come_and_the_end_is_told(cartesia, ears):
    async with speaking(cartesia, ears) as call:
        await call.say("Okay", ",", " your", " order", " is", " on", " its", " way", ".")
        await call.finished()
    asked = cartesia.noted("generate")
    assert [each["transcript"] for each in asked] == ["Okay, ", "your order is on its way. ", ""]
    assert [each["continue"] for each in asked] == [True, True, False]
    assert {each["max_buffer_delay_ms"] for each in asked} == {0}
    assert len({each["context_id"] for each in asked}) == 1


async def test_the_first_sound_comes_as_late_as_the_provider_is(cartesia, ears):
    cartesia.profile = BUDGET
    async with held_up() as held, speaking(cartesia, ears) as call:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await call.say("Yes", ",", " it", " is", ".")
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        spoke = loop.time()
    assert 0.13 <= spoke - began < 0.4 + held.secs(began, spoke)


async def test_it_is_connected_before_there_is_anything_to_say(cartesia, ears):
    async with speaking(cartesia, ears):
        await cartesia.until_noted("connect")
        assert not cartesia.noted("generate")


async def test_an_interruption_cancels_and_keeps_what_was_heard(cartesia, ears):
    async with speaking(cartesia, ears) as call:
        await call.push(LLMFullResponseStartFrame())  # and its end is still to come
        for word in ["One", "two", "three", "four", "five", "six", "seven", "eight.", "And"]:
            await call.push(LLMTextFrame(f"{word} "))
        await call.played(0.9)
        await call.push(InterruptionFrame())
        (heard,) = await call.memory()
        assert heard.startswith("One two")
        assert "eight" not in heard
        await cartesia.until_noted("cancel")


async def test_a_greeting_is_asked_for_once(cartesia, ears):
    repertoire = Repertoire([GREETING])
    for _ in range(2):
        async with speaking(cartesia, ears, repertoire) as call:
            await call.push(TTSSpeakFrame(GREETING))
            await call.finished()
            assert await call.memory() == [GREETING]
            assert secs(call) > 1.5
    said = "".join(each["transcript"] for each in cartesia.noted("generate"))
    assert said.strip() == GREETING


async def test_a_phrase_from_memory_in_a_reply_does_not_cut_it_off(cartesia, ears):
    repertoire = Repertoire([GREETING])
    async with speaking(cartesia, ears, repertoire) as call:
        await call.push(TTSSpeakFrame(GREETING))
        await call.finished()
    cartesia.profile = BUDGET
    async with speaking(cartesia, ears, repertoire) as call:
        await call.push(LLMFullResponseStartFrame(), LLMTextFrame("One two three. "))
        await call.push(TTSSpeakFrame(GREETING, append_to_context=False))
        await call.push(LLMFullResponseEndFrame())
        spoken_secs = (len("One two three. ") + len(f"{GREETING} ")) * SECS_A_CHARACTER
        async with asyncio.timeout(6):
            while secs(call) < spoken_secs:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await call.memory() == ["One two three."]
        assert not call.notes.of(ErrorFrame)


async def test_the_repertoire_is_practised_one_phrase_after_the_other(cartesia, ears):
    phrases = ("One moment.", "Just a second.", "Let me see.")
    engines = Engines(ears, None, None, None, repertoire=Repertoire(phrases))
    part = CartesiaSettings(api_key=SecretStr("a-key"), base_url=socket_of(cartesia))
    async with asyncio.timeout(15):
        await practise(ProviderSettings(cartesia=part), engines, 24_000)
    said = [entry for entry in cartesia.journal if entry.kind == "done" or _text(entry.body)]
    assert [entry.kind for entry in said] == ["generate", "done"] * 3
    assert [_text(entry.body) for entry in said[::2]] == list(phrases)
    async with speaking(cartesia, ears, engines.repertoire) as call:
        await call.push(TTSSpeakFrame(phrases[1]))
        await call.finished()
    assert len(cartesia.noted("done")) == 3


def _text(body: object) -> str:
    return body.get("transcript", "").strip() if isinstance(body, dict) else ""


async def test_a_voice_that_cannot_practise_lets_go(cartesia, ears):
    engines = Engines(ears, None, None, None, repertoire=Repertoire(["One moment.", "Let me see."]))
    part = CartesiaSettings(api_key=SecretStr("wrong"), base_url=socket_of(cartesia))
    async with asyncio.timeout(15):
        await practise(ProviderSettings(cartesia=part), engines, 24_000)
    assert not cartesia.noted("generate")


async def test_a_short_reply_behind_a_greeting_is_remembered_after_it(cartesia, ears):
    repertoire = Repertoire([GREETING])
    for _ in range(2):
        async with speaking(cartesia, ears, repertoire) as call:
            await call.push(TTSSpeakFrame(GREETING))
            await call.say("Yes", ".")
            async with asyncio.timeout(8):
                while len(call.remembered()) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert call.remembered() == [GREETING, "Yes."]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": "nobody"}, "voice not found"),
        ({"model": "opera-1"}, "model not found"),
        ({"language": "tlh"}, "language is not supported"),
    ],
)
async def test_what_cartesia_does_not_know_is_an_error_in_words(cartesia, ears, settings, words):
    async with speaking(cartesia, ears, **settings) as call:
        await call.say("Hello", ".")
        error = await call.error()
        assert words in error


async def test_a_bad_key_is_an_error(cartesia, ears):
    async with speaking(cartesia, ears, api_key=SecretStr("wrong")) as call:
        assert "401" in await call.error()
    assert not cartesia.noted("connect")


@pytest.mark.parametrize(
    ("delay_ms", "words"),
    [(0, "Hello"), (200, "Hello there"), (5_000, "Hello there.")],
)
async def test_tokens_are_held_for_a_sentence_or_for_as_long_as_they_may_be(
    cartesia, delay_ms, words
):
    first = await talk(
        cartesia, ["Hello", " there", ". How", " are you?"], delay_ms, pause_secs=0.15
    )
    assert first == words


async def talk(cartesia: Cartesia, tokens: list[str], delay_ms: int, pause_secs: float) -> str:
    """The words spoken first to a client of one's own that sends tokens."""
    request = {
        "model_id": "sonic-3",
        "voice": {"mode": "id", "id": VOICES[0]},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8_000},
        "context_id": "a",
        "add_timestamps": True,
        "max_buffer_delay_ms": delay_ms,
    }
    query = f"?api_key={cartesia.key}&cartesia_version=2026-03-01"
    async with (
        asyncio.timeout(15),
        aiohttp.ClientSession() as http,
        http.ws_connect(socket_of(cartesia) + query) as socket,
    ):
        for token in tokens:
            await socket.send_json(request | {"transcript": token, "continue": True})
            await asyncio.sleep(pause_secs)
        while (told := await socket.receive_json())["type"] != "timestamps":
            pass
        return " ".join(told["word_timestamps"]["words"])


async def test_an_idle_socket_that_was_closed_is_open_again_before_the_next_word(cartesia, ears):
    cartesia.idle_secs = 0.3
    async with speaking(cartesia, ears) as call:
        await cartesia.until_noted("closed")
        cartesia.idle_secs = 20
        await twice_connected(cartesia)
        await call.say("Still", " here", ".")
        await call.finished()
        assert await call.memory() == ["Still here."]
        assert not call.notes.of(ErrorFrame)


# Faults do on the wire what they say


async def test_a_refused_connection_is_an_error(cartesia, ears):
    cartesia.will(Refuse(503))
    async with speaking(cartesia, ears) as call:
        assert "503" in await call.error()


async def test_late_is_late(cartesia, ears):
    cartesia.will(Late(0.5))
    async with speaking(cartesia, ears) as call:
        began = asyncio.get_running_loop().time()
        await call.say("Hello", " there", ".")
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        assert asyncio.get_running_loop().time() - began >= 0.5


async def test_a_stall_leaves_a_part(cartesia, ears):
    cartesia.will(Stall(after=3))
    async with speaking(cartesia, ears) as call:
        await call.say("One", " two", " three", " four", " five", " six", ".")
        await call.finished()
        assert 0.2 < secs(call) < 0.45


async def test_a_dropped_connection_is_opened_again(cartesia, ears):
    cartesia.will(Drop(after=2))
    async with speaking(cartesia, ears) as call:
        await call.say("One", " two", " three", " four", " five", " six", ".")
        await asyncio.wait_for(twice_connected(cartesia), 10)


async def twice_connected(cartesia: Cartesia) -> None:
    while len(cartesia.noted("connect")) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_a_success_without_audio_is_an_error(cartesia, ears):
    cartesia.will(Empty())
    async with speaking(cartesia, ears) as call:
        await call.say("Hello", ".")
        assert "no audio" in await call.error()


async def test_an_unknown_message_is_an_error_and_the_speech_goes_on(cartesia, ears):
    cartesia.will(Send('{"type": "weather", "context_id": "x"}', after=1))
    async with speaking(cartesia, ears) as call:
        await call.say("One", " two", " three", ".")
        await call.finished()
        assert await call.memory() == ["One two three."]
