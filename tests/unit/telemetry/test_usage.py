"""What providers were given and gave, and what that costs."""

from pathlib import Path

import pytest
from pipecat.metrics.metrics import (
    LLMTokenUsage,
    LLMUsageMetricsData,
    MetricsData,
    ProcessingMetricsData,
    STTUsage,
    STTUsageMetricsData,
    TTFBMetricsData,
    TTSUsageMetricsData,
)

from bot.providers.settings import ProviderSettings
from bot.telemetry.prices import PricesError, prices
from bot.telemetry.usage import Usage, UsageTally


def tokens(prompt: int, completion: int, total: int, cached: int | None = None) -> LLMTokenUsage:
    return LLMTokenUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=total,
        cache_read_input_tokens=cached,
    )


def spoken(service: str, model: str, characters: int) -> list[MetricsData]:
    return [TTSUsageMetricsData(processor=service, model=model, value=characters)]


def test_sums_are_kept_by_provider_and_model():
    tally = UsageTally()
    tally.add(
        [
            STTUsageMetricsData(
                processor="PromptDeepgram#1",
                model="nova-3-general",
                value=STTUsage(audio_seconds=2.5),
            ),
            TTSUsageMetricsData(processor="Cartesia#0", model="sonic-3", value=40),
        ]
    )
    tally.add([TTSUsageMetricsData(processor="Cartesia#7", model="sonic-3", value=2)])
    assert tally.usages == (
        Usage("deepgram", "nova-3-general", audio_secs=2.5, role="STT"),
        Usage("cartesia", "sonic-3", characters=42, role="TTS"),
    )


@pytest.mark.parametrize(
    ("service", "value"),
    [("OpenAI#0", tokens(100, 20, 120, 60)), ("Anthropic#0", tokens(40, 20, 120, 60))],
    ids=["the cache is in the prompt", "the cache is beside it"],
)
def test_tokens_from_a_cache_are_counted_once(service: str, value: LLMTokenUsage):
    tally = UsageTally()
    tally.add([LLMUsageMetricsData(processor=service, model="m", value=value)])
    (usage,) = tally.usages
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (100, 60, 20)


def test_the_first_answer_says_how_soon_it_came():
    tally = UsageTally()
    for secs in (0.0, 0.21, 0.9):  # 0 is Pipecat's word for "not yet"
        tally.add([TTFBMetricsData(processor="OpenAI#0", model="gpt-4.1", value=secs)])
    assert [usage.ttfb_ms for usage in tally.usages] == [210.0]


def test_who_is_no_provider_leaves_no_trace():
    tally = UsageTally()
    tally.add([ProcessingMetricsData(processor="Filler#0", value=1.0)])
    assert tally.usages == ()


def test_a_provider_that_was_given_nothing_leaves_no_trace():
    """Pipecat begins each call with zeros for all of them, without a model."""
    tally = UsageTally()
    for service in ("PromptDeepgram#0", "OpenAI#0", "Cartesia#0"):
        tally.add(
            [
                TTFBMetricsData(processor=service, value=0.0),
                ProcessingMetricsData(processor=service, value=0.0),
            ]
        )
    assert tally.usages == ()


def run_of(service: str, usage: LLMTokenUsage | None) -> list[MetricsData]:
    told = [LLMUsageMetricsData(processor=service, model="m", value=usage)] if usage else []
    return [*told, ProcessingMetricsData(processor=service, model="m", value=0.4)]


@pytest.mark.parametrize("service", ["OpenAI#0", "Anthropic#0"])
def test_an_answer_whose_tokens_were_never_told_is_counted_as_such(service: str):
    tally = UsageTally()
    tally.add(run_of(service, tokens(100, 20, 120)))
    assert tally.usages[0].unreported == 0
    tally.add(run_of(service, None))
    assert (tally.usages[0].unreported, tally.usages[0].prompt_tokens) == (1, 100)


def test_a_model_that_never_told_its_tokens_is_known_all_the_same():
    tally = UsageTally()
    tally.add(run_of("OpenAI#0", None))
    assert tally.usages == (Usage("openai", "m", unreported=1, role="LLM"),)


def test_the_brain_owes_nobody_tokens():
    tally = UsageTally()
    tally.add(run_of("Brain#0", None))
    assert tally.usages == ()


def test_audio_out_of_a_cache_is_told_apart():
    tally = UsageTally()
    told = LLMTokenUsage(
        prompt_tokens=1_000,
        completion_tokens=0,
        total_tokens=1_000,
        cache_read_input_tokens=600,
        input_audio_tokens=800,
        cache_read_input_audio_tokens=500,
    )
    tally.add([LLMUsageMetricsData(processor="SpeechToSpeech#0", model="m", value=told)])
    (usage,) = tally.usages
    assert (usage.cached_tokens, usage.audio_in_tokens, usage.cached_audio_tokens) == (
        600,
        800,
        500,
    )


def test_a_call_costs_what_its_parts_cost():
    usages = [
        Usage("openai", "gpt-4.1", 1_000_000, cached_tokens=500_000, completion_tokens=100_000),
        Usage("cartesia", "sonic-3", characters=1_000),
        Usage("deepgram", "nova-3-general", audio_secs=60),
        Usage("local", "whisper", audio_secs=600),
    ]
    expected = 0.5 * 2.00 + 0.5 * 0.50 + 0.1 * 8.00 + 0.001 * 39 + 0.0077
    assert prices().cost_usd(usages) == pytest.approx(expected)


def test_audio_tokens_have_their_own_price():
    usage = Usage(
        "openai-realtime",
        "gpt-realtime",
        prompt_tokens=1_000,
        completion_tokens=1_000,
        audio_in_tokens=800,
        audio_out_tokens=900,
    )
    expected = (200 * 4 + 800 * 32 + 100 * 16 + 900 * 64) / 1_000_000
    assert prices().cost_usd([usage]) == pytest.approx(expected)


def test_audio_out_of_a_cache_is_not_paid_for_as_audio():
    usage = Usage(
        "openai-realtime",
        "gpt-realtime-2.1",
        prompt_tokens=1_000,
        cached_tokens=600,
        audio_in_tokens=800,
        cached_audio_tokens=500,
    )
    expected = (100 * 4 + 100 * 0.40 + 300 * 32 + 500 * 0.40) / 1_000_000
    assert prices().cost_usd([usage]) == pytest.approx(expected)


def test_what_is_put_into_a_cache_has_its_own_price():
    usage = Usage("anthropic", "claude-haiku-4-5", prompt_tokens=1_000, cache_written_tokens=900)
    expected = (100 * 1.00 + 900 * 1.25) / 1_000_000
    assert prices().cost_usd([usage]) == pytest.approx(expected)


def test_every_model_that_is_chosen_without_a_setting_has_a_price():
    settings = ProviderSettings()
    models = [
        *(settings.deepgram.model, settings.deepgram.flux_model),
        *(settings.openai.model, settings.openai.realtime_model, settings.anthropic.model),
        *(settings.cartesia.model, settings.elevenlabs.model),
    ]
    used = {model: Usage("a cloud", model, 1_000, characters=99, audio_secs=60) for model in models}
    costs = {model: prices().cost_usd([usage]) for model, usage in used.items()}
    assert all(costs.values()), costs


def test_what_has_no_price_makes_no_cost_and_no_zero():
    known, unknown = Usage("cartesia", "sonic-3", characters=10), Usage("openai", "qwen3:8b", 10)
    assert prices().cost_usd([known, unknown]) is None
    assert prices().cost_usd([]) is None
    assert prices().cost_usd([Usage("local", "whisper", audio_secs=9)]) == 0


def test_another_table_may_be_named(tmp_path: Path):
    table = tmp_path / "prices.toml"
    table.write_text('[mine]\nmodels = ["qwen3:8b"]\nas_of = 2026-11-25\nprompt = 1.0\n')
    assert prices(table).cost_usd([Usage("openai", "qwen3:8b", 1_000_000)]) == 1.0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("not toml", "cannot be read"),
        ('[a]\nmodels = ["m"]\nas_of = 2026-11-25\nprompt = -1\n', "wrong at a.prompt"),
        ('[a]\nmodels = ["m"]\nas_of = 2026-11-25\nprompts = 1\n', "wrong at a.prompts"),
    ],
)
def test_a_table_that_is_wrong_says_where(tmp_path: Path, text: str, wrong: str):
    table = tmp_path / "prices.toml"
    table.write_text(text)
    with pytest.raises(PricesError, match=wrong):
        prices(table)
    with pytest.raises(PricesError, match="cannot be read"):
        prices(tmp_path / "missing.toml")
