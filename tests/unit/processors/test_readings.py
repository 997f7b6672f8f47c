from dataclasses import dataclass

import pytest

from processors.readings import phrase
from processors.said_over import Kind


@dataclass(frozen=True)
class Read:
    text: str
    confidence: float


def found(*readings: tuple[str, float, Kind], least_share: float = 0.6) -> str | None:
    each = [(Read(text, confidence), kind) for text, confidence, kind in readings]
    got = phrase(each, least_share)
    return got[0].text if got else None


def test_a_phrase_that_is_nearly_as_likely_is_what_was_said():
    assert found(("And then", 0.21, "turn"), ("Mm-hmm", 0.17, "backchannel")) == "Mm-hmm"


def test_a_phrase_that_is_much_less_likely_is_not():
    assert found(("The end", 0.5, "turn"), ("Mm-hmm", 0.17, "backchannel")) is None


@pytest.mark.parametrize("stop", [0.3, 0.4])
def test_a_stop_goes_first(stop):
    assert found(("Right", 0.35, "backchannel"), ("Wait", stop, "stop")) == "Wait"


def test_the_likelier_of_two_of_a_kind_is_taken():
    assert found(("Um", 0.2, "tic"), ("Right", 0.3, "backchannel")) == "Right"


def test_nothing_is_read_from_nothing():
    assert found() is None
