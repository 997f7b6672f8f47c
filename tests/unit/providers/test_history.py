from pipecat.processors.aggregators.llm_context import LLMContextMessage

from bot.providers.history import items


def call(identity: str, name: str) -> LLMContextMessage:
    function = {"name": name, "arguments": "{}"}
    return {
        "role": "assistant",
        "tool_calls": [{"id": identity, "type": "function", "function": function}],
    }


def test_each_side_keeps_its_words_and_notes_are_the_systems():
    history = items(
        [
            {"role": "assistant", "content": "Hi."},
            {"role": "user", "content": "Where is it?"},
            {"role": "developer", "content": "The return was started."},
        ]
    )
    assert [(item.role, item.content and item.content[0].text) for item in history] == [
        ("assistant", "Hi."),
        ("user", "Where is it?"),
        ("system", "The return was started."),
    ]
    assert [item.content and item.content[0].type for item in history] == [
        "output_text",
        "input_text",
        "input_text",
    ]


def test_a_call_is_followed_by_its_result_wherever_that_stands():
    history = items(
        [
            call("one", "look_up_order"),
            {"role": "user", "content": "Hello?"},
            {"role": "tool", "tool_call_id": "one", "content": '{"say": "Shipped."}'},
        ]
    )
    assert [item.type for item in history] == ["function_call", "function_call_output", "message"]
    assert (history[0].call_id, history[1].call_id) == ("one", "one")
    assert history[1].output == '{"say": "Shipped."}'


def test_a_call_without_a_result_is_left_out():
    unfinished: LLMContextMessage = {
        "role": "tool",
        "tool_call_id": "two",
        "content": "IN_PROGRESS",
    }
    assert items([call("two", "get_weather"), unfinished]) == []
