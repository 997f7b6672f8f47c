"""What was said, in the order of the conversation, from events in the order of the provider."""

from collections.abc import Iterable

from bot.providers.overheard import Overheard

Event = dict[str, object]
SAID = "conversation.item.input_audio_transcription"


def committed(item: str) -> Event:
    return {"type": "input_audio_buffer.committed", "item_id": item}


def transcript(item: str, text: str) -> Event:
    return {"type": f"{SAID}.completed", "item_id": item, "transcript": text}


def typed(item: str, text: str) -> Event:
    content = [{"type": "input_text", "text": text}]
    added = {"id": item, "type": "message", "role": "user", "content": content}
    return {"type": "conversation.item.added", "item": added}


def answer(response: str, text: str = "", status: str = "completed") -> list[Event]:
    """A response from its beginning to its end, as it is generated."""
    item = {"id": f"item of {response}"}
    return [
        {"type": "response.created", "response": {"id": response}},
        {"type": "response.output_item.added", "response_id": response, "item": item},
        *(
            {
                "type": "response.output_audio_transcript.done",
                "response_id": response,
                "item_id": item["id"],
                "transcript": part,
            }
            for part in ([text] if text else [])
        ),
        {"type": "response.done", "response": {"id": response, "status": status}},
    ]


def playing(response: str, how: str) -> Event:
    return {"type": f"output_audio_buffer.{how}", "response_id": response}


def said(overheard: Overheard, events: Iterable[Event]) -> list[str]:
    words = [words for event in events for words in overheard.take(event)]
    return [f"{each.role}: {each.text}" for each in words]


def test_a_transcript_that_comes_behind_the_answer_is_before_it_in_the_conversation():
    events = [committed("1"), *answer("r", "At two?"), playing("r", "stopped")]
    overheard = Overheard()
    assert said(overheard, events) == []
    assert overheard.awaits_words
    assert said(overheard, [transcript("1", "Book me in.")]) == [
        "user: Book me in.",
        "assistant: At two?",
    ]
    assert not overheard.awaits_words


def test_what_is_generated_counts_when_it_has_been_played():
    overheard = Overheard()
    assert said(overheard, answer("r", "At two?")) == []
    assert overheard.audible
    assert said(overheard, [playing("r", "stopped")]) == ["assistant: At two?"]
    assert not overheard.audible


def test_what_was_cut_off_was_not_heard():
    truncated = {"type": "conversation.item.truncated", "item_id": "item of r"}
    for cut in (playing("r", "cleared"), truncated):
        overheard = Overheard()
        said(overheard, [*answer("r", "At two?"), playing("r", "started"), cut])
        assert said(overheard, [committed("1"), transcript("1", "Yes.")]) == ["user: Yes."]


def test_a_response_that_came_to_nothing_was_not_heard():
    overheard = Overheard()
    said(overheard, answer("r", "At two?", status="cancelled"))
    assert said(overheard, [committed("1"), transcript("1", "Yes.")]) == ["user: Yes."]


def test_where_nobody_tells_of_the_playing_a_turn_that_cut_nothing_off_has_heard_it_all():
    overheard = Overheard()
    said(overheard, answer("r", "At two?"))
    assert said(overheard, [committed("1")]) == ["assistant: At two?"]


def test_a_turn_into_what_has_not_been_played_to_its_end_has_not_heard_it():
    overheard = Overheard()
    said(overheard, [*answer("r", "At two?"), playing("r", "started")])
    assert said(overheard, [committed("1"), transcript("1", "Yes.")]) == ["user: Yes."]


def test_a_transcript_that_fails_keeps_nobody_waiting():
    overheard = Overheard()
    said(overheard, [committed("1")])
    assert said(overheard, [{"type": f"{SAID}.failed", "item_id": "1"}]) == []
    assert not overheard.awaits_words


def test_who_waits_no_longer_for_a_transcript_goes_on_without_it():
    overheard = Overheard()
    said(overheard, [committed("1"), committed("2"), transcript("2", "Yes.")])
    assert [words.text for words in overheard.forgo()] == ["Yes."]
    assert not overheard.awaits_words
    assert said(overheard, [transcript("1", "Late.")]) == []


def test_what_is_typed_needs_no_transcript_and_waits_its_turn():
    overheard = Overheard()
    assert said(overheard, [typed("1", "Hello.")]) == ["user: Hello."]
    events = [committed("2"), typed("3", "At noon."), transcript("2", "Book me in.")]
    assert said(overheard, events) == ["user: Book me in.", "user: At noon."]


def test_items_that_nobody_said_are_no_words():
    overheard = Overheard()
    for role, kind in (("assistant", "output_text"), ("system", "input_text")):
        content = [{"type": kind, "text": "Shall I return it?"}]
        item = {"id": role, "type": "message", "role": role, "content": content}
        assert said(overheard, [{"type": "conversation.item.added", "item": item}]) == []
    text = {"type": "response.output_text.done", "response_id": "r", "text": "Shall I?"}
    created, added, done = answer("r")
    assert said(overheard, [created, added, text, done]) == []
    assert not overheard.audible


def test_events_of_other_shapes_are_passed_over():
    overheard = Overheard()
    for event in (
        {"type": "response.created", "response": None},
        {"type": "conversation.item.added", "item": {"role": "user", "content": "text"}},
        {"type": f"{SAID}.completed", "item_id": 3, "transcript": None},
        {"type": None},
        {},
    ):
        assert said(overheard, [event]) == []
