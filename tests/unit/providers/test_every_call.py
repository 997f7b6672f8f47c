"""Answers with several tool calls, as Pipecat reads them."""

from anthropic.types.beta import BetaRawMessageStreamEvent
from openai.types.chat import ChatCompletionChunk
from pydantic import TypeAdapter

from bot.providers.every_call import EndOfEachCall, one_by_one


def chunk(delta: dict[str, object] | None) -> ChatCompletionChunk:
    choices = [{"index": 0, "delta": delta, "finish_reason": None}] if delta is not None else []
    return ChatCompletionChunk.model_validate(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "qwen3:8b",
            "choices": choices,
        }
    )


def call(index: int, name: str) -> dict[str, object]:
    function = {"name": name, "arguments": "{}"}
    return {"index": index, "id": f"call_{index}", "type": "function", "function": function}


def test_calls_that_share_a_chunk_get_one_each():
    parts = one_by_one(chunk({"tool_calls": [call(0, "look_up_order"), call(1, "get_weather")]}))
    calls = [part.choices[0].delta.tool_calls for part in parts]
    assert [[(each.index, each.function.name) for each in those] for those in calls] == [
        [(0, "look_up_order")],
        [(1, "get_weather")],
    ]


def test_any_other_chunk_stays_as_it_is():
    for delta in (None, {}, {"content": "Hello"}, {"tool_calls": [call(0, "get_weather")]}):
        whole = chunk(delta)
        assert one_by_one(whole) == [whole]


def event(kind: str, **fields: object) -> BetaRawMessageStreamEvent:
    return TypeAdapter(BetaRawMessageStreamEvent).validate_python({"type": kind, **fields})


def starts(index: int, block: dict[str, object]) -> BetaRawMessageStreamEvent:
    return event("content_block_start", index=index, content_block=block)


def test_a_call_ends_before_the_next_one_starts_and_only_then():
    unfold = EndOfEachCall()
    events = [
        starts(0, {"type": "text", "text": ""}),
        starts(1, {"type": "tool_use", "id": "toolu_1", "name": "look_up_order", "input": {}}),
        event("content_block_stop", index=1),
        starts(2, {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {}}),
        event("message_stop"),
    ]
    assert [[each.type for each in unfold(one)] for one in events] == [
        ["content_block_start"],
        ["content_block_start"],
        ["content_block_stop"],
        ["message_delta", "content_block_start"],
        ["message_stop"],
    ]
