"""Providers that were passed over are asked beside the calls, and serve again when well."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from pydantic import SecretStr

from bot.providers.clients import Clients
from bot.providers.clip import Clip
from bot.providers.health import Health, HealthPolicy
from bot.providers.lineup import candidates
from bot.providers.llm import Brief
from bot.providers.local.voice import VoiceSettings, load
from bot.providers.probe import ANSWER_SECS, keep_probing
from bot.providers.role import Role
from bot.providers.settings import (
    CartesiaSettings,
    DeepgramSettings,
    OpenAISettings,
    ProviderSettings,
)
from bot.providers.warm import Engines
from bot.turns import Ears
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted as Hears
from tests.emulators.mind import Scripted as Says
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import Fault, Provider, Refuse, Stall, serving

BRIEF = Brief("You are Echo.", "Hi.", datetime.now)
POLICY = HealthPolicy(rest_secs=0.05, longest_rest_secs=0.05)
IMPATIENT_SECS = 1.0
"""So that one who says nothing has soon been asked twice."""


@pytest.fixture(scope="module")
def speech() -> Clip:
    voice = load(VoiceSettings())
    return Clip(voice.synthesise("Good morning."), voice.sample_rate)


def settings_for(provider: Provider) -> ProviderSettings:
    key, url = SecretStr(provider.key), provider.url
    match provider:
        case Deepgram():
            return ProviderSettings(deepgram=DeepgramSettings(api_key=key, base_url=url))
        case OpenAIChat():
            return ProviderSettings(openai=OpenAISettings(api_key=key, base_url=f"{url}/v1"))
        case _:
            socket = f"{url.replace('http', 'ws', 1)}/tts/websocket"
            return ProviderSettings(cartesia=CartesiaSettings(api_key=key, base_url=socket))


@asynccontextmanager
async def probing(
    provider: Provider, speech: Clip, answer_secs: float = ANSWER_SECS
) -> AsyncIterator[Health]:
    clients, health = Clients(), Health(POLICY)
    engines = Engines(Ears(), None, None, None, clients, health=health)
    able = candidates(settings_for(provider), engines, BRIEF)
    probes = asyncio.create_task(keep_probing(able, health, speech, 0.1, answer_secs))
    try:
        yield health
    finally:
        probes.cancel()
        await asyncio.wait([probes])
        await clients.aclose()


async def state_becomes(health: Health, role: Role, name: str, states: Sequence[str]) -> None:
    async with asyncio.timeout(10):
        while health.state(role, name, asyncio.get_running_loop().time()) not in states:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


PROVIDERS = [
    pytest.param("STT", "deepgram", lambda: Deepgram(ear=Hears(["Good morning."])), id="ears"),
    pytest.param("LLM", "openai", lambda: OpenAIChat(mind=Says(["Hello."])), id="model"),
    pytest.param("TTS", "cartesia", Cartesia, id="voice"),
]


@pytest.mark.parametrize(("role", "name", "make"), PROVIDERS)
async def test_who_is_well_again_serves_again(speech, role: Role, name: str, make):
    provider = make()
    async with serving(provider), probing(provider, speech) as health:
        health.failed(role, name, "quota", asyncio.get_running_loop().time())
        await state_becomes(health, role, name, ["closed"])
    assert provider.connections >= 1


@pytest.mark.parametrize("fault", [Refuse(503), Stall()], ids=["refuses", "open-but-silent"])
@pytest.mark.parametrize(("role", "name", "make"), PROVIDERS)
async def test_who_is_not_goes_on_resting(speech, role: Role, name: str, make, fault: Fault):
    provider = make()
    provider.will(*[fault] * 50)
    async with serving(provider), probing(provider, speech, IMPATIENT_SECS) as health:
        health.failed(role, name, "quota", asyncio.get_running_loop().time())
        async with asyncio.timeout(25):
            while provider.connections < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        now_secs = asyncio.get_running_loop().time()
        assert health.state(role, name, now_secs) in ("open", "half open")


async def test_nobody_is_asked_while_all_is_well(speech):
    provider = OpenAIChat()
    async with serving(provider), probing(provider, speech):
        await asyncio.sleep(0.5)
    assert provider.connections == 0
