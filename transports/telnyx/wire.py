"""The messages of a Telnyx media stream.

https://developers.telnyx.com/docs/voice/programmable-voice/media-streaming
"""

import json
from dataclasses import dataclass
from typing import cast

from transports.phone.stream import (
    CHUNK_MS,
    HZ,
    Complaint,
    Message,
    Remark,
    Start,
    Wire,
    number,
    parameters,
    parsed,
    said,
    told,
)
from transports.wire import BadMessageError


def decode(data: bytes | str) -> Message:
    """What Telnyx said. Raises BadMessageError, and nothing else, for what it would not say."""
    match parsed(data):
        case {"event": "connected"}:
            return Remark()
        case {"event": "start", "start": {**start}, "stream_id": str(stream_id)}:
            return _start(stream_id, cast("dict[str, object]", start))
        case {"event": "error", "stream_id": str(stream_id)}:
            return Complaint(stream_id)
        case message:
            return told(message, "stream_id")


def _start(stream_id: str, start: dict[str, object]) -> Start:
    match start:
        case {
            "call_control_id": str(call_id),
            "user_id": str(user_id),
            "media_format": {
                "encoding": str(encoding),
                "sample_rate": str() | int() as hz,
                "channels": str() | int() as channels,
            },
        }:
            given = parameters(start.get("custom_parameters"))
            form = encoding, number(hz), number(channels)
            return Start(stream_id, call_id, user_id, *form, given)
        case _:
            raise BadMessageError("not a start")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Telnyx is told; it has one stream on a socket, and wants it named nowhere."""

    stream_id: str
    hz: int = HZ
    chunk_ms: int = CHUNK_MS

    def media(self, pcm: bytes) -> str:
        """Play this, mono s16 at 8 kHz."""
        return json.dumps({"event": "media", "media": {"payload": said(pcm)}})

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        return json.dumps({"event": "mark", "mark": {"name": name}})

    def clear(self) -> str:
        """Drop what has not been played. All its marks come back at once."""
        return json.dumps({"event": "clear"})


WIRE = Wire("PCMU", decode, Dialect)
