"""A turn's moments, in every shape a turn takes, become its record."""

import json

import pytest

from bot.telemetry.latency import Inference, Origin, ToolSpan, TurnLatency
from bot.telemetry.marks import Mark, TurnMarks


def spoken(*marks: tuple[Mark, float], origin: Origin = "speech") -> TurnMarks:
    turn = TurnMarks(1, origin)
    turn.mark("origin", 10.0)
    for name, at_secs in marks:
        turn.mark(name, at_secs)
    return turn


def say(
    turn: TurnMarks, context_id: str, text: float, sound: float, *, filler: bool = False
) -> None:
    turn.utter("text", text, context_id, filler=filler)
    turn.utter("audio", text + 0.1, context_id)
    turn.utter("sound", sound, context_id)


def tool_turn() -> TurnMarks:
    turn = spoken(("vad_stop", 10.2), ("transcript", 10.15), ("turn_over", 10.25))
    turn.mark("asked", 10.26)
    turn.mark("tool_calls", 10.4)
    turn.tool_started("a", "look_up_order", 10.41)
    say(turn, "filler", 10.76, 10.9, filler=True)
    turn.tool_ended("a", "ok", 12.0)
    turn.mark("asked", 12.01)
    turn.mark("token", 12.2)
    turn.utter("silence", 11.9, "filler")
    say(turn, "answer", 12.25, 12.4)
    return turn


def test_plain_turn_has_every_stage_from_the_end_of_speech():
    turn = spoken(("vad_stop", 10.2), ("transcript", 10.15), ("turn_over", 10.25), ("asked", 10.26))
    turn.mark("token", 10.4)
    say(turn, "answer", 10.45, 10.6)
    assert turn.latency() == TurnLatency(
        turn=1,
        kind="plain",
        measured_from="speech",
        vad_stop_ms=200.0,
        transcript_ms=150.0,
        turn_over_ms=250.0,
        inferences=(Inference(260.0, 400.0),),
        text_ms=450.0,
        tts_audio_ms=550.0,
        first_sound_ms=600.0,
        answer_ms=600.0,
    )


def test_filler_is_the_first_sound_but_not_the_answer():
    turn = tool_turn().latency()
    assert (turn.kind, turn.first_sound_ms, turn.answer_ms) == ("tool", 900.0, 2400.0)
    assert (turn.filler_ms, turn.filler_end_ms) == (900.0, 1900.0)
    assert (turn.text_ms, turn.tts_audio_ms) == (2250.0, 2350.0)


def test_tool_turn_names_its_tools_and_both_inferences():
    turn = tool_turn().latency()
    assert turn.tools == (ToolSpan("look_up_order", 410.0, 2000.0, "ok"),)
    assert turn.inferences == (
        Inference(260.0, 400.0, called_tools=True),
        Inference(2010.0, 2200.0),
    )


def test_words_before_a_tool_are_a_sound_but_not_the_answer():
    turn = spoken(("asked", 10.2), ("token", 10.3))
    say(turn, "let me check", 10.35, 10.5)
    turn.mark("tool_calls", 10.6)
    turn.tool_started("a", "get_weather", 10.6)
    assert not turn.answered
    turn.tool_ended("a", "ok", 11.0)
    turn.mark("asked", 11.0)
    turn.mark("token", 11.2)
    say(turn, "it is sunny", 11.25, 11.4)
    assert (turn.latency().first_sound_ms, turn.latency().answer_ms) == (500.0, 1400.0)


def test_goodbye_before_the_call_ends_is_the_answer():
    turn = spoken(("asked", 10.2), ("token", 10.3))
    say(turn, "goodbye", 10.35, 10.5)
    turn.mark("tool_calls", 10.6)
    assert turn.latency().answer_ms == 500.0


def test_words_before_a_tool_are_no_answer_when_the_turn_was_cut_off():
    turn = spoken(("asked", 10.2), ("token", 10.3))
    say(turn, "let me check", 10.35, 10.5)
    turn.mark("tool_calls", 10.6)
    turn.interrupted = True
    assert turn.latency().answer_ms is None


def test_end_of_speech_moves_when_the_caller_goes_on():
    turn = spoken(("vad_stop", 10.2), ("transcript", 10.2), ("turn_over", 10.25), ("asked", 10.26))
    turn.mark("token", 10.4)
    turn.resume()
    turn.mark("origin", 12.0)
    turn.mark("vad_stop", 12.2)
    turn.mark("transcript", 12.15)
    turn.mark("turn_over", 12.2)
    turn.mark("asked", 12.21)
    turn.mark("token", 12.3)
    say(turn, "answer", 12.35, 12.5)
    record = turn.latency()
    assert record.resumed == 1
    assert (record.answer_ms, record.transcript_ms, record.turn_over_ms) == (500.0, 150.0, 200.0)
    assert record.inferences == (Inference(210.0, 300.0),)


@pytest.mark.parametrize(
    ("at_secs", "paused"),
    [(10.5, True), (12.0, True), (12.1, False)],
    ids=["short", "edge", "long"],
)
def test_only_a_short_silence_is_a_pause(at_secs: float, paused: bool):
    assert spoken().can_resume(at_secs) is paused


def test_caller_who_heard_something_has_not_merely_paused():
    turn = spoken(("asked", 10.2))
    say(turn, "answer", 10.3, 10.4)
    assert not turn.can_resume(10.5)


def test_caller_for_whom_a_tool_ran_has_not_merely_paused():
    turn = spoken(("asked", 10.2))
    turn.tool_started("a", "book_appointment", 10.3)
    assert not turn.can_resume(10.5)


@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        ("speech", "plain"),
        ("turn_over", "plain"),
        ("text", "text"),
        ("connected", "greeting"),
        ("request", "unprompted"),
    ],
)
def test_kind_follows_from_what_began_the_turn(origin: Origin, kind: str):
    turn = spoken(("asked", 10.0), ("token", 10.1), origin=origin)
    say(turn, "words", 10.15, 10.3)
    record = turn.latency()
    assert (record.kind, record.measured_from, record.answer_ms) == (kind, origin, 300.0)
    assert record.vad_stop_ms is None


def test_typed_turn_stays_typed_when_a_tool_runs():
    turn = spoken(("asked", 10.0), origin="text")
    turn.tool_started("a", "get_weather", 10.1)
    assert turn.latency().kind == "text"


def test_last_transcript_before_the_model_was_asked_counts():
    turn = spoken(("transcript", 9.5), ("transcript", 10.1), ("asked", 10.2), ("transcript", 10.9))
    assert turn.latency().transcript_ms == 100.0


def test_transcript_may_be_final_before_the_end_of_speech():
    assert spoken(("transcript", 9.9), ("asked", 10.2)).latency().transcript_ms == -100.0


def test_yield_runs_from_the_callers_first_sound_to_silence():
    turn = spoken(("asked", 10.2), ("token", 10.3))
    say(turn, "answer", 10.35, 10.5)
    turn.mark("barge_in", 12.0)
    turn.utter("silence", 12.25, "answer")
    assert turn.latency().yield_ms == 250.0


def test_tool_that_outlives_its_turn_has_no_end():
    turn = spoken(("asked", 10.2))
    turn.tool_started("a", "talk_to_human", 10.3)
    assert turn.latency().tools == (ToolSpan("talk_to_human", 300.0),)


def test_end_of_a_tool_of_another_turn_is_ignored():
    turn = spoken()
    turn.tool_ended("other", "ok", 11.0)
    assert turn.latency().tools == ()


def test_tools_side_by_side_count_once():
    turn = spoken(("asked", 10.0))
    for call, start, end in (("a", 10.0, 11.0), ("b", 10.5, 11.5), ("c", 12.0, 12.25)):
        turn.tool_started(call, call, start)
        turn.tool_ended(call, "ok", end)
    assert turn.latency().tool_ms == 1750.0


def test_moments_in_another_order_give_the_same_record():
    turn = TurnMarks(1, "speech")
    turn.utter("sound", 10.6, "answer")
    turn.utter("audio", 10.5, "answer")
    turn.mark("turn_over", 10.25)
    turn.mark("transcript", 10.15)
    turn.mark("token", 10.4)
    turn.mark("vad_stop", 10.2)
    turn.mark("origin", 10.0)
    record = turn.latency()
    assert (record.answer_ms, record.turn_over_ms, record.transcript_ms) == (600.0, 250.0, 150.0)


def test_turn_without_any_moment_is_a_record_too():
    assert TurnMarks(3, "speech").latency() == TurnLatency(3, "plain", "speech")


def test_record_survives_json():
    record = tool_turn().latency().to_dict()
    assert json.loads(json.dumps(record))["tools"][0]["name"] == "look_up_order"
    assert set(record) == set(TurnLatency.__dataclass_fields__)
