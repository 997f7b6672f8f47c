"""Arguments as models write them, and as Pipecat gets them."""

import json

import pytest

from bot.providers.arguments import ILLEGIBLE, AnthropicArguments, OpenAIArguments, Writing
from tests.unit.providers.test_every_call import call, chunk, event, starts


@pytest.mark.parametrize(
    "written",
    [
        '{"order": 1',
        "[1]",
        '"order"',
        "null",
        "{'order': 1}",
        '{"order": 1} {"order": 2}',
        '{"order": NaN}',
        '{"order": 1e999}',
        r'{"order": "\ud83d"}',
        "[" * 100_000,
        '{"order": ' + "1" * 5000 + "}",
    ],
)
def test_what_is_no_object_or_cannot_be_sent_again_is_illegible(written: str):
    assert json.loads(read(written)) == ILLEGIBLE


@pytest.mark.parametrize("written", ["{}", ' {"order": "1042"}\n', '{"a": {"b": [null, "ü"]}}'])
def test_an_object_stays_as_it_was_written(written: str):
    assert read(written) == written


def test_nothing_written_means_no_arguments_unless_the_model_was_cut_off():
    assert Writing().read(cut=False) == "{}"
    assert json.loads(Writing().read(cut=True)) == ILLEGIBLE


def read(written: str) -> str:
    writing = Writing()
    for fragment in (written[:3], written[3:]):
        writing.add(fragment)
    return writing.read(cut=False)


def fragment(index: int, text: str):
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": text}}]})


def ending(reason: str):
    last = chunk({})
    last.choices[0].finish_reason = reason
    return last


def written_by(unfold: OpenAIArguments, *chunks) -> dict[int, str]:
    """What Pipecat would put together, for each call."""
    found: dict[int, str] = {}
    unfolded = [each for one in chunks for each in unfold(one)] + list(unfold.end())
    for one in unfolded:
        for each in one.choices[0].delta.tool_calls or ():
            found[each.index] = found.get(each.index, "") + (each.function.arguments or "")
    return found


def opening(index: int):
    return chunk({"tool_calls": [{**call(index, "x"), "function": {"name": "x", "arguments": ""}}]})


def test_openai_each_call_is_read_by_itself():
    written = written_by(
        OpenAIArguments(),
        opening(0),
        fragment(0, '{"a"'),
        fragment(0, ": 1}"),
        opening(1),
        fragment(1, '{"a"'),
        opening(2),
        ending("tool_calls"),
    )
    assert written == {0: '{"a": 1}', 1: json.dumps(ILLEGIBLE), 2: "{}"}


@pytest.mark.parametrize("end", [[ending("length")], []])
def test_openai_a_call_cut_off_before_its_arguments_is_illegible(end: list):
    assert written_by(OpenAIArguments(), opening(0), *end) == {0: json.dumps(ILLEGIBLE)}


def test_openai_words_and_usage_pass():
    for each in (chunk(None), chunk({"content": "Hello"}), ending("stop")):
        assert OpenAIArguments()(each) == [each]


def tool(index: int):
    return starts(index, {"type": "tool_use", "id": f"toolu_{index}", "name": "x", "input": {}})


def json_delta(index: int, text: str):
    delta = {"type": "input_json_delta", "partial_json": text}
    return event("content_block_delta", index=index, delta=delta)


def stop(reason: str):
    delta = {"stop_reason": reason, "stop_sequence": None}
    return event("message_delta", delta=delta, usage={"output_tokens": 1})


def taken_by_pipecat(*events) -> list[str]:
    """The arguments of each call, as Pipecat takes them: when a message ends for its tools."""
    unfold, taken, text = AnthropicArguments(), [], None
    for each in [each for one in events for each in unfold(one)] + list(unfold.end()):
        match each.type:
            case "content_block_start":
                text = ""
            case "content_block_delta":
                text += each.delta.partial_json
            case "message_delta" if each.delta.stop_reason == "tool_use":
                taken.append(text)
    return taken


def test_anthropic_each_call_is_read_by_itself():
    taken = taken_by_pipecat(
        tool(0),
        json_delta(0, '{"a"'),
        json_delta(0, ": 1}"),
        tool(1),
        json_delta(1, '{"a"'),
        tool(2),
        stop("tool_use"),
    )
    assert taken == ['{"a": 1}', json.dumps(ILLEGIBLE), "{}"]


@pytest.mark.parametrize("end", [[stop("max_tokens")], []])
def test_anthropic_a_call_that_was_cut_off_is_taken_all_the_same(end: list):
    taken = taken_by_pipecat(tool(0), json_delta(0, '{"a": 1}'), tool(1), *end)
    assert taken == ['{"a": 1}', json.dumps(ILLEGIBLE)]


def test_anthropic_an_answer_in_words_has_nothing_added():
    assert [each.type for each in AnthropicArguments()(stop("end_turn"))] == ["message_delta"]
    assert not AnthropicArguments().end()
