"""Which engine serves each role, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.providers.settings import ProviderSettings

Role = Literal["STT", "LLM", "TTS"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One role's engine; `why` completes the line "STT: local (...)"."""

    role: Role
    provider: str
    why: str

    def __str__(self) -> str:
        return f"{self.role}: {self.provider} ({self.why})"


def choices(settings: ProviderSettings) -> Mapping[Role, Choice]:
    """`auto` takes the cloud provider whose key is set, else the local engine."""
    return {
        "STT": _choose("STT", settings.stt, "deepgram", settings.deepgram.api_key is not None),
        "LLM": _choose("LLM", settings.llm, "openai", settings.openai.api_key is not None),
        "TTS": _choose("TTS", settings.tts, "cartesia", settings.cartesia.api_key is not None),
    }


def _choose(role: Role, wanted: str, cloud: str, has_key: bool) -> Choice:
    key = f"{cloud.upper()}_API_KEY"
    if wanted != "auto":
        return Choice(role, wanted, f"{role}={wanted}")
    if has_key:
        return Choice(role, cloud, f"{key} is set")
    return Choice(role, "local", f"no {key}")
