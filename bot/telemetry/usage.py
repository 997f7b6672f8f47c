"""What each provider was given and gave, in the units it is paid by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pipecat.metrics.metrics import (
    LLMTokenUsage,
    LLMUsageMetricsData,
    MetricsData,
    STTUsageMetricsData,
    TTFBMetricsData,
    TTSUsageMetricsData,
)

Provider = Literal[
    "deepgram", "flux", "openai", "anthropic", "openai-realtime", "cartesia", "elevenlabs", "local"
]

PROVIDERS: dict[str, Provider] = {
    "PromptDeepgram": "deepgram",
    "Flux": "flux",
    "WhisperSTT": "local",
    "OpenAI": "openai",
    "Anthropic": "anthropic",
    "Brain": "local",
    "SpeechToSpeech": "openai-realtime",
    "Cartesia": "cartesia",
    "ElevenLabs": "elevenlabs",
    "Hibari": "local",
    "StandIn": "local",
}
"""By the class of a service: what Pipecat's metrics call it, less the number."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one provider's model, in one turn or one call.

    prompt_tokens: all that was read; cached_tokens of them came from the provider's cache, and
        audio_in_tokens of them are audio. completion_tokens: all that was written, audio included.
    characters: given to a text to speech. audio_secs: given to a speech to text.
    ttfb_ms: to its first byte, the first time it was asked.
    """

    provider: str
    model: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    audio_in_tokens: int = 0
    audio_out_tokens: int = 0
    characters: int = 0
    audio_secs: float = 0.0
    ttfb_ms: float | None = None


class UsageTally:
    """Sums up what Pipecat's metrics say."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Usage] = {}

    def add(self, data: Iterable[MetricsData]) -> None:
        """Whoever is not a provider of ours is passed over."""
        for each in data:
            provider = PROVIDERS.get(each.processor.partition("#")[0])
            if provider is not None:
                key = (provider, each.model or "")
                self._sums[key] = _plus(self._sums.get(key) or Usage(*key), each)

    @property
    def usages(self) -> tuple[Usage, ...]:
        """In the order in which they were first heard of."""
        return tuple(self._sums.values())


def _plus(usage: Usage, data: MetricsData) -> Usage:
    match data:
        case LLMUsageMetricsData():
            return _plus_tokens(usage, data.value)
        case TTSUsageMetricsData():
            return replace(usage, characters=usage.characters + data.value)
        case STTUsageMetricsData():
            secs = usage.audio_secs + data.value.audio_seconds
            return replace(usage, audio_secs=round(secs, 3))
        case TTFBMetricsData() if usage.ttfb_ms is None and data.value > 0:
            return replace(usage, ttfb_ms=round(data.value * 1000, 1))
        case _:
            return usage


def _plus_tokens(usage: Usage, tokens: LLMTokenUsage) -> Usage:
    # Anthropic counts its cache beside the prompt, OpenAI within it; the total is the same to both.
    prompt = tokens.total_tokens - tokens.completion_tokens
    return replace(
        usage,
        prompt_tokens=usage.prompt_tokens + prompt,
        cached_tokens=usage.cached_tokens + (tokens.cache_read_input_tokens or 0),
        completion_tokens=usage.completion_tokens + tokens.completion_tokens,
        audio_in_tokens=usage.audio_in_tokens + (tokens.input_audio_tokens or 0),
        audio_out_tokens=usage.audio_out_tokens + (tokens.output_audio_tokens or 0),
    )
