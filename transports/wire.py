"""The wire of Pipecat's WebSocket clients: protobuf frames that hold audio or RTVI messages."""

import json
from typing import cast

import pipecat.frames.protobufs.frames_pb2 as frames_pb2
from google.protobuf.message import DecodeError
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
)
from pipecat.frames.frames import OutputTransportMessageFrame as MessageFrame
from pipecat.frames.frames import OutputTransportMessageUrgentFrame as UrgentMessageFrame
from pipecat.serializers.protobuf import ProtobufFrameSerializer

Heard = InputAudioRawFrame | InputTransportMessageFrame

CALLER_MAY = frozenset({"client-ready", "disconnect-bot", "client-message", "send-text", "dtmf"})
"""RTVI message types a caller has a use for. RTVI knows more, with which a caller could invent the
result of a tool (`llm-function-call-result`), have files read (`send-file`) or bring in audio past
every limit on audio (`raw-audio`)."""

KEYS_AT_ONCE = 32
"""More keys in one `dtmf` message than anybody presses: each would become a frame."""


class BadMessageError(ValueError):
    """A message that no client of ours would send; the text says what is wrong with it."""


def decode(data: bytes | str) -> Heard | None:
    """What the client said: mono or stereo s16 audio at its own rate, or an RTVI message.

    None for an RTVI message of a type that callers are not offered. The ids and timestamps that
    the wire has room for are ours to give, so those of the client are ignored, and so are the
    transcripts and interruptions that it could send. Raises BadMessageError for anything else.
    """
    if isinstance(data, str):
        raise BadMessageError("text instead of protobuf")
    try:
        frame = frames_pb2.Frame.FromString(data)  # type: ignore[attr-defined]
    except DecodeError as error:
        raise BadMessageError("not a protobuf frame") from error
    match frame.WhichOneof("frame"):
        case "audio":
            return _audio(frame.audio.audio, frame.audio.sample_rate, frame.audio.num_channels)
        case "message":
            return _message(frame.message.data)
        case _:
            raise BadMessageError("neither audio nor a message")


def _audio(pcm: bytes, hz: int, channels: int) -> InputAudioRawFrame:
    if not pcm or channels < 1 or len(pcm) % (2 * channels):
        raise BadMessageError("not whole 16-bit samples")
    return InputAudioRawFrame(audio=pcm, sample_rate=hz, num_channels=channels)


def _message(text: str) -> InputTransportMessageFrame | None:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("not JSON") from error
    if not is_rtvi(message):
        raise BadMessageError("not an RTVI message")
    return InputTransportMessageFrame(message=message) if is_offered(message) else None


def is_rtvi(message: object) -> bool:
    match message:
        case {"label": "rtvi-ai", "type": str(), "id": str()}:
            return True
        case _:
            return False


def is_offered(message: object) -> bool:
    """Whether a caller may send it: an RTVI message of one of the types in CALLER_MAY."""
    match message:
        case {"type": "dtmf", "data": {"buttons": [*keys]}} if len(keys) > KEYS_AT_ONCE:
            return False
        case _:
            return is_rtvi(message) and cast("dict[str, object]", message)["type"] in CALLER_MAY


class Wire(ProtobufFrameSerializer):
    """Frames to bytes; bytes to frames, where whatever is no good is None."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, InterruptionFrame):
            frame = InterruptionFrame()  # whatever kind: the client drops what it has not played
        known = isinstance(frame, MessageFrame | UrgentMessageFrame)
        if known or type(frame) in self.SERIALIZABLE_TYPES:
            return await super().serialize(frame)
        return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        try:
            return decode(data)
        except BadMessageError:
            return None
