"""The messages of a Twilio media stream.

https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

import json
from dataclasses import dataclass
from typing import cast

from transports.phone.stream import (
    CHUNK_MS,
    HZ,
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
    """What Twilio said. Raises BadMessageError, and nothing else, for what it would not say."""
    match parsed(data):
        case {"event": "connected"}:
            return Remark()
        case {"event": "start", "start": {**start}, "streamSid": str(stream_sid)}:
            return _start(stream_sid, cast("dict[str, object]", start))
        case message:
            return told(message, "streamSid")


def _start(stream_sid: str, start: dict[str, object]) -> Start:
    match start:
        case {
            "callSid": str(call_sid),
            "accountSid": str(account_sid),
            "mediaFormat": {
                "encoding": str(encoding),
                "sampleRate": str() | int() as hz,
                "channels": str() | int() as channels,
            },
        }:
            return Start(
                stream_sid,
                call_sid,
                account_sid,
                encoding,
                number(hz),
                number(channels),
                parameters(start.get("customParameters")),
            )
        case _:
            raise BadMessageError("not a start")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Twilio is told on one stream."""

    stream_sid: str
    hz: int = HZ
    chunk_ms: int = CHUNK_MS

    def media(self, pcm: bytes) -> str:
        """Play this, mono s16 at 8 kHz."""
        return self._say("media", media={"payload": said(pcm)})

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        return self._say("mark", mark={"name": name})

    def clear(self) -> str:
        """Drop what has not been played. All its marks come back at once."""
        return self._say("clear")

    def _say(self, event: str, **more: object) -> str:
        return json.dumps({"event": event, "streamSid": self.stream_sid, **more})


WIRE = Wire("audio/x-mulaw", decode, Dialect)
