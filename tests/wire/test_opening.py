"""Replies that begin out of memory: the same sound and words, before the provider can speak."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.services.tts_service import TTSService

from bot.providers.by_heart import Repertoire
from bot.turns import Ears
from tests.emulators.cartesia import Cartesia
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.mouth import SECS_A_CHARACTER
from tests.emulators.provider import BUDGET, Provider, serving
from tests.wire import test_cartesia, test_elevenlabs
from tests.wire.held_up import held_up
from tests.wire.test_local_tts import Call, calling

OPENING = "Okay,"
REST = "your order is on its way."
TOKENS = ("Okay", ",", " your", " order", " is", " on", " its", " way", ".")
OPENING_SECS = (len(OPENING) + 1) * SECS_A_CHARACTER


class Voice:
    """One of the providers, and what it was asked to say."""

    def __init__(self, emulator: Provider, make: Callable[[Repertoire], TTSService]) -> None:
        self.emulator, self._make = emulator, make

    def service(self, repertoire: Repertoire) -> TTSService:
        return self._make(repertoire)

    @property
    def asked(self) -> list[str]:
        kind, field = ("generate", "transcript")
        if isinstance(self.emulator, ElevenLabs):
            kind, field = "text", "text"
        return [text for each in self.emulator.noted(kind) if (text := each[field].strip())]


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


@pytest.fixture(params=["cartesia", "elevenlabs"])
async def voice(request: pytest.FixtureRequest, ears: Ears) -> AsyncIterator[Voice]:
    if request.param == "cartesia":
        cartesia = Cartesia()
        voice = Voice(cartesia, lambda known: test_cartesia.service(cartesia, ears, known))
    else:
        elevenlabs = ElevenLabs()
        voice = Voice(elevenlabs, lambda known: test_elevenlabs.service(elevenlabs, ears, known))
    async with serving(voice.emulator):
        yield voice


@asynccontextmanager
async def speaking(voice: Voice) -> AsyncIterator[Call]:
    """To a caller, by a voice that knows the opening."""
    repertoire = Repertoire([OPENING])
    async with calling(tts=voice.service(repertoire)) as call:
        await call.push(TTSSpeakFrame(OPENING, append_to_context=False))
        await call.finished()
    assert repertoire.known == 1
    voice.emulator.journal.clear()
    async with calling(tts=voice.service(repertoire)) as call:
        yield call


async def remembers(call: Call, ending: str) -> None:
    """Until the last thing that is remembered ends so; at most 15 s."""
    async with asyncio.timeout(15):
        while not (said := call.remembered()) or not said[-1].endswith(ending):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_provider_is_asked_for_the_rest_and_the_reply_is_remembered_whole(voice):
    async with speaking(voice) as call:
        await call.say(*TOKENS)
        await call.finished()
        assert await call.memory() == [f"{OPENING} {REST}"]
    assert voice.asked == [REST]


async def test_the_opening_is_heard_before_the_provider_can_have_spoken(voice):
    voice.emulator.profile = BUDGET
    async with held_up() as held, speaking(voice) as call:
        began = asyncio.get_running_loop().time()
        await call.say(*TOKENS)
        await asyncio.wait_for(call.speaker.started.wait(), 15)
        spoke = asyncio.get_running_loop().time()
    assert spoke - began < 0.1 + held.secs(began, spoke)


async def test_nothing_is_heard_twice_and_a_breath_is_drawn_between(voice):
    async with speaking(voice) as call:
        await call.say(*TOKENS)
        await call.finished()
        sounding = np.abs(call.samples().astype(int)) > 164
        said_secs = (len(OPENING) + 1 + len(REST) + 1) * SECS_A_CHARACTER
        assert len(sounding) / 24_000 == pytest.approx(said_secs + 0.12, abs=0.15)


async def test_an_opening_that_is_all_of_a_reply_asks_nobody(voice):
    async with speaking(voice) as call:
        await call.say("Okay", ",")
        await call.finished()
        assert await call.memory() == [OPENING]
        await call.say("It", " is", " on", " its", " way", ".")  # and the next is as any other
        await remembers(call, "It is on its way.")
    assert voice.asked == ["It is on its way."]


async def test_an_interruption_behind_the_opening_keeps_what_was_heard_of_the_rest(voice):
    async with speaking(voice) as call:
        await call.push(LLMFullResponseStartFrame())  # and its end is still to come
        for token in ("Okay", ",", " one", " two", " three", " four", " five", " six", ". And"):
            await call.push(LLMTextFrame(token))
        await call.played(OPENING_SECS + 0.12 + 10 * SECS_A_CHARACTER)
        await call.push(InterruptionFrame())
        (heard,) = await call.memory()
        assert heard.startswith("Okay, one two")
        assert "six" not in heard


async def test_an_interruption_within_the_opening_leaves_the_voice_able_to_go_on(voice):
    async with speaking(voice) as call:
        await call.push(LLMFullResponseStartFrame(), LLMTextFrame("Okay"), LLMTextFrame(","))
        await call.played(0.05)
        await call.push(InterruptionFrame())
        await call.finished()
        assert voice.asked == []
        await call.say(*TOKENS)
        await remembers(call, f"{OPENING} {REST}")
    assert voice.asked == [REST]


async def test_what_begins_otherwise_is_spoken_by_the_provider(voice):
    async with speaking(voice) as call:
        await call.say("Your", " order", " is", " okay", ",", " and", " it", " comes", ".")
        await call.finished()
    assert " ".join(voice.asked) == "Your order is okay, and it comes."
