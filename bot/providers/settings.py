"""Who serves each role, and with what; composed into the bot's Settings."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.providers.health import HealthPolicy
from bot.providers.hearing import HearingPolicy
from bot.providers.local.voice import VoiceSettings
from bot.providers.local.whisper import WhisperSettings
from bot.providers.reply import ThinkingPolicy
from bot.providers.speaking import SpeakingPolicy


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
    """Speech to text in the cloud: nova-3 (`STT=deepgram`) or Flux (`STT=flux`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    base_url: str = ""
    """Empty: Deepgram's own."""
    model: str = "nova-3-general"
    language: str = "en"
    endpointing_ms: int = Field(default=100, ge=10, le=1000)
    """Silence after which nova-3 makes its words final. Deepgram's default of 10 ends a sentence at
    a breath; the VAD's own silence, 200, would be the later of the two."""
    flux_model: Literal["flux-general-en", "flux-general-multi"] = "flux-general-en"
    flux_eot_threshold: float = Field(default=0.7, ge=0.5, le=0.9)
    """How sure Flux is that a turn is over when it says so. Deepgram's default: lower cuts callers
    off, higher makes them wait."""
    flux_eager_eot_threshold: float = Field(default=0.4, ge=0.3, le=0.9)
    """How sure Flux is when the model is asked ahead of that, which TURN_ASK_EARLY allows."""
    flux_eot_timeout_ms: int = Field(default=1500, ge=500, le=10_000)
    """Silence after which a turn is over however unsure Flux is: as TURN_INCOMPLETE_SECS."""

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")


class OpenAISettings(BaseModel):
    """A language model in the cloud, or any server that speaks OpenAI's protocol."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    """A server of your own may need none, such as Ollama or vLLM: then its address is enough."""
    model: str = "gpt-4.1"
    base_url: str | None = None
    """None: OpenAI's own, `https://api.openai.com/v1`; Ollama's is `http://localhost:11434/v1`."""
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
    language: str = "en"
    """The caller's, for what is written down of what they say; the model itself hears them all."""
    quiet_secs: float = Field(default=0.5, ge=0)
    """A moment is quiet when for so long nobody has spoken and no tool has run."""
    direct: bool = False
    """Whether browsers may talk to OpenAI themselves (docs/direct.md). Whoever can reach Echo may
    then use OpenAI on your account, for an hour, without Echo: `MAX_CALLS` does not bound it."""


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
    language: str = "en"
    base_url: str = "wss://api.cartesia.ai/tts/websocket"


class ElevenLabsSettings(BaseModel):
    """Text to speech in the cloud."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    model: str = "eleven_flash_v2_5"
    """The quickest to its first audio of those that speak several languages; eleven_v3 has no such
    socket."""
    voice: str = "EXAVITQu4vr4xnSDxMaL"
    """"Sarah", American English, one of those every account has."""
    language: str = "en"
    """Sent with models that take one (flash and turbo v2.5), else found out from the text."""
    base_url: str = "wss://api.elevenlabs.io"

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")


class ProviderSettings(BaseModel):
    """The part of the settings that providers read."""

    mode: Literal["cascade", "realtime"] = "cascade"
    """Speech to text to answer to speech, or one model that hears and speaks (OpenAI Realtime). A
    client may choose with `{"body": {"mode": "realtime"}}` in its `/start`."""
    stt: Literal["auto", "deepgram", "flux", "local"] = "auto"
    """Deepgram's key serves `deepgram` and `flux`; `auto` takes `deepgram`."""
    llm: Literal["auto", "openai", "anthropic", "local"] = "auto"
    tts: Literal["auto", "cartesia", "elevenlabs", "local"] = "auto"
    stt_backups: tuple[Literal["deepgram", "flux", "local"], ...] | None = None
    """Who hears when the first fails, in that order, as JSON: `["local"]`; `[]` for nobody. Not
    set: every other cloud provider whose key is set, then this machine; and nobody after `local`,
    so that what was to stay on this machine does."""
    llm_backups: tuple[Literal["openai", "anthropic", "local"], ...] | None = None
    """Who answers when the first fails: as `STT_BACKUPS`."""
    tts_backups: tuple[Literal["cartesia", "elevenlabs", "local"], ...] | None = None
    """Who speaks when the first fails: as `STT_BACKUPS`."""
    hearing: HearingPolicy = HearingPolicy()
    thinking: ThinkingPolicy = ThinkingPolicy()
    speaking: SpeakingPolicy = SpeakingPolicy()
    health: HealthPolicy = HealthPolicy()
    tool_timeout_secs: float = Field(default=20, gt=0)
    """A tool without a timeout of its own is given up after this."""
    tool_steps: int = Field(default=3, ge=1, le=20)
    """How often a model may call tools before it has to answer. Each time the caller waits for the
    model and for the tools; one that needs more is going round in circles."""
    apology: str = "Sorry, something went wrong on my side. Could you say that again?"
    """Said when a stage fails, so that the caller does not wait for an answer."""

    vocabulary: tuple[str, ...] = ()
    """Names, products and order terms that callers say and a speech to text would misspell:
    keyterms for Deepgram; for Whisper the prompt, which costs 15 ms and more in every decode."""

    deepgram: DeepgramSettings = DeepgramSettings()
    openai: OpenAISettings = OpenAISettings()
    anthropic: AnthropicSettings = AnthropicSettings()
    cartesia: CartesiaSettings = CartesiaSettings()
    elevenlabs: ElevenLabsSettings = ElevenLabsSettings()
    realtime: RealtimeSettings = RealtimeSettings()

    whisper: WhisperSettings = WhisperSettings()
    """`prompt` is made of the vocabulary when it is not set."""
    voice: VoiceSettings = VoiceSettings()

    def expecting_vocabulary(self) -> WhisperSettings:
        """Whisper's settings, with the vocabulary as the words to expect unless others are set."""
        if self.whisper.prompt or not self.vocabulary:
            return self.whisper
        return self.whisper.model_copy(update={"prompt": f"{', '.join(self.vocabulary)}."})
