"""Which engine serves each role, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.providers.settings import ProviderSettings, given

Role = Literal["STT", "LLM", "TTS"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One role's engine; `why` completes the line "STT: local (...)"."""

    role: Role
    provider: str
    why: str

    def __str__(self) -> str:
        return f"{self.role}: {self.provider} ({self.why})"


@dataclass(frozen=True, slots=True)
class _Cloud:
    """A provider that `auto` may take, when the variable `needs`, or `instead`, is set."""

    provider: str
    needs: str
    has: bool
    instead: str = ""
    has_instead: bool = False


def choices(settings: ProviderSettings) -> Mapping[Role, Choice]:
    """`auto` takes the first cloud provider of the role whose key is set, else the local engine."""
    deepgram = _Cloud("deepgram", "DEEPGRAM_API_KEY", bool(given(settings.deepgram.api_key)))
    openai = _Cloud(
        "openai",
        "OPENAI_API_KEY",
        bool(given(settings.openai.api_key)),
        "OPENAI_BASE_URL",
        bool(settings.openai.base_url),
    )
    anthropic = _Cloud("anthropic", "ANTHROPIC_API_KEY", bool(given(settings.anthropic.api_key)))
    cartesia = _Cloud("cartesia", "CARTESIA_API_KEY", bool(given(settings.cartesia.api_key)))
    eleven = _Cloud("elevenlabs", "ELEVENLABS_API_KEY", bool(given(settings.elevenlabs.api_key)))
    return {
        "STT": _choose("STT", settings.stt, [deepgram]),
        "LLM": _choose("LLM", settings.llm, [openai, anthropic]),
        "TTS": _choose("TTS", settings.tts, [cartesia, eleven]),
    }


def _choose(role: Role, wanted: str, clouds: Sequence[_Cloud]) -> Choice:
    if wanted != "auto":
        return Choice(role, wanted, f"{role}={wanted}")
    for cloud in clouds:
        if cloud.has:
            return Choice(role, cloud.provider, f"{cloud.needs} is set")
        if cloud.has_instead:
            return Choice(role, cloud.provider, f"{cloud.instead} is set")
    return Choice(role, "local", f"no {' or '.join(cloud.needs for cloud in clouds)}")
