"""What each carrier's stream may send, and what becomes of what it may not."""

import base64
import json
import math
from dataclasses import dataclass
from random import Random

import pytest
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import InputAudioRawFrame

from tests.unit.transports.spoiled import nested, spoiled, tree, written
from transports.intake import Goodbye, IntakeSettings
from transports.phone.heard import Key, Mark, Stop
from transports.phone.opening import judge
from transports.phone.stream import HZ, Start, Wire
from transports.phone.stream_intake import StreamIntake
from transports.plivo import wire as plivo
from transports.telnyx import wire as telnyx
from transports.twilio import wire as twilio

ULAW = base64.b64encode(b"\x00" * 160).decode()
SPOILED = 34_000
"""Three carriers: a hundred thousand."""
LONGEST_MESSAGE = 65_536


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


def test_a_hundred_thousand_messages_that_are_wrong_somewhere_raise_nothing(sample: Sample):
    dice = Random(5)
    kinds = (sample.start, sample.media, sample.mark, sample.key, sample.remark, sample.stop)
    intake, heard_of = an_intake(sample), 0
    for number in range(SPOILED):
        data = spoiled(dice.choice(kinds), dice)
        heard = intake.take(data, float(number))
        assert is_sound(heard), data[:200]
        assert is_a_beginning(judge(data, sample.wire)), data[:200]
        heard_of += heard is not None
    counts = intake.counts
    assert all(math.isfinite(count) and count >= 0 for count in counts.values())
    assert counts["malformed"] > SPOILED / 4, "too few are wrong"
    assert heard_of > 1_000, "too few are nearly right"


def is_sound(heard: object) -> bool:
    """Whether the rest of a call can do with it what it does with all of its kind."""
    match heard:
        case None | Stop() | Mark(str()):
            return True
        case Key(str(digit)):
            return KeypadEntry(digit).value == digit
        case InputAudioRawFrame():
            most = LONGEST_MESSAGE + 2 * HZ * 0.2
            return 0 < len(heard.audio) <= most and len(heard.audio) % 2 == 0
        case _:
            return False


def is_a_beginning(judged: object) -> bool:
    match judged:
        case None | Goodbye():
            return True
        case Start():
            given = judged.parameters
            fit = all(isinstance(value, str) and len(value) <= 500 for value in given.values())
            return fit and len(given) <= 20 and judged.hz == HZ
        case _:
            return False


def test_nesting_that_is_nearly_too_deep_raises_nothing(sample: Sample):
    kinds = (sample.start, sample.media)
    for depth in (*range(1, 20), *range(850, 1_001)):
        for text in (text for kind in kinds for text in nested(kind, depth)):
            assert is_sound(an_intake(sample).take(text, 0.0))
            assert is_a_beginning(judge(text, sample.wire))


def test_what_is_said_twice_in_a_message_counts_once(sample: Sample):
    whole = written(tree(sample.key))
    twice = f'{whole[:-1]},"dtmf":{{"digit":"7"}}}}'
    assert an_intake(sample).take(twice, 0.0) == Key("7")


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
