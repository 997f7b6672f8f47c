import json

import numpy as np

from evals.conversation import Line, ToolCall
from evals.ear import Span
from evals.playout import Gap
from evals.record import CallRecord, Pace
from evals.report import report, table
from evals.turn import Said, Turn

SILENCE = np.zeros(24_000, np.int16)
TOOL = ToolCall("a", "look_up_order", "done", 4.6, 4.65, {"order_number": "1042"})
TURN = Turn(
    said=Said("say", "Where is my order 1042?", Span(3.0, 4.5)),
    heard_as="Where is my order 1042?",
    reply="It is on its way.",
    first_sound_ms=402.4,
    answer_ms=980.0,
    barge_in_ms=None,
    gaps=(Gap(5.0, 20.0), Gap(6.0, 22.0)),
    tools=(TOOL,),
)
GREETING = Turn(Said("greeting", "", Span(0, 0)), "", "Hello.", 310.0, 310.0, None)
RECORD = CallRecord(
    url="http://localhost:7860",
    session_id="s",
    turns=(GREETING, TURN),
    lines=(Line("echo", "Hello.", 0.3), Line("caller", "Where is my order 1042?", 4.6)),
    partials=(),
    tools=(TOOL,),
    latencies=(),
    errors=(),
    unanswered=0,
    ended_by="caller",
    opened_secs=0.01,
    pace=Pace(400, 1.2, 3.4),
    caller_audio=SILENCE,
    echo_audio=SILENCE,
)


def test_a_report_shows_what_was_said_done_and_measured():
    text = report(RECORD)
    assert "caller  Where is my order 1042?" in text
    assert "look_up_order(order_number='1042'): done in 50 ms" in text
    row = next(line for line in text.splitlines() if line.startswith("  ") and "980" in line)
    assert row.split()[-5:] == ["402", "980", "-", "42", "look_up_order"]


def test_a_report_leaves_out_what_did_not_happen():
    assert "Errors" not in report(RECORD)


def test_the_greeting_is_a_turn_that_nobody_asked_for():
    assert RECORD.greeting_ms == 310.0
    assert "(greeting)" in report(RECORD)


def test_columns_line_up():
    assert table(("name", "ms"), [("a", "5"), ("long name", "1234")]) == [
        "name       ms",
        "a             5",
        "long name  1234",
    ]


def test_the_figures_survive_json():
    summary = json.loads(json.dumps(RECORD.summary()))
    assert summary["turns"][1]["first_sound_ms"] == 402.4
    assert summary["turns"][1]["tools"][0]["name"] == "look_up_order"
    assert summary["ended_by"] == "caller"
