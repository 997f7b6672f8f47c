"""Which engine serves, and the reason that is printed at the start."""

import pytest
from pydantic import SecretStr

from bot.providers.choice import announced, choices, mode_of, orders, wrong_mode
from bot.providers.settings import (
    AnthropicSettings,
    CartesiaSettings,
    DeepgramSettings,
    ElevenLabsSettings,
    MissingKeyError,
    OpenAISettings,
    ProviderSettings,
    required,
)

KEY = SecretStr("secret-key")


def lines(settings: ProviderSettings) -> list[str]:
    return [str(choice) for choice in choices(settings).values()]


def test_without_keys_everything_is_local_and_says_which_keys_are_missing():
    assert lines(ProviderSettings()) == [
        "STT: local (no DEEPGRAM_API_KEY)",
        "LLM: local (no OPENAI_API_KEY or ANTHROPIC_API_KEY)",
        "TTS: local (no CARTESIA_API_KEY or ELEVENLABS_API_KEY)",
    ]


def test_a_key_brings_its_provider_and_is_not_printed():
    settings = ProviderSettings(
        deepgram=DeepgramSettings(api_key=KEY),
        anthropic=AnthropicSettings(api_key=KEY),
        elevenlabs=ElevenLabsSettings(api_key=KEY),
    )
    assert lines(settings) == [
        "STT: deepgram (DEEPGRAM_API_KEY is set)",
        "LLM: anthropic (ANTHROPIC_API_KEY is set)",
        "TTS: elevenlabs (ELEVENLABS_API_KEY is set)",
    ]


def test_of_several_keys_the_first_in_the_roles_order_counts():
    settings = ProviderSettings(
        openai=OpenAISettings(api_key=KEY),
        anthropic=AnthropicSettings(api_key=KEY),
        cartesia=CartesiaSettings(api_key=KEY),
        elevenlabs=ElevenLabsSettings(api_key=KEY),
    )
    assert lines(settings)[1:] == [
        "LLM: openai (OPENAI_API_KEY is set)",
        "TTS: cartesia (CARTESIA_API_KEY is set)",
    ]


def test_the_address_of_a_server_that_speaks_as_openai_does_is_enough():
    settings = ProviderSettings(openai=OpenAISettings(base_url="http://localhost:11434/v1"))
    assert lines(settings)[1] == "LLM: openai (OPENAI_BASE_URL is set)"


def test_an_address_alone_brings_no_other_provider():
    settings = ProviderSettings(anthropic=AnthropicSettings(base_url="http://localhost:1"))
    assert choices(settings)["LLM"].provider == "local"


def test_a_key_that_is_empty_is_none():
    settings = ProviderSettings(anthropic=AnthropicSettings(api_key=SecretStr("")))
    assert choices(settings)["LLM"].provider == "local"


@pytest.mark.parametrize(
    ("role", "name"),
    [("STT", "local"), ("STT", "flux"), ("LLM", "anthropic"), ("TTS", "elevenlabs")],
)
def test_a_choice_that_was_made_counts_more_than_a_key(role: str, name: str):
    settings = ProviderSettings(
        deepgram=DeepgramSettings(api_key=KEY),
        openai=OpenAISettings(api_key=KEY),
        cartesia=CartesiaSettings(api_key=KEY),
        **{role.lower(): name},
    )
    assert str(choices(settings)[role]) == f"{role}: {name} ({role}={name})"


def test_a_provider_without_its_key_is_answered_with_both_ways_out():
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY is not set: set it, or choose LLM="):
        required(None, "OPENAI_API_KEY", "LLM=local")


def test_a_client_has_the_mode_it_asks_for_else_that_of_the_settings():
    settings = ProviderSettings(openai=OpenAISettings(api_key=KEY))
    assert mode_of({}, settings) == "cascade"
    assert mode_of({"mode": "realtime"}, settings) == "realtime"
    assert mode_of({}, settings.model_copy(update={"mode": "realtime"})) == "realtime"


@pytest.mark.parametrize("mode", ["telepathy", 3, None, ["realtime"]])
def test_an_unknown_mode_is_answered_with_the_right_ones(mode: object):
    wrong = wrong_mode({"mode": mode}, ProviderSettings())
    assert wrong == f"Unknown mode {mode!r}; choose cascade or realtime."


def test_realtime_without_its_key_is_refused_in_words():
    wrong = wrong_mode({"mode": "realtime"}, ProviderSettings())
    assert wrong == "Mode 'realtime' needs OPENAI_API_KEY, which is not set; choose cascade."


def test_a_start_says_the_mode_where_there_is_a_choice():
    with_key = ProviderSettings(openai=OpenAISettings(api_key=KEY))
    assert announced(ProviderSettings())[0] == "STT: local (no DEEPGRAM_API_KEY)"
    assert announced(with_key)[0] == "MODE: cascade (MODE=cascade; a client may ask for realtime)"
    realtime = with_key.model_copy(update={"mode": "realtime"})
    assert announced(realtime)[0] == "MODE: realtime (MODE=realtime): gpt-realtime-2.1"


def followers(**settings: object) -> dict[str, list[str]]:
    order = orders(ProviderSettings(**settings))
    return {role: [choice.provider for choice in each] for role, each in order.items()}


def test_behind_the_clouds_with_a_key_stands_this_machine():
    keyed = {
        "deepgram": DeepgramSettings(api_key=KEY),
        "openai": OpenAISettings(api_key=KEY),
        "anthropic": AnthropicSettings(api_key=KEY),
        "elevenlabs": ElevenLabsSettings(api_key=KEY),
    }
    assert followers(**keyed) == {
        "STT": ["deepgram", "local"],
        "LLM": ["openai", "anthropic", "local"],
        "TTS": ["elevenlabs", "local"],
    }
    assert followers(**keyed, llm="anthropic")["LLM"] == ["anthropic", "openai", "local"]


def test_what_stays_on_this_machine_is_followed_by_nobody():
    assert followers(llm="local", openai=OpenAISettings(api_key=KEY))["LLM"] == ["local"]


def test_backups_are_those_that_are_named_in_their_order():
    named = {"llm": "openai", "llm_backups": ("local", "openai", "anthropic", "local")}
    assert followers(**named)["LLM"] == ["openai", "local", "anthropic"]
    assert followers(llm="openai", llm_backups=())["LLM"] == ["openai"]


def test_the_line_of_a_start_says_who_follows():
    settings = ProviderSettings(deepgram=DeepgramSettings(api_key=KEY))
    assert announced(settings)[0] == "STT: deepgram (DEEPGRAM_API_KEY is set), then local"
