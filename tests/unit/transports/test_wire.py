import contextlib
import json

import pipecat.frames.protobufs.frames_pb2 as frames_pb2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)

from transports.wire import BadMessageError, Wire, decode


def audio(pcm: bytes, hz: int = 16_000, channels: int = 1) -> bytes:
    frame = frames_pb2.Frame()
    frame.audio.audio, frame.audio.sample_rate, frame.audio.num_channels = pcm, hz, channels
    frame.audio.id, frame.audio.pts = 7, 9
    return frame.SerializeToString()


def message(value: object) -> bytes:
    frame = frames_pb2.Frame()
    frame.message.data = value if isinstance(value, str) else json.dumps(value)
    return frame.SerializeToString()


def rtvi(type_: str) -> dict[str, object]:
    return {"label": "rtvi-ai", "type": type_, "id": "1", "data": {}}


def test_audio_is_heard_without_the_ids_and_times_the_client_made_up():
    heard = decode(audio(b"\1\2" * 320))
    assert isinstance(heard, InputAudioRawFrame)
    assert (heard.audio, heard.sample_rate, heard.pts) == (b"\1\2" * 320, 16_000, None)
    assert heard.id != 7


@pytest.mark.parametrize("type_", ["client-ready", "disconnect-bot", "client-message", "send-text"])
def test_a_caller_may_say_what_callers_say(type_: str):
    heard = decode(message(rtvi(type_)))
    assert isinstance(heard, InputTransportMessageFrame)
    assert heard.message == rtvi(type_)


def test_a_caller_may_press_keys_but_not_thousands_at_once():
    pressed = rtvi("dtmf") | {"data": {"buttons": ["1"] * 32}}
    assert isinstance(decode(message(pressed)), InputTransportMessageFrame)
    assert decode(message(rtvi("dtmf") | {"data": {"buttons": ["1"] * 33}})) is None


@pytest.mark.parametrize("type_", ["llm-function-call-result", "send-file", "raw-audio", "made-up"])
def test_a_caller_may_not_invent_results_or_go_round_the_limits(type_: str):
    assert decode(message(rtvi(type_))) is None


def spoken_by(field: str) -> bytes:
    frame = frames_pb2.Frame()
    getattr(frame, field).SetInParent()
    return frame.SerializeToString()


@pytest.mark.parametrize(
    "bad",
    [
        "text",
        b"",
        b"\xff" * 40,
        audio(b""),
        audio(b"odd"),
        audio(b"\0\0", channels=0),
        audio(b"\0\0" * 3, channels=2),
        message("{"),
        message("[" * 100_000),
        message([1]),
        message(None),
        message({"type": "client-ready", "id": "1"}),
        message({"label": "rtvi-ai", "type": 5, "id": "1"}),
        message({"label": "rtvi-ai", "type": "client-ready"}),
        spoken_by("text"),
        spoken_by("transcription"),
    ],
)
async def test_what_no_client_of_ours_sends_is_bad_and_raises_nothing_in_pipecat(bad: bytes | str):
    with pytest.raises(BadMessageError):
        decode(bad)
    assert await Wire().deserialize(bad) is None


@given(st.binary(max_size=200))
def test_random_bytes_are_bad_or_harmless(data: bytes):
    with contextlib.suppress(BadMessageError):
        decode(data)


async def test_speech_and_interruptions_go_out_and_the_end_of_a_call_does_not():
    wire = Wire()

    async def field(frame: Frame) -> str | None:
        data = await wire.serialize(frame)
        return frames_pb2.Frame.FromString(data).WhichOneof("frame") if data else None

    assert await field(OutputAudioRawFrame(b"\0\0", 24_000, 1)) == "audio"
    assert await field(InterruptionFrame()) == "interruption"
    assert await field(EndFrame()) is None
