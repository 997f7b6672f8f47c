"""What ElevenLabs takes over its socket, and in which words it refuses the rest."""

from collections.abc import Mapping

from pipecat.services.elevenlabs.tts_base import ELEVENLABS_V2_5_LANGUAGES
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.emulators.provider import only

QUERY = {
    *("model_id", "language_code", "output_format", "auto_mode", "inactivity_timeout", "seed"),
    *("enable_logging", "enable_ssml_parsing", "apply_text_normalization", "sync_alignment"),
}
MODELS = ("eleven_flash_v2_5", "eleven_flash_v2", "eleven_turbo_v2_5", "eleven_multilingual_v2")
"""Those that have this socket: it is refused for eleven_v3."""
RATES = {f"pcm_{hz}": hz for hz in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)}
RATES |= {"ulaw_8000": 8_000}


class VoiceSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stability: float | None = Field(default=None, ge=0, le=1)
    similarity_boost: float | None = Field(default=None, ge=0, le=1)
    style: float | None = Field(default=None, ge=0, le=1)
    use_speaker_boost: bool | None = None
    speed: float | None = Field(default=None, ge=0.7, le=1.2)


class Message(BaseModel):
    """What a client may send: text, a flush, the end of a context, or of everything."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    context_id: str | None = None
    voice_settings: VoiceSettings | None = None
    flush: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None


class Wrong(Exception):
    """What ElevenLabs answers with an error, and by closing the socket with code 1008."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


def check(query: Mapping[str, str]) -> None:
    """Raises ValueError: what the framework refuses before it opens the socket."""
    only(query, QUERY)
    if query.get("output_format") not in RATES:
        raise ValueError(f"unknown output_format '{query.get('output_format')}'")
    if query.get("model_id", "").startswith("eleven_v3"):
        raise ValueError("eleven_v3 is not served here")
    if "language_code" in query:
        if query["language_code"] not in ELEVENLABS_V2_5_LANGUAGES:
            raise ValueError(f"unknown language_code '{query['language_code']}'")
        if query.get("model_id") not in ("eleven_flash_v2_5", "eleven_turbo_v2_5"):
            raise ValueError("this model takes no language_code")


def parsed(data: str) -> Message:
    """Raises Wrong."""
    try:
        return Message.model_validate_json(data)
    except ValidationError:
        told = "Could not parse input message, make sure it is a json and follows the schema"
        raise Wrong("invalid_input_message", f"{told} outlined in protocol.") from None


def idle(secs: float) -> str:
    """What is said when a socket is closed on which no text came for so long."""
    return (
        f"Have not received a new text input within the timeout of {secs} seconds. Streaming input"
        ' terminated. Please make sure to send the end of input text (empty string "").'
    )
