import numpy as np
import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.frames.frames import OutputTransportMessageUrgentFrame as UrgentMessageFrame
from pipecat.serializers.protobuf import ProtobufFrameSerializer

from evals import wire

SERVER = ProtobufFrameSerializer()
SAMPLES = np.array([1, -2, 300], np.int16)


async def test_the_server_understands_the_callers_audio():
    frame = await SERVER.deserialize(wire.audio_frame(SAMPLES, 16_000))
    assert isinstance(frame, InputAudioRawFrame)
    assert (frame.audio, frame.sample_rate, frame.num_channels) == (SAMPLES.tobytes(), 16_000, 1)


async def test_the_server_understands_the_handshake():
    frame = await SERVER.deserialize(wire.client_ready("1"))
    assert isinstance(frame, InputTransportMessageFrame)
    assert frame.message["label"] == "rtvi-ai"
    assert frame.message["type"] == "client-ready"
    assert frame.message["data"]["version"].startswith("2.")


async def test_typed_text_is_to_be_answered_at_once():
    frame = await SERVER.deserialize(wire.send_text("1042", "2"))
    assert isinstance(frame, InputTransportMessageFrame)
    assert frame.message["type"] == "send-text"
    assert frame.message["data"]["content"] == "1042"
    assert frame.message["data"]["options"]["run_immediately"] is True


async def decoded(frame: object) -> wire.Received | None:
    payload = await SERVER.serialize(frame)  # type: ignore[arg-type]
    assert isinstance(payload, bytes)
    return wire.decode(payload)


async def test_the_caller_hears_the_servers_audio():
    sound = await decoded(OutputAudioRawFrame(SAMPLES.tobytes(), 24_000, 1))
    assert isinstance(sound, wire.Sound)
    assert sound.samples.tolist() == SAMPLES.tolist()
    assert sound.rate == 24_000


async def test_stereo_is_refused_rather_than_heard_at_half_speed():
    with pytest.raises(ValueError, match="2 channels"):
        await decoded(OutputAudioRawFrame(b"\0" * 8, 24_000, 2))


async def test_the_caller_reads_rtvi_messages():
    message = {"label": "rtvi-ai", "type": "bot-ready", "id": "1", "data": {"version": "2.2.0"}}
    assert await decoded(UrgentMessageFrame(message=message)) == wire.Message(
        "bot-ready", {"version": "2.2.0"}
    )


async def test_a_message_without_data_has_empty_data():
    message = {"label": "rtvi-ai", "type": "bot-llm-started"}
    assert await decoded(UrgentMessageFrame(message=message)) == wire.Message("bot-llm-started", {})


async def test_messages_of_other_protocols_are_ignored():
    assert await decoded(UrgentMessageFrame(message={"type": "ping"})) is None


async def test_an_interruption_clears_the_playout():
    assert isinstance(await decoded(InterruptionFrame()), wire.Cleared)
