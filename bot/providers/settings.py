"""Who serves each role, and with what; composed into the bot's Settings."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.providers.local.stt import WhisperSettings
from bot.providers.local.tts import VoiceSettings


class MissingKeyError(Exception):
    """A provider was chosen and its key is not set; the message says what to do."""


def given(key: SecretStr | None) -> str:
    """The key in clear, for its provider alone; empty if it is not set."""
    return key.get_secret_value() if key else ""


def required(key: SecretStr | None, variable: str, otherwise: str) -> str:
    """The key in clear, for its provider alone.

    Raises:
        MissingKeyError: it is not set; the message names the variable and the keyless choice.
    """
    if not given(key):
        raise MissingKeyError(f"{variable} is not set: set it, or choose {otherwise}.")
    return given(key)


class DeepgramSettings(BaseModel):
    """Speech to text in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    model: str = "nova-3-general"
    base_url: str = ""
    """Empty: Deepgram's own."""


class OpenAISettings(BaseModel):
    """A language model in the cloud, or any server that speaks OpenAI's protocol."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    """A server of your own may need none, such as Ollama or vLLM: then its address is enough."""
    model: str = "gpt-4.1"
    base_url: str | None = None
    """None: OpenAI's own, `https://api.openai.com/v1`; Ollama's is `http://localhost:11434/v1`."""


class AnthropicSettings(BaseModel):
    """A language model in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    model: str = "claude-haiku-4-5"
    """The one of Claude's that is quickest to its first token."""
    base_url: str | None = None
    """None: Anthropic's own, `https://api.anthropic.com`."""


class CartesiaSettings(BaseModel):
    """Text to speech in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    model: str = "sonic-3"
    voice: str = "71a7ad14-091c-4e8e-a314-022ece01c121"
    """"British Reading Lady", the voice of pipecat's own examples."""
    base_url: str = "wss://api.cartesia.ai/tts/websocket"


class ElevenLabsSettings(BaseModel):
    """Text to speech in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None


class ProviderSettings(BaseModel):
    """The part of the settings that providers read."""

    stt: Literal["auto", "deepgram", "flux", "local"] = "auto"
    """Deepgram's key serves `deepgram` and `flux`; `auto` takes `deepgram`."""
    llm: Literal["auto", "openai", "anthropic", "local"] = "auto"
    tts: Literal["auto", "cartesia", "elevenlabs", "local"] = "auto"
    tool_timeout_secs: float = Field(default=20, gt=0)
    """A tool without a timeout of its own is given up after this."""

    deepgram: DeepgramSettings = DeepgramSettings()
    openai: OpenAISettings = OpenAISettings()
    anthropic: AnthropicSettings = AnthropicSettings()
    cartesia: CartesiaSettings = CartesiaSettings()
    elevenlabs: ElevenLabsSettings = ElevenLabsSettings()

    whisper: WhisperSettings = WhisperSettings()
    voice: VoiceSettings = VoiceSettings()
