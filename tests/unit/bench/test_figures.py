from typing import Any

import pytest

from tests.bench import figures
from tests.bench.figures import Spread, spread


def turn(
    kind: str = "say",
    first_sound_ms: float | None = 400.0,
    *,
    barge_in_ms: float | None = None,
    tools: int = 0,
    gaps: tuple[float, ...] = (),
    **latency: float,
) -> dict[str, Any]:
    return {
        "said": {"kind": kind},
        "first_sound_ms": first_sound_ms,
        "answer_ms": first_sound_ms,
        "barge_in_ms": barge_in_ms,
        "tools": [{"name": "get_weather"}] * tools,
        "gaps": [{"at_secs": 1.0, "ms": ms} for ms in gaps],
        "latency": latency,
    }


def call(*turns: dict[str, Any], late_ms: float = 1.0) -> dict[str, Any]:
    return {"turns": turns, "pace": {"late_ms_p99": late_ms}}


def test_percentiles_are_of_what_was_measured():
    assert spread([100.0, None, 300.0]) == Spread(2, 200.0, 290.0, 300.0)


def test_nothing_measured_has_no_percentiles():
    assert spread([None]) == Spread(0, None, None, None)


def test_greetings_and_interruptions_are_no_turns_of_the_conversation():
    calls = [call(turn("greeting"), turn("say", 350.0), turn("interrupt"), turn("type"))]
    assert [each["first_sound_ms"] for each in figures.spoken_turns(calls)] == [350.0]


def test_greeting_and_barge_in_have_figures_of_their_own():
    calls = [call(turn("greeting", 90.0), turn("interrupt", barge_in_ms=250.0))]
    assert figures.greeting(calls).p50 == 90.0
    assert figures.barge_in(calls).p95 == 250.0


def test_tool_turns_are_those_in_which_a_tool_ran():
    assert len(figures.tool_turns([turn(), turn(tools=2)])) == 1


def test_a_tool_that_was_asked_for_and_did_not_run_is_missed():
    assert figures.unused([turn(), turn(tools=1)], wanted=2) == 1
    assert figures.unused([turn(tools=1)], wanted=1) == 0


def test_turns_without_an_answer_and_turns_taken_away_are_counted():
    turns = [turn(first_sound_ms=None), turn(first_sound_ms=-120.0), turn()]
    assert figures.unanswered(turns) == 1
    assert figures.cut_off(turns) == 1


def test_every_gap_of_every_call_is_an_underrun():
    assert figures.underruns([call(turn(gaps=(20.0, 30.0))), call(turn(gaps=(7.0,)))]) == [
        20,
        30,
        7,
    ]


def test_stages_are_medians_by_the_servers_clock():
    stages = figures.stages([turn(text_ms=500.0), turn(text_ms=520.0), turn()])
    assert stages["text_ms"] == pytest.approx(510)
    assert stages["vad_stop_ms"] is None


def test_the_latest_caller_decides_whether_the_bench_can_be_trusted():
    assert figures.callers_late([call(late_ms=2.0), call(late_ms=31.0)]) == 31.0
