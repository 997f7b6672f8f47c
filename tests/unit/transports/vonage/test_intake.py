"""What Vonage's socket may send, and what becomes of what it may not."""

import json
from random import Random

import pytest
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import InputAudioRawFrame

from tests.unit.transports.spoiled import nested, spoiled
from transports.intake import Goodbye, IntakeSettings
from transports.phone.heard import Key, Mark
from transports.vonage.intake import Intake
from transports.vonage.opening import judge
from transports.vonage.wire import FORMAT, MOST_BYTES, Dialect

GARBAGE = [
    "",
    "not json",
    "[]",
    "null",
    "7",
    "{}",
    '{"event": null}',
    '{"event": "websocket:notify", "payload": null}',
    '{"event": "websocket:notify", "payload": {"name": 7}}',
    '{"event": "websocket:dtmf", "digit": "99"}',
    '{"event": "websocket:dtmf", "digit": "x"}',
    '{"event": "websocket:connected", "content-type": "audio/l16;rate=16000"}',
    "[" * 20_000,
    b"\x00",
    bytes(70_000),
]


@pytest.mark.parametrize("data", GARBAGE)
def test_garbage_is_dropped_and_counted(data: str | bytes):
    intake = Intake(IntakeSettings())
    assert intake.take(data, 0.0) is None
    assert intake.counts == {"malformed": 1}


KINDS: tuple[dict[str, object], ...] = (
    {"event": "websocket:connected", "content-type": FORMAT, "call": "c1"},
    {"event": "websocket:notify", "payload": {"name": "7"}},
    {"event": "websocket:dtmf", "digit": "5", "duration": 260},
    {"event": "websocket:cleared"},
)


def test_messages_that_are_wrong_somewhere_raise_nothing():
    dice, intake, heard_of = Random(44), Intake(IntakeSettings()), 0
    for number in range(34_000):
        data = spoiled(dice.choice(KINDS), dice)
        heard = intake.take(data, float(number))
        assert is_sound(heard), data[:200]
        text = data if isinstance(data, str) else ""
        assert isinstance(judge(text, "c1"), Goodbye | None), data[:200]
        heard_of += heard is not None
    assert heard_of > 1_000, "too few are nearly right"


def is_sound(heard: object) -> bool:
    """Whether the rest of a call can do with it what it does with all of its kind."""
    match heard:
        case None | Mark(str()):
            return True
        case Key(str(digit)):
            return KeypadEntry(digit).value == digit
        case InputAudioRawFrame():
            return 0 < len(heard.audio) <= MOST_BYTES and len(heard.audio) % 2 == 0
        case _:
            return False


def test_nesting_that_is_nearly_too_deep_raises_nothing():
    intake = Intake(IntakeSettings())
    for depth in (*range(1, 20), *range(850, 1_001)):
        for at, text in enumerate(text for kind in KINDS for text in nested(kind, depth)):
            assert is_sound(intake.take(text, 100.0 * depth + at))
            assert isinstance(judge(text, "c1"), Goodbye | None)


def test_audio_keys_and_marks_are_passed_on():
    intake = Intake(IntakeSettings())
    audio = intake.take(bytes(640), 0.0)
    assert isinstance(audio, InputAudioRawFrame)
    assert (len(audio.audio), audio.sample_rate) == (640, 16_000)
    assert intake.take('{"event": "websocket:dtmf", "digit": "5", "duration": 260}', 0.1) == Key(
        "5"
    )
    told = json.loads(Dialect().mark("m7"))
    echoed = json.dumps({"event": "websocket:notify", "payload": told["payload"]})
    assert intake.take(echoed, 0.2) == Mark("m7")
    assert intake.take('{"event": "websocket:cleared"}', 0.3) is None
    assert intake.counts == {}


def test_audio_faster_than_real_time_is_dropped_and_then_ends_the_call():
    intake = Intake(IntakeSettings())
    heard = [intake.take(bytes(640), 0.0) for _ in range(3_000)]
    assert sum(isinstance(each, InputAudioRawFrame) for each in heard) <= 2 * 50 + 1
    assert isinstance(heard[-1], Goodbye)
