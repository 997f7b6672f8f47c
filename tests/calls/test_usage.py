"""Whole calls in the cloud: what was counted and what the providers would put on the bill."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import pytest
from loguru import logger

from bot.providers.local.tts import VoiceSettings, load
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    ElevenLabsSettings,
    OpenAISettings,
)
from evals.caller import place_call
from evals.performance import Manners
from evals.script import Say, Wait
from tests.calls.inside import Inside, inside, until
from tests.emulators import realtime_ear, realtime_mind, realtime_mouth
from tests.emulators.anthropic import Anthropic
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators import ear
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.flux import Flux
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.mouth import Hibari
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.openai_realtime import OpenAIRealtime
from tests.emulators.provider import BUDGET, Drop, Provider, serving

ORDER = Say("Where is my order one zero four two?")
THANKS = Say("Thank you very much.")
PATIENT = Manners(settle_secs=1.5)
SAID = "I will look that up. It is in the van, and comes tomorrow."
LOOKS_UP = Reply("", (Call("look_up_order", {"order_number": "1042"}),))
REPLIES = [LOOKS_UP, SAID, "You are welcome, have a nice day."]


class Sessions:
    """The summary of each call, as it is logged."""

    def __init__(self) -> None:
        self.ended: list[dict] = []

    def __call__(self, message) -> None:
        self.ended.append(message.record["extra"])

    async def next(self) -> dict:
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


def used(told: Mapping, provider: str) -> dict:
    (usage,) = [each for each in told["usages"] if each["provider"] == provider]
    return usage


def of_turns(record, provider: str, unit: str) -> float:
    turns = [each for turn in record.latencies for each in turn["usages"]]
    return sum(each[unit] for each in turns if each["provider"] == provider)


@asynccontextmanager
async def practised(*emulators: Provider) -> AsyncIterator[Inside]:
    """A server on these providers, whose voices know their phrases by heart; what that took is of
    no call."""

    async def is_done() -> bool:
        repertoire = echo.house.engines.repertoire
        return repertoire.known == len(repertoire.phrases)

    async with serving(*emulators):
        settings = dict(part for emulator in emulators for part in served_by(emulator).items())
        async with inside(greeting="Hi.", **settings) as echo:
            await until(is_done)
            for emulator in emulators:
                emulator.journal.clear()
            yield echo


def served_by(emulator: Provider) -> dict[str, object]:
    """The settings that make it serve its role."""
    key, url = emulator.key, emulator.url
    socket = url.replace("http", "ws", 1)
    match emulator:
        case Flux():
            return {"stt": "flux", "deepgram": DeepgramSettings(api_key=key, base_url=url)}
        case Deepgram():
            return {"stt": "deepgram", "deepgram": DeepgramSettings(api_key=key, base_url=url)}
        case OpenAIChat():
            return {"llm": "openai", "openai": OpenAISettings(api_key=key, base_url=f"{url}/v1")}
        case Anthropic():
            return {"llm": "anthropic", "anthropic": AnthropicSettings(api_key=key, base_url=url)}
        case Cartesia():
            settings = CartesiaSettings(api_key=key, base_url=f"{socket}/tts/websocket")
            return {"tts": "cartesia", "cartesia": settings}
        case ElevenLabs():
            settings = ElevenLabsSettings(api_key=key, base_url=socket)
            return {"tts": "elevenlabs", "elevenlabs": settings}
        case _:
            raise TypeError(emulator)


async def test_a_cascade_is_counted_as_its_providers_do(sessions: Sessions):
    ears = Deepgram(profile=BUDGET, ear=Whispering())
    model = OpenAIChat(profile=BUDGET, mind=Scripted(REPLIES))
    voice = Cartesia(profile=BUDGET, mouth=Hibari(load(VoiceSettings())))
    async with practised(ears, model, voice) as echo:
        record = await place_call(echo.url, [ORDER, THANKS], manners=PATIENT)
        told = await sessions.next()
        await ears.until_noted("closed")
    bill = model.noted("usage")
    openai = used(told, "openai")
    assert len(bill) == 3
    assert openai["prompt_tokens"] == sum(each["prompt_tokens"] for each in bill)
    assert openai["completion_tokens"] == sum(each["completion_tokens"] for each in bill)
    spoken = "".join(each["transcript"] for each in voice.noted("generate"))
    assert used(told, "cartesia")["characters"] == len(spoken)
    assert used(told, "deepgram")["audio_secs"] == pytest.approx(
        sum(ears.noted("heard_secs")), abs=0.1
    )
    for provider, unit in (("openai", "prompt_tokens"), ("cartesia", "characters")):
        assert of_turns(record, provider, unit) == used(told, provider)[unit]
