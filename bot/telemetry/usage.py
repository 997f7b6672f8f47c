"""What each provider was given and gave, in the units it is paid by."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pipecat.metrics.metrics import (
    LLMTokenUsage,
    LLMUsageMetricsData,
    MetricsData,
    ProcessingMetricsData,
    STTUsageMetricsData,
    TTFBMetricsData,
    TTSUsageMetricsData,
)

Serves = Literal["STT", "LLM", "TTS", "realtime"]
"""A role, or all of them at once."""

PROVIDERS: dict[str, tuple[Serves, str]] = {
    "PromptDeepgram": ("STT", "deepgram"),
    "Flux": ("STT", "flux"),
    "WhisperSTT": ("STT", "local"),
    "OpenAI": ("LLM", "openai"),
    "Anthropic": ("LLM", "anthropic"),
    "Brain": ("LLM", "local"),
    "SpeechToSpeech": ("realtime", "openai-realtime"),
    "Reserved": ("realtime", "openai-realtime"),
    "ReservedDirect": ("realtime", "openai-realtime"),
    "Cartesia": ("TTS", "cartesia"),
    "ElevenLabs": ("TTS", "elevenlabs"),
    "Hibari": ("TTS", "local"),
    "StandIn": ("TTS", "local"),
}
"""By the class of a service: what Pipecat's metrics call it, less the number."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one provider's model, in one turn or one call.

    prompt_tokens: all that was read; of them cached_tokens came from the provider's cache,
        cache_written_tokens were put there, and audio_in_tokens are audio, cached_audio_tokens of
        those from the cache. completion_tokens: all that was written, audio included.
    characters: given to a text to speech. audio_secs: given to a speech to text.
    ttfb_ms: to its first byte, the first time it was asked.
    unreported: how often a language model in the cloud was asked and never said what that took: it
        failed, or its answer was cut off. Such tokens are in no figure here.
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
    cache_written_tokens: int = 0
    cached_audio_tokens: int = 0
    unreported: int = 0
    role: Serves | None = None


class UsageTally:
    """Sums up what Pipecat's metrics say."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Usage] = {}
        self._unreported: Counter[tuple[str, str]] = Counter()

    def add(self, data: Iterable[MetricsData]) -> None:
        """Whoever is not a provider of ours, or was given nothing, is passed over."""
        for each in data:
            role, provider = _who(each)
            if role is None:
                continue
            key = (provider, each.model or "")
            known = self._sums.get(key)
            before = known or Usage(*key, role=role)
            after = _plus(before, each)
            if role == "LLM" and provider != "local":
                self._unreported[key] += _unreported(each)
            if known or after != before or self._unreported[key] > 0:
                self._sums[key] = after

    @property
    def usages(self) -> tuple[Usage, ...]:
        """In the order in which they were first heard of."""
        return tuple(
            replace(usage, unreported=max(0, self._unreported[key]))
            for key, usage in self._sums.items()
        )


def serves(data: MetricsData) -> Serves | None:
    """The role of the provider that a metric is of; None if it is of no provider."""
    return _who(data)[0]


def _who(data: MetricsData) -> tuple[Serves | None, str]:
    return PROVIDERS.get(data.processor.partition("#")[0], (None, ""))


def _unreported(data: MetricsData) -> int:
    """Each run of a model ends with the time it took, and with its tokens if they were told."""
    match data:
        case ProcessingMetricsData() if data.value > 0:
            return 1
        case LLMUsageMetricsData():
            return -1
        case _:
            return 0


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
        cache_written_tokens=usage.cache_written_tokens + (tokens.cache_creation_input_tokens or 0),
        cached_audio_tokens=usage.cached_audio_tokens + (tokens.cache_read_input_audio_tokens or 0),
        completion_tokens=usage.completion_tokens + tokens.completion_tokens,
        audio_in_tokens=usage.audio_in_tokens + (tokens.input_audio_tokens or 0),
        audio_out_tokens=usage.audio_out_tokens + (tokens.output_audio_tokens or 0),
    )
