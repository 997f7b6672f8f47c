"""The messages of Vonage's socket: audio as binary 16 kHz s16, everything else as JSON text.

https://developer.vonage.com/en/voice/voice-api/concepts/websockets
"""

import json
from dataclasses import dataclass
from typing import Literal

from transports.phone.heard import KEYS, Key, Mark
from transports.wire import BadMessageError

HZ = 16_000
FORMAT = f"audio/l16;rate={HZ}"
CHUNK_MS = 20
"""What Vonage sends at a time, and takes."""
MOST_BYTES = 50 * CHUNK_MS * HZ // 1000 * 2
"""A second, which is far more than is ever sent at a time."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket's first message: which call this is, and how its audio is encoded."""

    content_type: str
    call_id: str


Told = Connected | Mark | Key | Literal["cleared"]


def decode(text: str) -> Told:
    """What Vonage said. Raises BadMessageError, and nothing else, for what it would not say."""
    try:
        message: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("not JSON") from error
    match message:
        case {"event": "websocket:connected", "content-type": str(kind), **headers}:
            return Connected(kind, str(headers.get("call", "")))
        case {"event": "websocket:notify", "payload": {"name": str(name)}}:
            return Mark(name)
        case {"event": "websocket:dtmf", "digit": str(digit)} if len(digit) == 1 and digit in KEYS:
            return Key(digit)
        case {"event": "websocket:cleared"}:
            return "cleared"
        case _:
            raise BadMessageError("not a message of Vonage's socket")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Vonage is told."""

    hz: int = HZ
    chunk_ms: int = CHUNK_MS

    def media(self, pcm: bytes) -> bytes:
        """Play this, mono s16 at 16 kHz."""
        return pcm

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        return json.dumps({"action": "notify", "payload": {"name": name}})

    def clear(self) -> str:
        """Drop what has not been played."""
        return json.dumps({"action": "clear"})
