"""Which engine serves, and the reason that is printed at the start."""

import pytest
from pydantic import SecretStr

from bot.providers.choice import choices
from bot.providers.settings import (
    CartesiaSettings,
    DeepgramSettings,
    MissingKeyError,
    OpenAISettings,
    ProviderSettings,
    required,
)

KEY = SecretStr("secret-key")


def test_without_keys_everything_is_local_and_says_which_key_is_missing():
    assert [str(choice) for choice in choices(ProviderSettings()).values()] == [
        "STT: local (no DEEPGRAM_API_KEY)",
        "LLM: local (no OPENAI_API_KEY)",
        "TTS: local (no CARTESIA_API_KEY)",
    ]


def test_a_key_brings_its_provider_and_is_not_printed():
    settings = ProviderSettings(
        deepgram=DeepgramSettings(api_key=KEY),
        openai=OpenAISettings(api_key=KEY),
        cartesia=CartesiaSettings(api_key=KEY),
    )
    assert [str(choice) for choice in choices(settings).values()] == [
        "STT: deepgram (DEEPGRAM_API_KEY is set)",
        "LLM: openai (OPENAI_API_KEY is set)",
        "TTS: cartesia (CARTESIA_API_KEY is set)",
    ]


def test_a_choice_that_was_made_counts_more_than_a_key():
    settings = ProviderSettings(stt="local", deepgram=DeepgramSettings(api_key=KEY))
    assert str(choices(settings)["STT"]) == "STT: local (STT=local)"


def test_a_provider_without_its_key_is_answered_with_both_ways_out():
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY is not set: set it, or choose LLM="):
        required(None, "OPENAI_API_KEY", "LLM=local")
