from evals.conversation import Conversation, Latency, Line
from evals.wire import Json, Message


def conversation(*messages: tuple[str, Json]) -> Conversation:
    talk = Conversation()
    for at_secs, (type_, data) in enumerate(messages):
        talk.receive(Message(type_, data), float(at_secs))
    return talk


def spoken(text: str, so_far: str, segment: int = 1) -> tuple[str, Json]:
    progress: Json = {"accumulated_text": so_far, "remaining_text": text[len(so_far) :]}
    return "bot-output", {
        "text": text,
        "segment_id": segment,
        "will_be_spoken": True,
        "output_type": "sentence",
        "spoken_progress": progress,
    }


def heard(text: str, *, final: bool = True, kind: str = "transcription") -> tuple[str, Json]:
    return "user-input", {"text": text, "final": final, "input_type": kind, "timestamp": ""}


def test_both_sides_are_written_down_in_order():
    talk = conversation(heard("Hello."), spoken("Hi there.", "Hi there."))
    assert talk.lines == (Line("caller", "Hello.", 0.0), Line("echo", "Hi there.", 1.0))


def test_partial_words_are_kept_apart():
    talk = conversation(heard("Where", final=False), heard("Where is it?"))
    assert [line.text for line in talk.partials] == ["Where"]
    assert [line.text for line in talk.lines] == ["Where is it?"]


def test_a_segment_grows_while_it_is_spoken_and_stays_one_line():
    talk = conversation(
        spoken("One two.", ""), spoken("One two.", "One"), spoken("One two.", "One two.")
    )
    assert talk.lines == (Line("echo", "One two.", 0.0),)


def test_words_that_were_cut_off_are_not_in_the_transcript():
    talk = conversation(spoken("One two.", "One"), spoken("Three.", "", segment=2))
    assert [line.text for line in talk.lines] == ["One"]


def test_typed_text_is_marked():
    (line,) = conversation(heard("1042", kind="chat")).lines
    assert line.typed


def test_a_tool_is_followed_from_start_to_end():
    talk = conversation(
        ("llm-function-call-in-progress", {"tool_call_id": "a", "function_name": "get_weather"}),
        (
            "llm-function-call-stopped",
            {"tool_call_id": "a", "cancelled": False, "result": {"say": "Sunny."}},
        ),
    )
    (tool,) = talk.tools
    assert (tool.name, tool.state, tool.started_secs, tool.ended_secs) == (
        "get_weather",
        "done",
        0.0,
        1.0,
    )
    assert tool.result == {"say": "Sunny."}


def test_a_cancelled_tool_says_so():
    talk = conversation(
        ("llm-function-call-in-progress", {"tool_call_id": "a"}),
        ("llm-function-call-stopped", {"tool_call_id": "a", "cancelled": True}),
    )
    assert talk.tools[0].state == "cancelled"


def test_echo_is_busy_while_it_thinks_speaks_listens_or_works():
    for begin, end in (
        ("bot-llm-started", "bot-llm-stopped"),
        ("bot-started-speaking", "bot-stopped-speaking"),
        ("user-started-speaking", "user-stopped-speaking"),
    ):
        assert conversation((begin, {})).echo_busy
        assert not conversation((begin, {}), (end, {})).echo_busy
    running: tuple[str, Json] = ("llm-function-call-in-progress", {"tool_call_id": "a"})
    assert conversation(running).echo_busy


def test_an_interruption_ends_the_thinking():
    assert not conversation(("bot-llm-started", {}), ("bot-interrupted", {})).echo_busy


def test_the_servers_latencies_are_kept():
    turn: Json = {"first_sound_ms": 410.0}
    talk = conversation(
        ("server-message", {"type": "turn-latency", "turn": turn}),
        ("server-message", {"type": "something-else"}),
    )
    assert talk.latencies == [Latency(turn, 0.0)]


def test_errors_are_kept_in_words():
    assert conversation(("error", {"error": "no voice", "fatal": True})).errors == ["no voice"]


def test_messages_nobody_knows_are_ignored():
    talk = conversation(("metrics", {"ttfb": []}), ("bot-ready", {"version": "2.2.0"}))
    assert talk.ready
    assert talk.lines == ()
