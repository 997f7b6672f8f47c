"""What Vonage's socket may send, and what becomes of what it may not."""

import json
import random

import pytest
from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye, IntakeSettings
from transports.phone.heard import Key, Mark
from transports.vonage.intake import Intake
from transports.vonage.wire import Dialect

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


def test_nothing_makes_it_raise():
    dice = random.Random(44)
    seeds = [each if isinstance(each, str) else each.decode("latin1") for each in GARBAGE[:12]]
    for _ in range(100_000):
        letters = list(dice.choice(seeds) or "{}")
        letters[dice.randrange(len(letters))] = chr(dice.randrange(0x250))
        text = "".join(letters)
        data = text.encode() if dice.random() < 0.3 else text
        heard = Intake(IntakeSettings()).take(data, 0.0)
        assert heard is None or isinstance(heard, InputAudioRawFrame | Key | Mark)


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
