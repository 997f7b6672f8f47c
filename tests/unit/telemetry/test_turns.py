"""Which turn a moment belongs to, where a pipeline is too well-behaved to show it."""

from bot.telemetry.latency import Incident, TurnLatency
from bot.telemetry.turns import TurnFollower
from tests.unit.telemetry.test_usage import spoken


def speak(turns: TurnFollower, until: float) -> None:
    """A caller's turn that ends at `until` and is declared over 0.25 s later."""
    turns.caller_started(until - 1)
    turns.caller_took_turn()
    turns.interrupted()
    turns.caller_stopped(until, until + 0.2)
    turns.transcript(until + 0.2)
    turns.caller_yielded_turn(until + 0.25)


def reply(turns: TurnFollower, context_id: str, at_secs: float) -> None:
    """An answer that begins to sound at `at_secs` and is not over."""
    turns.asked(at_secs - 0.3)
    turns.token("token", at_secs - 0.2)
    turns.synthesis(context_id, at_secs - 0.15, text=True, filler=False)
    turns.synthesis(context_id, at_secs - 0.1, text=False, filler=False)
    turns.started_speaking()
    turns.utterance_plays(context_id)
    turns.audible(at_secs)
    turns.generated()


def cough(turns: TurnFollower, at_secs: float) -> None:
    turns.caller_started(at_secs)
    turns.caller_stopped(at_secs + 0.1, at_secs + 0.3)


def finished(turns: TurnFollower) -> list[TurnLatency]:
    turns.hang_up()
    return turns.take_finished()


def test_turn_is_finished_when_its_answer_was_spoken():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    assert turns.take_finished() == []
    turns.stopped_speaking(3.0)
    assert [turn.answer_ms for turn in turns.take_finished()] == [800.0]
    assert finished(turns) == []


def test_turn_is_not_finished_while_the_model_writes_on():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    turns.asked(1.9)
    turns.stopped_speaking(3.0)
    assert turns.take_finished() == []


def test_cough_during_an_answer_leaves_no_trace():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    cough(turns, 2.0)
    turns.stopped_speaking(3.0)
    turns.speaks_unasked(9.0)
    turns.synthesis("prompt", 9.0, text=True, filler=False)
    first, prompt = finished(turns)
    assert (first.interrupted, first.resumed, first.answer_ms) == (False, 0, 800.0)
    assert prompt.kind == "unprompted"


def test_cough_does_not_move_the_end_of_the_next_speech():
    turns = TurnFollower()
    cough(turns, 1.0)
    speak(turns, 5.0)
    reply(turns, "a", 5.6)
    assert [(turn.resumed, turn.answer_ms) for turn in finished(turns)] == [(0, 600.0)]


def test_cough_before_the_answer_sounds_does_not_move_the_end_of_speech():
    turns = TurnFollower()
    speak(turns, 1.0)
    cough(turns, 1.3)
    reply(turns, "a", 1.8)
    assert [turn.answer_ms for turn in finished(turns)] == [800.0]


def test_model_that_runs_ahead_of_the_end_of_the_turn_answers_that_turn():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    turns.stopped_speaking(3.0)
    turns.caller_started(4.0)
    turns.caller_took_turn()
    turns.interrupted()
    turns.caller_stopped(5.0, 5.1)
    turns.asked(5.1)
    turns.token("token", 5.2)
    turns.caller_yielded_turn(5.4)
    turns.synthesis("b", 5.41, text=True, filler=False)
    turns.utterance_plays("b")
    turns.audible(5.5)
    first, second = finished(turns)
    assert first.answer_ms == 800.0
    assert [each.asked_ms for each in second.inferences] == [100.0]
    assert (second.answer_ms, second.turn_over_ms) == (500.0, 400.0)


def test_caller_who_asks_anew_after_a_long_silence_begins_another_turn():
    turns = TurnFollower()
    speak(turns, 1.0)
    turns.asked(1.3)
    speak(turns, 9.0)
    first, second = finished(turns)
    assert (first.interrupted, first.answer_ms) == (True, None)
    assert (second.turn, second.resumed) == (2, 0)


def test_turn_without_a_vad_is_timed_from_where_it_was_declared_over():
    turns = TurnFollower()
    turns.caller_took_turn()
    turns.transcript(1.0)
    turns.caller_yielded_turn(1.1)
    reply(turns, "a", 1.6)
    (turn,) = finished(turns)
    assert (turn.measured_from, turn.turn_over_ms, turn.answer_ms) == ("turn_over", 0.0, 500.0)


def test_answer_that_is_only_written_finishes_its_turn():
    turns = TurnFollower()
    turns.typed(1.0)
    turns.asked(1.0)
    turns.token("token", 1.2, spoken=False)
    turns.generated()
    (turn,) = turns.take_finished()
    assert (turn.kind, turn.answer_ms) == ("text", None)
    assert turn.inferences[0].first_token_ms == 200.0


def test_turn_that_nobody_answers_is_reported_when_the_next_one_comes():
    turns = TurnFollower()
    speak(turns, 1.0)
    turns.typed(9.0)
    assert [turn.first_sound_ms for turn in turns.take_finished()] == [None]


def test_greeting_is_due_when_the_last_thing_it_waits_for_is_there():
    turns = TurnFollower()
    turns.connected(1.0)
    turns.connected(1.5)
    turns.speaks_unasked(1.6)
    turns.synthesis("hello", 1.6, text=True, filler=False)
    turns.utterance_plays("hello")
    turns.audible(1.75)
    assert [(turn.turn, turn.answer_ms) for turn in finished(turns)] == [(0, 250.0)]


def test_caller_who_comes_back_is_not_greeted_again():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    turns.stopped_speaking(3.0)
    turns.connected(10.0)
    turns.asked(10.1)
    assert [turn.kind for turn in finished(turns)] == ["plain", "unprompted"]


def test_late_audio_of_an_interrupted_answer_is_not_the_next_turns():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    turns.caller_started(2.5)
    turns.caller_took_turn()
    turns.interrupted()
    turns.synthesis("a", 2.51, text=False, filler=False)
    turns.stopped_speaking(2.55)
    turns.caller_stopped(4.0, 4.2)
    turns.caller_yielded_turn(4.25)
    reply(turns, "b", 4.6)
    first, second = finished(turns)
    assert (first.interrupted, first.yield_ms) == (True, 50.0)
    assert (second.first_sound_ms, second.tts_audio_ms) == (600.0, 500.0)


def test_a_transcript_that_is_there_before_the_silence_belongs_to_the_turn_it_is_of():
    turns = TurnFollower()
    turns.caller_started(0.0)
    turns.caller_took_turn()
    turns.transcript(1.15)
    turns.caller_stopped(1.0, 1.2)
    turns.caller_yielded_turn(1.25)
    reply(turns, "a", 1.8)
    (turn,) = finished(turns)
    assert (turn.transcript_ms, turn.vad_stop_ms, turn.turn_over_ms) == (150.0, 200.0, 250.0)


def test_a_turn_that_is_over_before_the_silence_counts_from_the_end_of_speech():
    turns = TurnFollower()
    turns.caller_started(0.0)
    turns.caller_took_turn()
    turns.transcript(1.15)
    turns.caller_yielded_turn(1.15)
    turns.asked(1.15)
    turns.caller_stopped(1.0, 1.3)
    reply(turns, "a", 1.8)
    (turn,) = finished(turns)
    assert turn.measured_from == "speech"
    assert (turn.transcript_ms, turn.turn_over_ms, turn.answer_ms) == (150.0, 150.0, 800.0)


def test_a_provider_that_fails_while_the_caller_speaks_failed_in_the_turn_to_come():
    turns = TurnFollower()
    turns.caller_started(0.0)
    turns.failed(Incident("STT", "deepgram", "late", "local"), 0.5)
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    (turn,) = finished(turns)
    assert turn.incidents == (Incident("STT", "deepgram", "late", "local", -500.0),)


def hush(turns: TurnFollower, caller_since: float, at_secs: float) -> None:
    """Echo falls silent at the caller's first sound."""
    turns.caller_started(caller_since)
    turns.hushed()
    turns.stopped_speaking(at_secs)


def test_an_answer_that_goes_on_after_an_uh_huh_was_not_interrupted():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    hush(turns, 2.4, 2.5)
    turns.caller_stopped(2.8, 3.0)
    assert turns.take_finished() == []
    turns.started_speaking()
    turns.stopped_speaking(5.0)
    (turn,) = turns.take_finished()
    assert (turn.interrupted, turn.yield_ms, turn.answer_ms) == (False, None, 800.0)


def test_whoever_interrupts_is_yielded_to_from_the_first_moment_of_silence():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    hush(turns, 2.4, 2.5)
    turns.caller_stopped(2.9, 3.1)
    turns.caller_took_turn()
    turns.interrupted()
    (turn,) = turns.take_finished()
    assert (turn.interrupted, turn.yield_ms) == (True, 100.0)


LATE = Incident("LLM", "openai", "late", "local", after_ms=1_500)


def test_an_incident_is_of_the_turn_it_held_up_and_placed_in_it():
    turns = TurnFollower()
    speak(turns, 1.0)
    turns.failed(LATE, 2.75)
    reply(turns, "a", 3.1)
    turns.stopped_speaking(4.0)
    speak(turns, 6.0)
    first, second = finished(turns)
    (incident,) = first.incidents
    assert (incident.at_ms, incident.after_ms, incident.successor) == (1_750.0, 1_500, "local")
    assert second.incidents == ()


def test_an_ear_that_fails_while_the_caller_speaks_is_of_what_is_being_said():
    turns = TurnFollower()
    speak(turns, 1.0)
    reply(turns, "a", 1.8)
    turns.stopped_speaking(3.0)
    turns.caller_started(5.0)
    turns.failed(Incident("STT", "deepgram", "stalled", "local"), 5.5)
    speak(turns, 6.0)
    assert [len(turn.incidents) for turn in finished(turns)] == [0, 1]


def test_usage_is_of_the_turn_in_which_it_was_told():
    turns = TurnFollower()
    speak(turns, 1.0)
    turns.metered(spoken("Cartesia#0", "sonic-3", 12))
    reply(turns, "a", 1.8)
    turns.metered(spoken("Cartesia#0", "sonic-3", 30))
    turns.stopped_speaking(3.0)
    speak(turns, 6.0)
    turns.metered(spoken("Cartesia#0", "sonic-3", 5))
    first, second = finished(turns)
    assert [usage.characters for usage in first.usages] == [42]
    assert [usage.characters for usage in second.usages] == [5]


def test_guesses_are_of_the_turn_they_were_about():
    turns = TurnFollower()
    turns.caller_started(0.0)
    turns.caller_took_turn()
    turns.guessed()
    turns.guess_withdrawn()
    turns.guessed()
    turns.caller_stopped(1.0, 1.2)
    turns.caller_yielded_turn(1.25)
    reply(turns, "a", 1.8)
    turns.stopped_speaking(3.0)
    speak(turns, 5.0)
    reply(turns, "b", 5.8)
    assert [(turn.guesses, turn.guesses_wasted) for turn in finished(turns)] == [(2, 1), (0, 0)]


def test_a_guess_is_withdrawn_once_and_one_that_was_right_never():
    turns = TurnFollower()
    turns.guess_withdrawn()
    turns.guessed()
    speak(turns, 1.0)
    turns.guess_withdrawn()
    reply(turns, "a", 1.8)
    speak(turns, 5.0)
    reply(turns, "b", 5.8)
    assert [(turn.guesses, turn.guesses_wasted) for turn in finished(turns)] == [(1, 0), (0, 0)]


def test_guesses_before_and_after_a_pause_are_of_one_turn():
    turns = TurnFollower()
    turns.guessed()
    speak(turns, 1.0)
    turns.caller_started(1.5)
    turns.caller_took_turn()
    turns.interrupted()
    turns.guessed()
    turns.guess_withdrawn()
    turns.caller_stopped(2.0, 2.2)
    turns.caller_yielded_turn(2.25)
    reply(turns, "a", 2.8)
    assert [(t.resumed, t.guesses, t.guesses_wasted) for t in finished(turns)] == [(1, 2, 1)]
