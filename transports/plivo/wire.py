"""The messages of a Plivo audio stream.

https://www.plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference
"""

import json
from dataclasses import dataclass

from transports.phone.stream import (
    CHUNK_MS,
    HZ,
    Dtmf,
    Mark,
    Media,
    Message,
    Remark,
    Start,
    Stop,
    Wire,
    heard,
    key,
    number,
    parsed,
    said,
)
from transports.wire import BadMessageError

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
        case {
            "event": "media",
            "streamId": str(stream_id),
            "media": {"payload": str(payload), "chunk": str() | int() as chunk},
        }:
            return Media(stream_id, number(chunk), heard(payload))
        case {"event": "playedStream", "streamId": str(stream_id), "name": str(name)}:
            return Mark(stream_id, name)
        case {"event": "dtmf", "streamId": str(stream_id), "dtmf": {"digit": str(digit)}}:
            return Dtmf(stream_id, key(digit))
        case {"event": "clearedAudio", "streamId": str()}:
            return Remark()
        case {"event": "stop", "streamId": str(stream_id)}:
            return Stop(stream_id)
        case _:
            raise BadMessageError("not a message of an audio stream")


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
