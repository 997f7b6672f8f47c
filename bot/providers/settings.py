"""Who serves each role, and with what; composed into the bot's Settings."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.providers.local.stt import WhisperSettings
from bot.providers.local.tts import VoiceSettings


class MissingKeyError(Exception):
    """A provider was chosen and its key is not set; the message says what to do."""


def required(key: SecretStr | None, variable: str, otherwise: str) -> str:
    """The key in clear, for an SDK alone.

    Raises:
        MissingKeyError: it is not set; the message names the variable and the keyless choice.
    """
    if key is None or not key.get_secret_value():
        raise MissingKeyError(f"{variable} is not set: set it, or choose {otherwise}.")
    return key.get_secret_value()


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
    model: str = "gpt-4.1"
    base_url: str | None = None
    """None: OpenAI's own."""
    realtime_url: str = "wss://api.openai.com/v1/realtime"
    realtime_model: str = "gpt-realtime-2.1"
    """Hears, thinks and speaks, when `MODE=realtime`."""
    realtime_voice: str = "marin"


class RealtimeSettings(BaseModel):
    """Speech to speech: when the caller is done, and how long a session of the provider lasts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: Literal["semantic_vad", "server_vad"] = "semantic_vad"
    """How the provider finds the end of a turn: by what is said, or by silence alone."""
    eagerness: Literal["low", "medium", "high", "auto"] = "high"
    """For `semantic_vad`: how soon it takes a sentence to be complete."""
    silence_ms: int = Field(default=300, ge=100, le=3000)
    """For `server_vad`: silence after which a turn is over."""
    renew_after_secs: float = Field(default=3000, gt=0)
    """From this age on, a session is renewed in the first quiet moment; at 50 minutes there are
    ten left to find one in."""
    renew_by_secs: float = Field(default=3480, gt=0)
    """At this age a session is renewed whoever speaks: OpenAI cuts it off at 60 minutes."""
    quiet_secs: float = Field(default=0.5, ge=0)
    """A moment is quiet when for so long nobody has spoken and no tool has run."""


class CartesiaSettings(BaseModel):
    """Text to speech in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    model: str = "sonic-3"
    voice: str = "71a7ad14-091c-4e8e-a314-022ece01c121"
    """"British Reading Lady", the voice of pipecat's own examples."""
    base_url: str = "wss://api.cartesia.ai/tts/websocket"


class ProviderSettings(BaseModel):
    """The part of the settings that providers read."""

    mode: Literal["cascade", "realtime"] = "cascade"
    """Speech to text to answer to speech, or one model that hears and speaks (OpenAI Realtime). A
    client may choose with `{"body": {"mode": "realtime"}}` in its `/start`."""
    stt: Literal["auto", "local", "deepgram"] = "auto"
    llm: Literal["auto", "local", "openai"] = "auto"
    tts: Literal["auto", "local", "cartesia"] = "auto"
    tool_timeout_secs: float = Field(default=20, gt=0)
    """A tool without a timeout of its own is given up after this."""

    deepgram: DeepgramSettings = DeepgramSettings()
    openai: OpenAISettings = OpenAISettings()
    cartesia: CartesiaSettings = CartesiaSettings()
    realtime: RealtimeSettings = RealtimeSettings()

    whisper: WhisperSettings = WhisperSettings()
    voice: VoiceSettings = VoiceSettings()
