from evals.conversation import Conversation
from evals.ear import Span
from evals.playout import Gap
from evals.turn import Said, Turn, TurnKind, turns
from evals.wire import Json, Message

GREETING = Said("greeting", "", Span(0.0, 0.0))


def said(start: float, end: float, kind: TurnKind = "say") -> Said:
    return Said(kind, "words", Span(start, end))


def talk(*messages: tuple[float, str, Json]) -> Conversation:
    conversation = Conversation()
    for at_secs, type_, data in messages:
        conversation.receive(Message(type_, data), at_secs)
    return conversation


def latency(at_secs: float, **fields: float | bool) -> tuple[float, str, Json]:
    return at_secs, "server-message", {"type": "turn-latency", "turn": {**fields}}


def tool(start: float, end: float) -> tuple[tuple[float, str, Json], ...]:
    return (
        (start, "llm-function-call-in-progress", {"tool_call_id": "a", "function_name": "find"}),
        (end, "llm-function-call-stopped", {"tool_call_id": "a", "cancelled": False}),
    )


def of(this: Said, *echo: tuple[float, float], conversation: Conversation | None = None) -> Turn:
    spans = [Span(*edges) for edges in echo]
    return turns([GREETING, this], spans, [], conversation or talk())[1]


def test_the_greeting_is_measured_from_connecting():
    (greeting,) = turns([GREETING], [Span(0.31, 2.0)], [], talk())
    assert greeting.first_sound_ms == 310.0


def test_first_sound_is_measured_from_the_callers_last_sample():
    turn = of(said(3.0, 4.5), (0.3, 2.0), (4.9, 6.0))
    assert turn.first_sound_ms == 400.0
    assert turn.answer_ms == 400.0
    assert turn.barge_in_ms is None


def test_without_a_reply_there_is_nothing_to_measure():
    turn = of(said(3.0, 4.5), (0.3, 2.0))
    assert turn.first_sound_ms is None
    assert turn.answer_ms is None


def test_an_answer_to_half_a_sentence_is_below_zero():
    assert of(said(3.0, 5.0), (4.8, 6.0)).first_sound_ms == -200.0


def test_after_a_tool_the_answer_is_what_sets_in_after_the_result():
    turn = of(said(3.0, 4.5), (4.9, 5.8), (7.2, 9.0), conversation=talk(*tool(4.7, 7.0)))
    assert turn.first_sound_ms == 400.0
    assert turn.answer_ms == 2700.0
    assert [each.name for each in turn.tools] == ["find"]


def test_the_servers_two_clocks_say_how_long_after_the_first_sound_the_answer_came():
    record = latency(9.5, first_sound_ms=380.0, answer_ms=1880.0)
    turn = of(said(3.0, 4.5), (4.9, 9.0), conversation=talk(*tool(4.7, 6.0), record))
    assert turn.answer_ms == 1900.0
    assert turn.latency["answer_ms"] == 1880.0


def test_barge_in_lasts_from_the_callers_first_sample_to_echos_last():
    turn = of(said(5.0, 6.0, "interrupt"), (4.0, 5.25), (6.5, 7.0))
    assert turn.barge_in_ms == 250.0
    assert turn.first_sound_ms == 500.0


def test_the_record_of_an_interrupted_turn_belongs_to_that_turn():
    conversation = talk(
        latency(2.2, turn=0, interrupted=False),
        latency(5.3, turn=1, interrupted=True),
        latency(8.0, turn=2, interrupted=False),
    )
    exchange = [GREETING, said(3.0, 4.0), said(5.0, 6.0, "interrupt")]
    found = turns(exchange, [], [], conversation)
    assert [turn.latency.get("turn") for turn in found] == [0, 1, 2]


def test_gaps_and_words_belong_to_the_turn_they_are_in():
    conversation = talk(
        (4.6, "user-input", {"text": "Where is it?", "final": True}),
        (5.0, "bot-output", {"text": "In Paris."}),
    )
    exchange = [GREETING, said(3.0, 4.5), said(9.0, 9.5)]
    _, turn, after = turns(exchange, [Span(5.0, 7.0)], [Gap(6.0, 40.0)], conversation)
    assert (turn.heard_as, turn.reply) == ("Where is it?", "In Paris.")
    assert [gap.ms for gap in turn.gaps] == [40.0]
    assert after.gaps == ()
