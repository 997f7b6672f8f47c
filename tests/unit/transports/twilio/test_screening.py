"""Nobody is listened to before it is clear that a human has answered."""

import asyncio
from collections.abc import Mapping

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye
from transports.phone.heard import Heard, Key, Mark, Stop
from transports.twilio.screening import Screening

HELLO = InputAudioRawFrame((np.ones(160, "<i2") * 4_000).tobytes(), 8_000, 1)
QUIET = InputAudioRawFrame(bytes(320), 8_000, 1)
NOISE = InputAudioRawFrame((np.ones(160, "<i2") * 100).tobytes(), 8_000, 1)


class Lets:
    """An intake that has judged already."""

    def __init__(self) -> None:
        self.next: Heard | Goodbye | None = None

    @property
    def counts(self) -> Mapping[str, float]:
        return {"malformed": 1}

    def take(self, data: bytes | str, now: float) -> Heard | Goodbye | None:
        return self.next


class Line:
    def __init__(self, quiet_secs: float = 4.0) -> None:
        self.lets = Lets()
        self.answered = asyncio.Event()
        self.screening = Screening(self.lets, self.answered, quiet_secs)

    def hear(self, heard: Heard | Goodbye | None, times: int = 1) -> Heard | Goodbye | None:
        """What comes of it the last time."""
        self.lets.next, passed = heard, None
        for _ in range(times):
            passed = self.screening.take("", 0.0)
        return passed


def audio(passed: object) -> bytes:
    assert isinstance(passed, InputAudioRawFrame)
    assert passed.sample_rate == 8_000
    return passed.audio


def test_what_is_said_before_is_passed_on_as_silence_of_its_length():
    line = Line()
    assert audio(line.hear(HELLO)) == bytes(320)
    assert not line.answered.is_set()


def test_a_human_is_heard_from_then_on():
    line = Line()
    line.hear(HELLO)
    line.answered.set()
    assert audio(line.hear(HELLO)) == HELLO.audio
    assert line.hear(Key("1")) == Key("1")


def test_a_greeting_is_waited_out_however_long_it_is():
    line = Line()
    for _ in range(20):  # a minute, with a pause after each sentence
        line.hear(HELLO, 100)
        line.hear(QUIET, 50)
    assert not line.answered.is_set()


def test_whoever_keeps_silent_for_long_is_greeted():
    line = Line(quiet_secs=2.0)
    line.hear(HELLO, 10)
    line.hear(NOISE, 99)
    assert not line.answered.is_set()
    line.hear(NOISE)
    assert line.answered.is_set()


def test_what_is_keyed_in_before_is_dropped_and_the_rest_passed_on():
    line = Line()
    assert line.hear(Key("1")) is None
    assert line.hear(Mark("7")) == Mark("7")
    assert line.hear(Stop()) == Stop()
    goodbye = Goodbye(1008, "audio faster than real time")
    assert line.hear(goodbye) == goodbye
    assert line.hear(None) is None
    assert line.screening.counts == {"malformed": 1}
