"""A part of the labelled set, in audio time: the same on every machine."""

import pytest

from bot.turns import Ears
from tests.bench.endpointing.__main__ import judges, score
from tests.bench.endpointing.sound import recording
from tests.bench.endpointing.utterances import utterances

TURNS = 36


@pytest.fixture(scope="module")
def scores():
    recordings = [recording(each) for each in utterances(TURNS, seed=7)]
    ours = judges(Ears())
    return {who: score(ours[who], recordings) for who in ("Pipecat's defaults", "Echo")}


def test_few_turns_are_cut_off_and_half_are_over_early(scores):
    echo = scores["Echo"]
    assert echo.cut_off <= 0.1 * TURNS
    assert echo.p50_ms <= 200
    assert echo.mean_ms <= 450


def test_pipecats_defaults_cut_off_more_and_wait_longer(scores):
    stock, echo = scores["Pipecat's defaults"], scores["Echo"]
    assert stock.cut_off > 2 * echo.cut_off
    assert stock.mean_ms > echo.mean_ms
    assert stock.p50_ms > echo.p50_ms
