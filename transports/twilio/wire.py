"""The messages of a Twilio media stream: JSON text, audio as 8 kHz mu-law in base64.

https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import cast

from transports.twilio import mulaw
from transports.wire import BadMessageError

HZ = 8_000
MOST_PARAMETERS = 20
LONGEST_PARAMETER = 500


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket's first message; it says nothing."""


@dataclass(frozen=True, slots=True)
class Start:
    """Which call this is, and how its audio is encoded."""

    stream_sid: str
    call_sid: str
    account_sid: str
    encoding: str
    hz: int
    channels: int
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Media:
    """A piece of the caller's audio, mono s16; `chunk` counts from 1."""

    stream_sid: str
    chunk: int
    pcm: bytes

    @property
    def secs(self) -> float:
        return len(self.pcm) / 2 / HZ


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark has been played, or was cleared."""

    stream_sid: str
    name: str


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key the caller pressed."""

    stream_sid: str
    digit: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The call is over, or goes on elsewhere."""

    stream_sid: str


Message = Connected | Start | Media | Mark | Dtmf | Stop


def decode(data: bytes | str) -> Message:
    """What Twilio said. Raises BadMessageError, and nothing else, for what it would not say."""
    try:
        message: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("not JSON") from error
    match message:
        case {"event": "connected"}:
            return Connected()
        case {"event": "start", "start": {**start}, "streamSid": str(stream_sid)}:
            return _start(stream_sid, cast("dict[str, object]", start))
        case {
            "event": "media",
            "streamSid": str(stream_sid),
            "media": {"payload": str(payload), "chunk": str() | int() as chunk},
        }:
            return Media(stream_sid, _number(chunk), _pcm(payload))
        case {"event": "mark", "streamSid": str(stream_sid), "mark": {"name": str(name)}}:
            return Mark(stream_sid, name)
        case {"event": "dtmf", "streamSid": str(stream_sid), "dtmf": {"digit": str(digit)}}:
            return Dtmf(stream_sid, _key(digit))
        case {"event": "stop", "streamSid": str(stream_sid)}:
            return Stop(stream_sid)
        case _:
            raise BadMessageError("not a message of a media stream")


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
                _number(hz),
                _number(channels),
                _parameters(start.get("customParameters")),
            )
        case _:
            raise BadMessageError("not a start")


def _parameters(sent: object) -> dict[str, str]:
    if not isinstance(sent, dict):
        return {}
    pairs = list(cast("dict[str, object]", sent).items())[:MOST_PARAMETERS]
    return {name: value[:LONGEST_PARAMETER] for name, value in pairs if isinstance(value, str)}


def _number(digits: str | int) -> int:
    try:
        return int(digits)
    except ValueError as error:
        raise BadMessageError("not a number") from error


def _pcm(payload: str) -> bytes:
    try:
        encoded = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMessageError("not base64") from error
    if not encoded:
        raise BadMessageError("no audio")
    return mulaw.decode(encoded)


def _key(digit: str) -> str:
    if len(digit) != 1 or digit not in "0123456789*#":
        raise BadMessageError("not a key of a phone")
    return digit


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Twilio is told on one stream."""

    stream_sid: str
    hz: int = HZ
    chunk_ms: int = 40

    def media(self, pcm: bytes) -> str:
        """Play this, mono s16 at 8 kHz."""
        payload = base64.b64encode(mulaw.encode(pcm)).decode()
        return self._say("media", media={"payload": payload})

    def mark(self, name: str) -> str:
        """Tell when everything before this has been played."""
        return self._say("mark", mark={"name": name})

    def clear(self) -> str:
        """Drop what has not been played. All its marks come back at once."""
        return self._say("clear")

    def _say(self, event: str, **more: object) -> str:
        return json.dumps({"event": event, "streamSid": self.stream_sid, **more})
