"""What a call came to, at hang-up."""

import json

import pytest

from bot.telemetry.latency import Kind, TurnLatency
from bot.telemetry.prices import prices
from bot.telemetry.session_metrics import SessionTally, percentile


def turn(
    first_sound_ms: float | None, answer_ms: float | None, kind: Kind = "plain"
) -> TurnLatency:
    return TurnLatency(1, kind, "speech", first_sound_ms=first_sound_ms, answer_ms=answer_ms)


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [
        ([], None, None),
        ([7.0], 7.0, 7.0),
        ([2.0, 1.0], 1.0, 2.0),
        ([float(n) for n in range(1, 101)], 50.0, 95.0),
        ([float(n) for n in range(1, 21)], 10.0, 19.0),
    ],
)
def test_percentile_is_a_value_that_occurred(
    values: list[float], p50: float | None, p95: float | None
):
    assert (percentile(values, 50), percentile(values, 95)) == (p50, p95)


def test_percentiles_are_of_what_callers_waited_for():
    tally = SessionTally("s1", "websocket")
    tally.add_turn(turn(90, 90, "greeting"))
    tally.add_turn(turn(400, 400))
    tally.add_turn(turn(700, 2500, "tool"))
    tally.add_turn(turn(60, 60, "unprompted"))
    session = tally.metrics(prices(), outcome="agent_ended", duration_secs=31.41592)
    assert (session.turns, session.duration_secs, session.greeting_ms) == (2, 31.416, 90)
    assert (session.first_sound_p50_ms, session.first_sound_p95_ms) == (400, 700)
    assert (session.answer_p50_ms, session.answer_p95_ms) == (400, 2500)


def test_turn_without_an_answer_counts_as_a_turn_only():
    tally = SessionTally("s1", "websocket")
    tally.add_turn(turn(None, None))
    session = tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1)
    assert (session.turns, session.answer_p50_ms, session.first_sound_p95_ms) == (1, None, None)


def test_interrupted_greeting_is_an_interruption():
    tally = SessionTally("s1", "websocket")
    tally.add_turn(TurnLatency(0, "greeting", "connected", interrupted=True))
    session = tally.metrics(prices(), outcome="idle", duration_secs=1)
    assert (session.turns, session.interruptions) == (0, 1)


def test_tool_calls_are_counted_by_name_and_outcome():
    tally = SessionTally("s1", "websocket")
    for name, outcome in (("a", "ok"), ("a", "ok"), ("a", "timeout"), ("b", "cancelled")):
        tally.add_tool_call(name, outcome)
    session = tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1)
    assert session.tool_calls == {"a": {"ok": 2, "timeout": 1}, "b": {"cancelled": 1}}


def test_metrics_do_not_change_with_the_tally():
    tally = SessionTally("s1", "websocket")
    before = tally.metrics(prices(), outcome="error", duration_secs=1)
    tally.add_error("server")
    tally.add_tool_call("a", "ok")
    assert (before.errors, before.tool_calls) == ({}, {})


def test_metrics_survive_json():
    tally = SessionTally("s1", "websocket")
    tally.add_tool_call("a", "error")
    tally.add_error("rate_limit")
    session = tally.metrics(prices(), outcome="error", duration_secs=1, loop_lag_p99_ms=4)
    told = session.to_dict()
    assert json.loads(json.dumps(told)) == told | {"usages": [], "incidents": []}


def test_wasted_guesses_are_told_as_a_share_of_the_turns():
    tally = SessionTally("session", "websocket")
    for asked, wasted in ((1, 0), (2, 1), (0, 0), (1, 0)):
        tally.add_turn(TurnLatency(1, "plain", "speech", guesses=asked, guesses_wasted=wasted))
    metrics = tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1.0)
    assert (metrics.guesses, metrics.guesses_wasted) == (4, 1)
    assert metrics.guesses_wasted_share == 0.25


def test_a_call_without_turns_has_no_share_of_them():
    metrics = SessionTally("session", "websocket").metrics(
        prices(), outcome="caller_hung_up", duration_secs=1.0
    )
    assert metrics.guesses_wasted_share is None
