"""The messages of a Plivo audio stream.

https://www.plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference
"""

import json
from dataclasses import dataclass

from transports.phone.stream import (
    CHUNK_MS,
    HZ,
    Mark,
    Message,
    Remark,
    Start,
    Wire,
    number,
    parsed,
    said,
    told,
)

MU_LAW = "audio/x-mulaw"


def decode(data: bytes | str) -> Message:
    """What Plivo said. Raises BadMessageError, and nothing else, for what it would not say."""
    match parsed(data):
        case {
            "event": "start",
            "start": {
                "streamId": str(stream_id),
                "callId": str(call_id),
                "accountId": str(account_id),
                "mediaFormat": {"encoding": str(encoding), "sampleRate": str() | int() as hz},
            },
        }:
            return Start(stream_id, call_id, account_id, encoding, number(hz), 1, {})
        case {"event": "playedStream", "streamId": str(stream_id), "name": str(name)}:
            return Mark(stream_id, name)
        case {"event": "clearedAudio", "streamId": str()}:
            return Remark()
        case message:
            return told(message, "streamId")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Plivo is told on one stream."""

    stream_id: str
    hz: int = HZ
    chunk_ms: int = CHUNK_MS

    def media(self, pcm: bytes) -> str:
        """Play this, mono s16 at 8 kHz."""
        return self._say(
            "playAudio", media={"contentType": MU_LAW, "sampleRate": HZ, "payload": said(pcm)}
        )

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        return self._say("checkpoint", name=name)

    def clear(self) -> str:
        """Drop what has not been played, and its marks: they do not come back."""
        return self._say("clearAudio")

    def _say(self, event: str, **more: object) -> str:
        return json.dumps({"event": event, "streamId": self.stream_id, **more})


WIRE = Wire(MU_LAW, decode, Dialect)
