"""What each carrier's stream may send, and what becomes of what it may not."""

import base64
import json
import random
from contextlib import suppress
from dataclasses import dataclass

import pytest
from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import IntakeSettings
from transports.phone.heard import Key, Mark, Stop
from transports.phone.stream import Start, Wire
from transports.phone.stream_intake import StreamIntake
from transports.plivo import wire as plivo
from transports.telnyx import wire as telnyx
from transports.twilio import wire as twilio
from transports.wire import BadMessageError

ULAW = base64.b64encode(b"\x00" * 160).decode()
SPOILED = 30_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A carrier's wire, and each message that it may send, in its own words."""

    name: str
    wire: Wire
    start: dict[str, object]
    media: dict[str, object]
    mark: dict[str, object]
    key: dict[str, object]
    remark: dict[str, object]
    stop: dict[str, object]


SAMPLES = [
    Sample(
        "twilio",
        twilio.WIRE,
        {
            "event": "start",
            "streamSid": "S1",
            "start": {
                "callSid": "C1",
                "accountSid": "A1",
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"from": "+15550001042"},
            },
        },
        {"event": "media", "streamSid": "S1", "media": {"chunk": "1", "payload": ULAW}},
        {"event": "mark", "streamSid": "S1", "mark": {"name": "7"}},
        {"event": "dtmf", "streamSid": "S1", "dtmf": {"digit": "5"}},
        {"event": "connected", "protocol": "Call"},
        {"event": "stop", "streamSid": "S1", "stop": {}},
    ),
    Sample(
        "telnyx",
        telnyx.WIRE,
        {
            "event": "start",
            "stream_id": "S1",
            "start": {
                "call_control_id": "C1",
                "user_id": "A1",
                "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
                "custom_parameters": {"from": "+15550001042"},
            },
        },
        {"event": "media", "stream_id": "S1", "media": {"chunk": "1", "payload": ULAW}},
        {"event": "mark", "stream_id": "S1", "mark": {"name": "7"}},
        {"event": "dtmf", "stream_id": "S1", "dtmf": {"digit": "5"}},
        {"event": "connected", "version": "1.0.0"},
        {"event": "stop", "stream_id": "S1", "stop": {}},
    ),
    Sample(
        "plivo",
        plivo.WIRE,
        {
            "event": "start",
            "start": {
                "streamId": "S1",
                "callId": "C1",
                "accountId": "A1",
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
            },
            "extra_headers": "{}",
        },
        {"event": "media", "streamId": "S1", "media": {"chunk": 1, "payload": ULAW}},
        {"event": "playedStream", "streamId": "S1", "name": "7"},
        {"event": "dtmf", "streamId": "S1", "dtmf": {"digit": "5"}},
        {"event": "clearedAudio", "streamId": "S1"},
        {"event": "stop", "streamId": "S1"},
    ),
]

GARBAGE = [
    *("", "not json", "[]", "null", "7", "{}", "[" * 20_000, b"\xff\xfe\x00", '{"event": null}'),
    *('{"event": "start"}', '{"event": "mark", "mark": null}'),
    '{"event": "media", "media": null}',
    '{"event": "playedStream", "name": null}',
    '{"event": "dtmf", "dtmf": null}',
]


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.name)
def sample(request: pytest.FixtureRequest) -> Sample:
    return request.param


def an_intake(sample: Sample, stream_id: str = "S1") -> StreamIntake:
    return StreamIntake(sample.wire.decode, stream_id, IntakeSettings(), fill_secs=0.2)


def test_audio_marks_and_keys_are_passed_on_and_a_remark_is_not(sample: Sample):
    intake = an_intake(sample)
    audio = intake.take(json.dumps(sample.media), 0.0)
    assert isinstance(audio, InputAudioRawFrame)
    assert (len(audio.audio), audio.sample_rate) == (320, 8_000)
    assert intake.take(json.dumps(sample.mark), 0.1) == Mark("7")
    assert intake.take(json.dumps(sample.key), 0.2) == Key("5")
    assert intake.take(json.dumps(sample.remark), 0.3) is None
    assert intake.take(json.dumps(sample.stop), 0.4) == Stop()
    assert intake.counts == {}


def test_its_start_says_which_call_it_is(sample: Sample):
    start = sample.wire.decode(json.dumps(sample.start))
    assert isinstance(start, Start)
    assert (start.stream_id, start.call_id, start.account_id) == ("S1", "C1", "A1")
    assert (start.encoding, start.hz, start.channels) == (sample.wire.encoding, 8_000, 1)


@pytest.mark.parametrize("data", GARBAGE)
def test_garbage_is_dropped_and_counted(sample: Sample, data: str | bytes):
    intake = an_intake(sample)
    assert intake.take(data, 0.0) is None
    assert intake.counts == {"malformed": 1}


def test_a_message_with_a_wrong_value_in_it_is_garbage(sample: Sample):
    for wrong in (None, 7, "", "%%%", {}, []):
        for message, inner, name in (
            (sample.media, "media", "payload"),
            (sample.key, "dtmf", "digit"),
        ):
            intake = an_intake(sample)
            spoiled = message | {inner: {**message[inner], name: wrong}}
            assert intake.take(json.dumps(spoiled), 0.0) is None
            assert intake.counts == {"malformed": 1}, wrong


@pytest.mark.parametrize("chunk", ["one", "9" * 400, 10**400, "9" * 5_000, -(10**400), None, 1.5])
def test_a_number_nobody_counts_to_is_garbage(sample: Sample, chunk: object):
    intake = an_intake(sample)
    assert intake.take(json.dumps(sample.media), 0.0)
    far = json.dumps(sample.media | {"media": {"chunk": chunk, "payload": ULAW}})
    assert intake.take(far, 0.1) is None
    assert intake.counts == {"malformed": 1}


def test_another_streams_audio_is_dropped_and_counted(sample: Sample):
    intake = an_intake(sample, "S2")
    assert intake.take(json.dumps(sample.media), 0.0) is None
    assert intake.counts == {"foreign": 1}


def test_spoiled_messages_raise_nothing(sample: Sample):
    chance = random.Random(5)
    alphabet = b'{}[]":,0123456789eE+-\\u\xff\x00nultrf'
    wholes = [json.dumps(each).encode() for each in (sample.start, sample.media, sample.mark)]
    for _ in range(SPOILED):
        spoiled = bytearray(chance.choice(wholes))
        del spoiled[chance.randrange(len(spoiled)) if chance.random() < 0.3 else len(spoiled) :]
        for _ in range(chance.randrange(1, 6)):
            if spoiled:
                spoiled[chance.randrange(len(spoiled))] = chance.choice(alphabet)
        with suppress(BadMessageError):
            sample.wire.decode(bytes(spoiled))


def test_what_telnyx_complains_of_is_counted():
    intake = StreamIntake(telnyx.decode, "S1", IntakeSettings(), fill_secs=0.2)
    error = {"event": "error", "stream_id": "S1", "payload": {"code": 100003, "title": "bad"}}
    assert intake.take(json.dumps(error), 0.0) is None
    assert intake.counts == {"complaints": 1}


def test_they_are_told_what_pipecats_own_serializers_tell_them():
    assert json.loads(telnyx.Dialect("S1").clear()) == {"event": "clear"}
    assert json.loads(telnyx.Dialect("S1").media(bytes(4))) == {
        "event": "media",
        "media": {"payload": "//8="},
    }
    assert json.loads(plivo.Dialect("S1").clear()) == {"event": "clearAudio", "streamId": "S1"}
    assert json.loads(plivo.Dialect("S1").media(bytes(4))) == {
        "event": "playAudio",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": "//8="},
        "streamId": "S1",
    }
