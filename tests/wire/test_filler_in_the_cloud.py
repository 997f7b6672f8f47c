"""Fillers and their answers by a voice in the cloud: what lies between them, and what is kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pipecat.frames.frames import TTSTextFrame
from pipecat.services.tts_service import TTSService
from pydantic import SecretStr

from bot.providers.by_heart import Repertoire
from bot.providers.choice import Choice
from bot.providers.local.voice import VoiceSettings, load
from bot.providers.settings import CartesiaSettings, ElevenLabsSettings, ProviderSettings
from bot.providers.tts import tts
from bot.providers.warm import Engines
from bot.turns import Ears
from processors.patience import FillerPolicy
from tests.emulators.cartesia import Cartesia
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.mouth import Hibari
from tests.emulators.provider import BUDGET, serving
from tests.small_call import Call, Pace, Reply, SmallCall, small_call
from tests.wire.held_up import held_up
from tests.wire.test_filler_timing import heard_all

POLICY = FillerPolicy(openings={"look_up_order": ("Let me look that up for you.",)})
TOOL_SECS = 0.9
LOOKS_UP = Reply(calls=(Call("look_up_order", TOOL_SECS),))
ANSWER = Reply(texts=("Your order 1042 ", "has shipped."))


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def cartesia() -> AsyncIterator[Cartesia]:
    emulator = Cartesia(profile=BUDGET)
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def elevenlabs() -> AsyncIterator[ElevenLabs]:
    emulator = ElevenLabs(profile=BUDGET)
    async with serving(emulator):
        yield emulator


def by_cartesia(cartesia: Cartesia, engines: Engines) -> TTSService:
    url = f"{cartesia.url.replace('http', 'ws', 1)}/tts/websocket"
    part = CartesiaSettings(api_key=SecretStr("a-key"), base_url=url)
    return tts(Choice("TTS", "cartesia", ""), ProviderSettings(cartesia=part), engines)


def by_elevenlabs(elevenlabs: ElevenLabs, engines: Engines) -> TTSService:
    url = elevenlabs.url.replace("http", "ws", 1)
    part = ElevenLabsSettings(api_key=SecretStr("a-key"), base_url=url)
    return tts(Choice("TTS", "elevenlabs", ""), ProviderSettings(elevenlabs=part), engines)


async def looked_up(voice: TTSService, answer: Reply) -> tuple[SmallCall, object]:
    """A call in which a tool outlasts the caller's patience, and what it remembers last."""
    pace = Pace(thinks_secs=0.1)
    async with small_call(
        LOOKS_UP, answer, policy=POLICY, voice=voice, rate_hz=24_000, pace=pace
    ) as call:
        await call.run()
        await asyncio.sleep(TOOL_SECS + 0.5)
        await heard_all(call)
        return call, call.context.get_messages()[-1]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_the_answer_is_asked_for_while_the_filler_plays(
    cartesia, elevenlabs, ears, provider, known
):
    repertoire = Repertoire(POLICY.phrases if known else ())
    engines = Engines(ears, None, None, None, repertoire=repertoire)
    emulator, kind, by = {
        "cartesia": (cartesia, "generate", by_cartesia),
        "elevenlabs": (elevenlabs, "text", by_elevenlabs),
    }[provider]
    if known:
        await looked_up(by(emulator, engines), ANSWER)
        emulator.journal.clear()
    async with held_up() as held:
        call, last = await looked_up(by(emulator, engines), ANSWER)

    asked = [entry for entry in emulator.journal if entry.kind == kind]
    fillers = [each for each in asked if "look that up" in str(each.body)]
    (answer,) = [each for each in asked if "1042" in str(each.body)]
    assert bool(fillers) is not known
    (filler_secs, remembered), (answer_secs, answer_remembered) = call.ear.utterances
    assert (remembered, answer_remembered) == (False, True)
    written_secs = call.script.runs_secs[1] + call.script.pace.thinks_secs
    late_secs = held.secs(written_secs, answer.at_secs)
    assert answer.at_secs - written_secs < 0.25 + late_secs
    assert filler_secs < answer.at_secs < answer_secs
    assert last == {"role": "assistant", "content": "Your order 1042 has shipped."}


@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_an_answer_of_one_word_behind_a_filler_is_remembered(
    cartesia, elevenlabs, ears, provider
):
    engines = Engines(ears, None, None, None, repertoire=Repertoire(POLICY.phrases))
    voice = {
        "cartesia": lambda: by_cartesia(cartesia, engines),
        "elevenlabs": lambda: by_elevenlabs(elevenlabs, engines),
    }[provider]()
    _, last = await looked_up(voice, Reply(texts=("Yes.",)))
    assert last == {"role": "assistant", "content": "Yes."}


@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_an_answer_that_is_ready_early_cuts_the_filler_at_its_clause(ears, provider):
    mouth = Hibari(load(VoiceSettings()))
    engines = Engines(ears, None, None, None, repertoire=Repertoire())
    emulator = (Cartesia if provider == "cartesia" else ElevenLabs)(profile=BUDGET, mouth=mouth)
    policy = FillerPolicy(openings={"look_up_order": ("Give me just one second, I am looking.",)})
    quick = Reply(calls=(Call("look_up_order", 0.4),))
    async with serving(emulator):
        voice = (by_cartesia if provider == "cartesia" else by_elevenlabs)(emulator, engines)
        async with small_call(
            quick, ANSWER, policy=policy, voice=voice, rate_hz=24_000, pace=Pace(thinks_secs=0.1)
        ) as call:
            await call.run()
            await asyncio.sleep(1)
            await heard_all(call)
    words = [
        frame.text.strip()
        for _, source, frame in call.frames.pushed
        if source is call.ear and isinstance(frame, TTSTextFrame)
    ]
    assert " ".join(words) == "Give me just one second, Your order 1042 has shipped."
    last = call.context.get_messages()[-1]
    assert last == {"role": "assistant", "content": "Your order 1042 has shipped."}
