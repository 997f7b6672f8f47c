"""The check before the first call, against providers that take the key and such that do not."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.house import open_house
from bot.providers.check import RefusedError, check
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    ElevenLabsSettings,
    MissingKeyError,
    OpenAISettings,
    ProviderSettings,
)
from bot.tools.database import StoreSettings
from tests.emulators.anthropic import Anthropic
from tests.emulators.cartesia import Cartesia
from tests.emulators.deepgram import Deepgram
from tests.emulators.elevenlabs import ElevenLabs
from tests.emulators.flux import Flux
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import serving

KEY = SecretStr("a-key")
WRONG = SecretStr("wrong")


@pytest.fixture
async def gpt() -> AsyncIterator[OpenAIChat]:
    emulator = OpenAIChat(models=("gpt-4.1", "gpt-4.1-mini", "Qwen/Qwen3-8B"))
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def claude() -> AsyncIterator[Anthropic]:
    emulator = Anthropic()
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def cartesia() -> AsyncIterator[Cartesia]:
    emulator = Cartesia()
    async with serving(emulator):
        yield emulator


@pytest.fixture
async def elevenlabs() -> AsyncIterator[ElevenLabs]:
    emulator = ElevenLabs()
    async with serving(emulator):
        yield emulator


def of_openai(url: str, api_key: SecretStr | None = KEY, **changed: str) -> ProviderSettings:
    openai = OpenAISettings(api_key=api_key, base_url=f"{url}/v1", **changed)
    return ProviderSettings(openai=openai)


def of_anthropic(url: str, api_key: SecretStr = KEY, **changed: str) -> ProviderSettings:
    return ProviderSettings(anthropic=AnthropicSettings(api_key=api_key, base_url=url, **changed))


async def warnings(settings: ProviderSettings) -> list[str]:
    said: list[str] = []
    await check(settings, said.append)
    return said


@pytest.mark.parametrize("model", ["gpt-4.1", "Qwen/Qwen3-8B"])
async def test_openai_takes_a_good_key_and_a_model_it_has(gpt: OpenAIChat, model: str):
    assert await warnings(of_openai(gpt.url, model=model)) == []
    assert gpt.noted("refused") == []


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-haiku-4-5-20251001"])
async def test_anthropic_takes_a_good_key_and_a_model_or_its_alias(claude: Anthropic, model: str):
    assert await warnings(of_anthropic(claude.url, model=model)) == []
    assert claude.noted("refused") == []


@pytest.mark.parametrize("stt", ["deepgram", "flux"])
async def test_deepgram_takes_a_good_key_and_refuses_a_wrong_one(stt: str):
    emulator = Flux() if stt == "flux" else Deepgram()
    async with serving(emulator):

        def of(key: SecretStr) -> ProviderSettings:
            return ProviderSettings(
                stt=stt, deepgram=DeepgramSettings(api_key=key, base_url=emulator.url)
            )

        assert await warnings(of(KEY)) == []
        with pytest.raises(RefusedError, match=r"DEEPGRAM_API_KEY is refused by .*STT=local"):
            await warnings(of(WRONG))


@pytest.mark.parametrize("model", ["nova-3", "nova-3-general", "nova-2-medical"])
async def test_deepgram_has_its_models_by_their_names_and_kinds(model: str):
    assert await of_nova(model) == []


async def test_an_unknown_deepgram_model_is_told_with_those_there_are_and_may_be_ones_own():
    (line,) = await of_nova("nova3-general")
    assert "Unknown DEEPGRAM_MODEL 'nova3-general'" in line
    assert "choose nova-3-general" in line


async def of_nova(model: str) -> list[str]:
    emulator = Deepgram()
    async with serving(emulator):
        deepgram = DeepgramSettings(api_key=KEY, base_url=emulator.url, model=model)
        return await warnings(ProviderSettings(stt="deepgram", deepgram=deepgram))


async def test_who_only_follows_another_is_told_of_and_stops_nothing(
    gpt: OpenAIChat, claude: Anthropic
):
    settings = ProviderSettings(
        openai=OpenAISettings(api_key=KEY, base_url=f"{gpt.url}/v1"),
        anthropic=AnthropicSettings(api_key=WRONG, base_url=claude.url),
    )
    (line,) = await warnings(settings)
    assert "ANTHROPIC_API_KEY is refused" in line


async def test_openai_refuses_a_wrong_key(gpt: OpenAIChat):
    with pytest.raises(RefusedError) as refused:
        await warnings(of_openai(gpt.url, WRONG))
    assert str(refused.value) == (
        f"OPENAI_API_KEY is refused by {gpt.url}/v1: invalid_api_key. "
        "Set another, or choose LLM=local."
    )


async def test_anthropic_refuses_a_wrong_key(claude: Anthropic):
    with pytest.raises(RefusedError) as refused:
        await warnings(of_anthropic(claude.url, WRONG))
    assert str(refused.value) == (
        f"ANTHROPIC_API_KEY is refused by {claude.url}: authentication_error. "
        "Set another, or choose LLM=local."
    )


@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_a_voice_in_the_cloud_takes_a_good_key_and_refuses_a_wrong_one(
    cartesia: Cartesia, elevenlabs: ElevenLabs, provider: str
):
    part, name = of_voice(cartesia, elevenlabs, provider), f"{provider.upper()}_API_KEY"
    assert await warnings(part(KEY)) == []
    with pytest.raises(RefusedError, match=f"{name} is refused by .* or choose TTS=local."):
        await warnings(part(WRONG))


@pytest.mark.parametrize("provider", ["cartesia", "elevenlabs"])
async def test_an_unknown_voice_is_answered_with_those_there_are(
    cartesia: Cartesia, elevenlabs: ElevenLabs, provider: str
):
    emulator = cartesia if provider == "cartesia" else elevenlabs
    emulator.voices = ("anna", "bert")
    (line,) = await warnings(of_voice(cartesia, elevenlabs, provider)(KEY, voice="anne"))
    name = f"{provider.upper()}_VOICE"
    assert line == f"Unknown {name} 'anne' at {emulator.url}; choose anna or bert."


def of_voice(cartesia: Cartesia, elevenlabs: ElevenLabs, provider: str):
    def of_cartesia(key: SecretStr, **changed: str) -> ProviderSettings:
        url = f"{cartesia.url.replace('http', 'ws', 1)}/tts/websocket"
        return ProviderSettings(cartesia=CartesiaSettings(api_key=key, base_url=url, **changed))

    def of_elevenlabs(key: SecretStr, **changed: str) -> ProviderSettings:
        url = elevenlabs.url.replace("http", "ws", 1)
        part = ElevenLabsSettings(api_key=key, base_url=url, **changed)
        return ProviderSettings(elevenlabs=part)

    return of_cartesia if provider == "cartesia" else of_elevenlabs


async def test_a_server_of_ones_own_that_needs_no_key_is_asked_without_one(gpt: OpenAIChat):
    gpt.key = ""
    assert await warnings(of_openai(gpt.url, None)) == []


async def test_a_server_that_needs_a_key_says_so(gpt: OpenAIChat):
    with pytest.raises(RefusedError, match="OPENAI_API_KEY is not set, and http"):
        await warnings(of_openai(gpt.url, None))


async def test_an_unknown_model_is_answered_with_those_there_are(
    gpt: OpenAIChat, claude: Anthropic
):
    assert await warnings(of_openai(gpt.url, model="gpt-4.1-mono")) == [
        f"Unknown OPENAI_MODEL 'gpt-4.1-mono' at {gpt.url}/v1; "
        "choose gpt-4.1-mini, gpt-4.1 or Qwen/Qwen3-8B."
    ]
    (line,) = await warnings(of_anthropic(claude.url, model="claude-haiku-9"))
    assert line.startswith(f"Unknown ANTHROPIC_MODEL 'claude-haiku-9' at {claude.url}; choose cl")


async def test_a_provider_that_cannot_be_reached_is_only_a_warning():
    assert await warnings(of_openai("http://127.0.0.1:1")) == [
        "OPENAI_API_KEY could not be checked at http://127.0.0.1:1/v1: ClientConnectorError."
    ]


async def test_a_provider_that_does_not_answer_is_given_up():
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and no more
        began_secs = time.monotonic()
        settings = of_openai(f"http://127.0.0.1:{silent.getsockname()[1]}")
        await check(settings, said.append, deadline_secs=0.1)
    assert said[0].endswith(": TimeoutError.")
    assert time.monotonic() - began_secs < 5


async def test_without_a_key_nobody_is_asked():
    with pytest.raises(MissingKeyError, match="ANTHROPIC_API_KEY is not set"):
        await warnings(ProviderSettings(llm="anthropic"))
    assert await warnings(ProviderSettings()) == []


async def test_a_house_does_not_open_with_a_key_that_is_refused(gpt: OpenAIChat, tmp_path: Path):
    settings = Settings(
        stt="deepgram",
        tts="cartesia",
        deepgram=DeepgramSettings(api_key=KEY),
        cartesia=CartesiaSettings(api_key=KEY, base_url="ws://127.0.0.1:1/tts/websocket"),
        openai=OpenAISettings(api_key=WRONG, base_url=f"{gpt.url}/v1"),
        database=StoreSettings(url=f"sqlite+aiosqlite:///{tmp_path}/echo.db"),
    )
    with pytest.raises(RefusedError, match="OPENAI_API_KEY is refused by"):
        async with open_house(settings, progress=str):
            pass
