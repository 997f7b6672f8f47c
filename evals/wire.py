"""What goes over the WebSocket: pipecat's protobuf frames, with RTVI messages inside them.

The same wire as `@pipecat-ai/websocket-transport`; the messages are described in
pipecat/processors/frameworks/rtvi/models.py.
"""

import json
from dataclasses import dataclass

import numpy as np
from loguru import logger
from pydantic import JsonValue

from evals.ear import Samples

logger.disable("pipecat")  # it prints its name and version, which a caller did not ask for
from pipecat.frames.protobufs import frames_pb2  # noqa: E402

logger.enable("pipecat")

RTVI_VERSION = "2.2.0"
_LABEL = "rtvi-ai"

Json = dict[str, JsonValue]

# protobuf makes the class when it is imported, out of a type checker's sight.
_Frame = frames_pb2.Frame  # pyright: ignore[reportAttributeAccessIssue]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    samples: Samples
    rate: int


@dataclass(frozen=True, slots=True)
class Message:
    """An RTVI message: its type, and its data (empty when it has none)."""

    type: str
    data: Json


@dataclass(frozen=True, slots=True)
class Cleared:
    """The server's word to throw away audio that has not been played yet."""


Received = Sound | Message | Cleared


def audio_frame(samples: Samples, rate: int) -> bytes:
    frame = _Frame()
    frame.audio.audio = samples.tobytes()
    frame.audio.sample_rate = rate
    frame.audio.num_channels = 1
    return frame.SerializeToString()


def message_frame(type_: str, data: Json, id_: str) -> bytes:
    frame = _Frame()
    frame.message.data = json.dumps({"label": _LABEL, "type": type_, "id": id_, "data": data})
    return frame.SerializeToString()


def client_ready(id_: str) -> bytes:
    """The handshake of `@pipecat-ai/client-js`, under a name of our own."""
    about: Json = {"library": "echo-caller", "library_version": "1.0", "platform": "python"}
    return message_frame("client-ready", {"version": RTVI_VERSION, "about": about}, id_)


def send_text(text: str, id_: str) -> bytes:
    """Text typed by the caller, to be answered at once and aloud."""
    options: Json = {"run_immediately": True, "audio_response": True}
    return message_frame("send-text", {"content": text, "options": options}, id_)


def decode(payload: bytes) -> Received | None:
    """What a binary message means; None for what a caller has no use for.

    Raises `ValueError` for audio that is not mono, since it would be heard at a wrong pitch.
    """
    frame = _Frame.FromString(payload)
    match frame.WhichOneof("frame"):
        case "audio":
            if frame.audio.num_channels > 1:
                raise ValueError(f"expected mono audio, got {frame.audio.num_channels} channels")
            return Sound(np.frombuffer(frame.audio.audio, np.int16), frame.audio.sample_rate)
        case "message":
            return _message(json.loads(frame.message.data))
        case "interruption":
            return Cleared()
        case _:
            return None


def _message(content: JsonValue) -> Message | None:
    match content:
        case {"label": "rtvi-ai", "type": str(type_), **rest}:
            data = rest.get("data")
            return Message(type_, data if isinstance(data, dict) else {})
        case _:
            return None
