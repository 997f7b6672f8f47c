"""The budget of each stage, and who is to blame."""

from dataclasses import replace

import pytest

from bot.telemetry.budget import CLOCKS, PLAIN, TOOL, Budget, Overspent, budget, judge, spent
from bot.telemetry.latency import Inference, ToolSpan, TurnLatency

GOOD = TurnLatency(
    turn=1,
    kind="plain",
    measured_from="speech",
    vad_stop_ms=200,
    transcript_ms=150,
    turn_over_ms=200,
    inferences=(Inference(200, 400),),
    text_ms=440,
    tts_audio_ms=560,
    first_sound_ms=600,
    answer_ms=600,
)
GOOD_TOOL = replace(
    GOOD,
    kind="tool",
    inferences=(Inference(200, 300, called_tools=True), Inference(2300, 2400)),
    tools=(ToolSpan("track_shipment", 300, 2300, "ok"),),
    text_ms=2420,
    tts_audio_ms=2500,
    filler_ms=780,
    filler_end_ms=2500,
    first_sound_ms=780,
    answer_ms=2560,
)


def test_stages_add_up_to_the_answer():
    assert spent(GOOD) == {
        "endpointing": 200,
        "stt": 150,
        "llm": 200,
        "text": 40,
        "tts": 120,
        "transport": 40,
        "first_sound": 600,
        "answer": 600,
    }


@pytest.mark.parametrize("turn", [GOOD, GOOD_TOOL], ids=["plain", "tool"])
def test_nobody_is_to_blame_for_a_turn_within_budget(turn: TurnLatency):
    assert judge(turn) is None


@pytest.mark.parametrize(
    ("late", "verdict"),
    [
        (replace(GOOD, turn_over_ms=900.0), Overspent("endpointing", 900, 500)),
        (replace(GOOD, transcript_ms=360.0), Overspent("stt", 360, 10)),
        (replace(GOOD, inferences=(Inference(200, 1000),)), Overspent("llm", 800, 100)),
        (replace(GOOD, inferences=(Inference(0, 200),)), Overspent("text", 240, 120)),
        (replace(GOOD, tts_audio_ms=700.0), Overspent("tts", 260, 10)),
        (replace(GOOD, tts_audio_ms=500.0), Overspent("transport", 100, 20)),
        (replace(GOOD, yield_ms=301.0), Overspent("barge_in", 301, 1)),
    ],
    ids=lambda value: value.stage if isinstance(value, Overspent) else "",
)
def test_stage_over_its_p95_is_to_blame(late: TurnLatency, verdict: Overspent):
    assert judge(late) == verdict


def test_stage_that_overspent_most_is_to_blame():
    late = replace(GOOD, turn_over_ms=450.0, inferences=(Inference(200, 1000),))
    assert judge(late) == Overspent("llm", 800, 100)


def test_each_of_two_inferences_is_held_to_the_budget():
    slow_first = (Inference(200, 950, called_tools=True), Inference(2300, 2400))
    assert judge(replace(GOOD_TOOL, inferences=slow_first)) == Overspent("llm", 750, 50)


def test_clock_is_to_blame_when_no_stage_is():
    late = replace(GOOD, inferences=(Inference(500, 900),), text_ms=950, tts_audio_ms=1050)
    late = replace(late, first_sound_ms=1100, answer_ms=1100)
    verdict = judge(late)
    assert verdict is not None
    assert verdict.stage in CLOCKS


def test_time_of_the_tool_is_not_counted_against_the_answer():
    assert spent(GOOD_TOOL)["answer"] == 560
    assert budget(GOOD_TOOL)["answer"] == Budget(600, 600)
    assert judge(replace(GOOD_TOOL, answer_ms=2600.0)) == Overspent("transport", 100, 20)


def test_answer_that_waited_for_a_filler_to_end_is_not_the_transports_fault():
    late_filler = replace(GOOD_TOOL, tts_audio_ms=2450.0, text_ms=2410.0)
    assert spent(late_filler)["transport"] == 60


def test_typed_turn_with_a_tool_has_the_budget_of_a_tool_turn():
    assert budget(replace(GOOD_TOOL, kind="text")) is TOOL
    assert budget(replace(GOOD, kind="text")) is PLAIN


def test_greeting_is_held_to_its_own_clock():
    greeting = TurnLatency(0, "greeting", "connected", first_sound_ms=450, answer_ms=450)
    assert judge(greeting) == Overspent("greeting", 450, 50)


def test_silent_turn_has_no_verdict():
    assert judge(TurnLatency(1, "plain", "speech")) is None


def test_half_of_the_turns_may_take_no_longer_than_almost_all():
    assert all(each.p50_ms <= each.p95_ms for each in (PLAIN | TOOL).values())
