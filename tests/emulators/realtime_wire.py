"""What OpenAI Realtime accepts: every client event, checked against the SDK's published types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openai.types.realtime import (
    ConversationItemCreateEvent,
    ConversationItemDeleteEvent,
    ConversationItemRetrieveEvent,
    ConversationItemTruncateEvent,
    InputAudioBufferAppendEvent,
    InputAudioBufferClearEvent,
    InputAudioBufferCommitEvent,
    OutputAudioBufferClearEvent,
    RealtimeSessionCreateRequest,
    ResponseCancelEvent,
    ResponseCreateEvent,
    SessionUpdateEvent,
)
from pydantic import BaseModel, ValidationError

RATE = 24_000
"""Of PCM in both directions, in Hz."""

EVENTS: Mapping[str, type[BaseModel]] = {
    "conversation.item.create": ConversationItemCreateEvent,
    "conversation.item.delete": ConversationItemDeleteEvent,
    "conversation.item.retrieve": ConversationItemRetrieveEvent,
    "conversation.item.truncate": ConversationItemTruncateEvent,
    "input_audio_buffer.append": InputAudioBufferAppendEvent,
    "input_audio_buffer.clear": InputAudioBufferClearEvent,
    "input_audio_buffer.commit": InputAudioBufferCommitEvent,
    "output_audio_buffer.clear": OutputAudioBufferClearEvent,
    "response.cancel": ResponseCancelEvent,
    "response.create": ResponseCreateEvent,
    "session.update": SessionUpdateEvent,
}


@dataclass
class Refusal(Exception):
    """What an `error` event says."""

    code: str
    message: str
    param: str | None = None

    def body(self, event_id: str | None = None) -> dict[str, Any]:
        return {
            "type": "invalid_request_error",
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "event_id": event_id,
        }


def checked(event: Any) -> dict[str, Any]:
    """The event, if it is one that a client may send; else raises Refusal."""
    kind = event.get("type") if isinstance(event, dict) else None
    if kind not in EVENTS:
        known = ", ".join(f"'{name}'" for name in EVENTS)
        raise Refusal(
            "invalid_value", f"Invalid value: '{kind}'. Supported values are: {known}.", "type"
        )
    _check(EVENTS[kind], event, "")
    return event


def checked_session(session: Any) -> dict[str, Any]:
    """A session's configuration, if it is one; else raises Refusal."""
    _check(RealtimeSessionCreateRequest, session, "session")
    return session


def _check(model: type[BaseModel], value: Any, at: str) -> None:
    try:
        parsed = model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([at] * bool(at) + [part for part in first["loc"] if isinstance(part, str)])
        missing = first["type"] == "missing"
        raise Refusal(
            "missing_required_parameter" if missing else "invalid_type",
            f"Missing required parameter: '{where}'."
            if missing
            else f"Invalid type for '{where}'.",
            where,
        ) from None
    if stranger := _stranger(parsed, at):
        raise Refusal("unknown_parameter", f"Unknown parameter: '{stranger}'.", stranger)


def _stranger(value: Any, at: str) -> str | None:
    """The path of the first field that the type does not have; the types themselves let all by."""
    match value:
        case BaseModel():
            for name in value.model_extra or {}:
                return f"{at}.{name}".lstrip(".")
            parts = [(f"{at}.{name}".lstrip("."), each) for name, each in value]
        case list():
            parts = [(f"{at}[{i}]", each) for i, each in enumerate(value)]
        case _:
            parts = []
    return next((found for path, each in parts if (found := _stranger(each, path))), None)


def defaults(model: str, session_id: str, expires_at: int) -> dict[str, Any]:
    """A session nobody has configured."""
    pcm = {"type": "audio/pcm", "rate": RATE}
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a helpful assistant.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "prompt": None,
        "expires_at": expires_at,
        "include": None,
        "audio": {
            "input": {
                "format": pcm,
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": pcm, "voice": "alloy", "speed": 1.0},
        },
    }


def merged(config: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration after a `session.update`: what is not mentioned stays, at any depth.

    Turn detection is replaced as a whole, since its kinds have different fields.
    """
    result = dict(config)
    for name, value in update.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        deep = both and name not in ("turn_detection", "transcription", "format")
        result[name] = merged(result[name], value) if deep else value
    return result
