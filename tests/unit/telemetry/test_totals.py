"""What all calls came to."""

from bot.telemetry.latency import Incident
from bot.telemetry.prices import prices
from bot.telemetry.session_metrics import SessionTally, VoiceSessionMetrics
from bot.telemetry.totals import Totals
from tests.unit.telemetry.test_usage import spoken


def call(model: str, *incidents: Incident) -> VoiceSessionMetrics:
    tally = SessionTally("s1", "websocket")
    tally.usage.add(spoken("Cartesia#0", model, 1_000))
    for incident in incidents:
        tally.add_incident(incident)
    return tally.metrics(prices(), outcome="caller_hung_up", duration_secs=1)


def test_calls_add_up():
    totals = Totals()
    late = Incident("LLM", "openai", "late", "local", after_ms=1_500)
    totals.add(call("sonic-3", late, late))
    totals.add(call("sonic-3"))
    assert totals.to_dict() == {
        "calls": 2,
        "cost_usd": 0.078,
        "unpriced": 0,
        "incidents": {"LLM openai": 2},
    }


def test_a_call_of_unknown_cost_is_counted_apart():
    totals = Totals()
    totals.add(call("sonic-99"))
    totals.add(call("sonic-3"))
    assert (totals.to_dict()["cost_usd"], totals.to_dict()["unpriced"]) == (0.039, 1)


def test_a_call_in_which_nobody_was_asked_is_not_unpriced():
    totals = Totals()
    nobody = SessionTally("s1", "websocket")
    totals.add(nobody.metrics(prices(), outcome="caller_hung_up", duration_secs=1))
    assert totals.to_dict()["unpriced"] == 0
