import struct

from pipecat.frames.frames import InputAudioRawFrame, InputTransportMessageFrame

from tests.unit.transports.test_wire import audio, message, rtvi
from transports.intake import Goodbye, Intake, IntakeSettings


def intake(**settings: float) -> Intake:
    return Intake(IntakeSettings.model_validate(settings))


def test_a_client_has_greeted_once_it_says_something_sensible():
    line = intake()
    line.take(b"\xff", 0.0)
    assert not line.greeted
    line.take(message(rtvi("client-ready")), 0.0)
    assert line.greeted


def test_one_malformed_message_is_dropped_and_counted():
    line = intake()
    assert line.take(b"\xff", 0.0) is None
    assert line.bad == 1


def test_twenty_malformed_messages_in_ten_seconds_end_the_call():
    line = intake()
    judged = [line.take(b"\xff", i * 0.5) for i in range(20)]
    assert judged[:19] == [None] * 19
    assert judged[19] == Goodbye(1008, "too many malformed messages")


def test_a_malformed_message_every_second_is_only_dropped():
    line = intake()
    assert not any(line.take(b"\xff", float(i)) for i in range(200))


def test_stereo_is_mixed_down():
    heard = intake().take(audio(struct.pack("<4h", 100, 300, -32768, -32768), channels=2), 0.0)
    assert isinstance(heard, InputAudioRawFrame)
    assert struct.unpack("<2h", heard.audio) == (200, -32768)
    assert heard.num_channels == 1


def test_audio_of_an_impossible_format_is_refused_with_the_reason():
    judged = intake().take(audio(b"\0\0" * 6, hz=16_000, channels=6), 0.0)
    assert isinstance(judged, Goodbye)
    assert judged.code == 1003
    assert "6 channels" in judged.reason
    assert len(judged.reason.encode()) <= 123  # what a close frame holds


def test_audio_that_changes_its_rate_halfway_is_malformed():
    line = intake()
    assert line.take(audio(b"\0\0" * 160, hz=8_000), 0.0)
    assert line.take(audio(b"\0\0" * 160, hz=16_000), 0.1) is None
    assert line.bad == 1


def test_audio_faster_than_real_time_is_dropped_then_ends_the_call():
    line = intake(audio_dropped_secs=1.0)
    second = audio(bytes(32_000))
    assert [bool(line.take(second, 0.0)) for _ in range(3)] == [True, True, False]
    assert line.dropped_audio_secs == 1.0
    assert line.take(second, 0.0) == Goodbye(1008, "audio faster than real time")


def test_a_flood_of_messages_is_dropped():
    line = intake(messages_burst=5)
    text = message(rtvi("send-text"))
    taken = [line.take(text, 0.0) for _ in range(10)]
    assert [isinstance(m, InputTransportMessageFrame) for m in taken] == [True] * 5 + [False] * 5
    assert line.dropped_messages == 5
