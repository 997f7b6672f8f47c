"""A tool call's arguments reach Pipecat in one piece, and always as a JSON object.

Models write arguments that are no JSON, or are cut off at their limit. Pipecat drops such a call
without a word (OpenAI) or the whole answer with it (Anthropic). Here `ILLEGIBLE` takes their place:
no tool has such an argument, so the call is refused as any other that does not fit, and what the
conversation remembers of it can be sent to a provider again. What the model wrote goes nowhere.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.providers.every_call import EndOfEachCall, end_of_call, one_by_one

if TYPE_CHECKING:
    from anthropic.types.beta import BetaRawMessageStreamEvent
    from openai.types.chat import ChatCompletionChunk
    from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

ILLEGIBLE = {"invalid_json": True}


class Writing:
    """What a model has written of one call's arguments so far."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, fragment: str) -> None:
        self._text += fragment

    def read(self, *, cut: bool) -> str:
        """A JSON object. Nothing written means no arguments, unless the model was `cut` off."""
        text = self._text or ("" if cut else "{}")
        try:
            value = json.loads(text)
            # What cannot be written cannot be sent again: NaN, half a surrogate pair.
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return json.dumps(ILLEGIBLE)
        return text if isinstance(value, dict) else json.dumps(ILLEGIBLE)


class OpenAIArguments:
    """The chunks of one answer, each with one call at most."""

    def __init__(self) -> None:
        self._writing: Writing | None = None
        self._opening: ChatCompletionChunk | None = None
        """The chunk in which the call under way began."""

    def __call__(self, chunk: "ChatCompletionChunk") -> "Sequence[ChatCompletionChunk]":
        return [each for one in one_by_one(chunk) for each in self._unfold(one)]

    def end(self) -> "Sequence[ChatCompletionChunk]":
        """What is left when the answer has ended without saying why."""
        return self._written(cut=True)

    def _unfold(self, chunk: "ChatCompletionChunk") -> "Sequence[ChatCompletionChunk]":
        choice = chunk.choices[0] if chunk.choices else None
        if choice is None:
            return [chunk]
        calls = choice.delta.tool_calls
        before = self._take(chunk, calls[0]) if calls else []
        if choice.finish_reason is None:
            return [*before, chunk]
        return [*before, chunk, *self._written(cut=choice.finish_reason == "length")]

    def _take(
        self, chunk: "ChatCompletionChunk", call: "ChoiceDeltaToolCall"
    ) -> "Sequence[ChatCompletionChunk]":
        """Keep what the chunk has of a call's arguments; what the call before it had, whole."""
        before: Sequence[ChatCompletionChunk] = []
        if self._writing is None or call.index != _index(self._opening):
            before = self._written(cut=False)
            self._writing, self._opening = Writing(), chunk
        if call.function and call.function.arguments:
            self._writing.add(call.function.arguments)
            call.function.arguments = None
        return before

    def _written(self, *, cut: bool) -> "Sequence[ChatCompletionChunk]":
        if self._writing is None or self._opening is None:
            return []
        text, self._writing = self._writing.read(cut=cut), None
        return [_arguments_chunk(self._opening, text)]


def _index(chunk: "ChatCompletionChunk | None") -> int:
    calls = chunk.choices[0].delta.tool_calls if chunk else None
    return calls[0].index if calls else -1


def _arguments_chunk(opening: "ChatCompletionChunk", text: str) -> "ChatCompletionChunk":
    from openai.types.chat.chat_completion_chunk import (
        Choice,
        ChoiceDelta,
        ChoiceDeltaToolCall,
        ChoiceDeltaToolCallFunction,
    )

    function = ChoiceDeltaToolCallFunction(arguments=text)
    call = ChoiceDeltaToolCall(index=_index(opening), function=function)
    choice = Choice(index=0, delta=ChoiceDelta(tool_calls=[call]))
    return opening.model_copy(update={"choices": [choice], "usage": None})


class AnthropicArguments:
    """The events of one answer, every call in it ended."""

    def __init__(self) -> None:
        self._ends = EndOfEachCall()
        self._writing: Writing | None = None
        self._index = 0

    def __call__(self, event: "BetaRawMessageStreamEvent") -> "Sequence[BetaRawMessageStreamEvent]":
        match event.type:
            case "content_block_start" if event.content_block.type == "tool_use":
                before = self._written(cut=False)
                self._writing, self._index = Writing(), event.index
                return [*before, *self._ends(event)]
            case "content_block_delta" if event.delta.type == "input_json_delta":
                if self._writing:
                    self._writing.add(event.delta.partial_json)
                    event.delta.partial_json = ""
            case "message_delta" if event.delta.stop_reason == "tool_use":
                return [*self._written(cut=False), event]
            case "message_delta":
                return [*self.end(), event]
            case _:
                pass
        return [event]

    def end(self) -> "Sequence[BetaRawMessageStreamEvent]":
        """What is left when the answer has ended for another reason than its calls."""
        written = self._written(cut=True)
        return [*written, end_of_call()] if written else []

    def _written(self, *, cut: bool) -> "Sequence[BetaRawMessageStreamEvent]":
        from anthropic.types.beta import BetaInputJSONDelta, BetaRawContentBlockDeltaEvent

        if self._writing is None:
            return []
        text, self._writing = self._writing.read(cut=cut), None
        delta = BetaInputJSONDelta(type="input_json_delta", partial_json=text)
        return [
            BetaRawContentBlockDeltaEvent(
                type="content_block_delta", index=self._index, delta=delta
            )
        ]
