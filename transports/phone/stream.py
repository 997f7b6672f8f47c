"""What a media stream says, whichever carrier's: JSON text, audio as 8 kHz mu-law in base64 (pure).

Carriers differ in the names of its fields, which each one's `wire` knows.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from transports.phone import mulaw
from transports.phone.heard import KEYS, Dialect
from transports.wire import BadMessageError

HZ = 8_000
CHUNK_MS = 40
"""What is sent at a time."""
LARGEST = 2**53
"""Of a number: beyond it, seconds cannot be made of it."""
MOST_PARAMETERS = 20
LONGEST_PARAMETER = 500


@dataclass(frozen=True, slots=True)
class Remark:
    """A message that calls for nothing: the socket's first, or that what we told was done."""


@dataclass(frozen=True, slots=True)
class Start:
    """Which call this is, and how its audio is encoded."""

    stream_id: str
    call_id: str
    account_id: str
    encoding: str
    hz: int
    channels: int
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Media:
    """A piece of the caller's audio, mono s16; `chunk` counts from 1."""

    stream_id: str
    chunk: int
    pcm: bytes

    @property
    def secs(self) -> float:
        return len(self.pcm) / 2 / HZ


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark has been played, or was cleared."""

    stream_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key the caller pressed."""

    stream_id: str
    digit: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The call is over, or goes on elsewhere."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that we told was not to the carrier's liking."""

    stream_id: str


Message = Remark | Start | Media | Mark | Dtmf | Stop | Complaint

Decode = Callable[[bytes | str], Message]
"""What a carrier said. Raises BadMessageError, and nothing else, for what it would not say."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A carrier's way of putting it, both ways; `encoding` is its name for mu-law."""

    encoding: str
    decode: Decode
    dialect: Callable[[str], Dialect]
    """For the stream of this id."""


def parsed(data: bytes | str) -> object:
    """The JSON. Raises BadMessageError."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("not JSON") from error


def told(message: object, stream: str) -> Message:
    """What all carriers put alike, but for what they call the stream. Raises BadMessageError."""
    match message:
        case {"event": str(event), **rest} if isinstance(stream_id := rest.get(stream), str):
            return _told(event, stream_id, cast("dict[str, object]", rest))
        case _:
            raise BadMessageError("not a message of a stream")


def _told(event: str, stream_id: str, message: dict[str, object]) -> Message:
    match event, message:
        case "media", {"media": {"payload": str(payload), "chunk": str() | int() as chunk}}:
            return Media(stream_id, number(chunk), _heard(payload))
        case "mark", {"mark": {"name": str(name)}}:
            return Mark(stream_id, name)
        case "dtmf", {"dtmf": {"digit": str(digit)}} if len(digit) == 1 and digit in KEYS:
            return Dtmf(stream_id, digit)
        case "stop", _:
            return Stop(stream_id)
        case _:
            raise BadMessageError("not a message of a media stream")


def parameters(sent: object) -> dict[str, str]:
    """What we gave the stream along, as far as it is text; so much of it and no more."""
    if not isinstance(sent, dict):
        return {}
    pairs = list(cast("dict[str, object]", sent).items())[:MOST_PARAMETERS]
    return {name: value[:LONGEST_PARAMETER] for name, value in pairs if isinstance(value, str)}


def number(digits: str | int) -> int:
    """Raises BadMessageError for none, and for one that is larger than can be reckoned with."""
    try:
        counted = int(digits)
    except ValueError as error:
        raise BadMessageError("not a number") from error
    if abs(counted) > LARGEST:
        raise BadMessageError("not a number that anybody counts to")
    return counted


def _heard(payload: str) -> bytes:
    """Mono s16 at 8 kHz. Raises BadMessageError."""
    try:
        encoded = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMessageError("not base64") from error
    if not encoded:
        raise BadMessageError("no audio")
    return mulaw.decode(encoded)


def said(pcm: bytes) -> str:
    """The payload for mono s16 at 8 kHz."""
    return base64.b64encode(mulaw.encode(pcm)).decode()
