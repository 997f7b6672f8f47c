"""What Cartesia takes over its socket, and in which words it refuses the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulators.provider import only

FIELDS = {
    *("transcript", "continue", "context_id", "model_id", "voice", "output_format", "language"),
    *("add_timestamps", "use_normalized_timestamps", "max_buffer_delay_ms", "flush"),
    *("generation_config", "pronunciation_dict_id", "duration", "speed", "add_phoneme_timestamps"),
}
MODELS = ("sonic", "sonic-2", "sonic-3", "sonic-3.6", "sonic-turbo")
LANGUAGES = {
    *("en", "de", "es", "fr", "ja", "pt", "zh", "hi"),
    *("it", "ko", "nl", "pl", "ru", "sv", "tr"),
}
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
BUFFER_MS = 3_000
"""How long text is held, if the client says nothing, for the end of a sentence."""
PIECEMEAL = ("transcript", "continue", "flush", "duration")
"""What may change from one input of a context to the next."""


class Wrong(Exception):
    """A request that Cartesia refuses; the context it belongs to may be unknown."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def check(body: Mapping[str, Any], voices: Sequence[str]) -> None:
    """Raises ValueError or Wrong."""
    only(body, FIELDS)
    output = body.get("output_format")
    voice = body.get("voice")
    if not body.get("context_id"):
        raise Wrong("context_id is required")
    if not isinstance(body.get("transcript"), str):
        raise Wrong("transcript is required")
    if str(body.get("model_id", "")).rsplit("-20", 1)[0] not in MODELS:
        raise Wrong(f"model not found: {body.get('model_id')}", 404)
    if not isinstance(voice, dict) or voice.get("mode") != "id":
        raise Wrong("voice.mode must be id")
    if voice.get("id") not in voices:
        raise Wrong(f"voice not found: {voice.get('id')}", 404)
    if not 0 <= body.get("max_buffer_delay_ms", BUFFER_MS) <= 5_000:
        raise Wrong("max_buffer_delay_ms must be between 0 and 5000")
    if body.get("language", "en") not in LANGUAGES:
        raise Wrong(f"language is not supported: {body['language']}")
    if not isinstance(output, dict) or output.get("container") != "raw":
        raise Wrong("output_format.container must be raw")
    if output.get("encoding") not in ("pcm_s16le", "pcm_mulaw"):
        raise Wrong(f"encoding is not supported: {output.get('encoding')}")
    if output.get("sample_rate") not in RATES:
        raise Wrong(f"sample_rate is not supported: {output.get('sample_rate')}")
