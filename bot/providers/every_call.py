"""Every tool that a model calls at once is called.

Pipecat reads one call from a chunk of OpenAI's protocol, where Ollama sends several, and keeps only
the last call of an answer of Anthropic's. Here they are handed over as it expects them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from anthropic.types.beta import BetaRawMessageStreamEvent
    from openai.types.chat import ChatCompletionChunk

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Answer(Protocol[T_co]):
    """A stream of either SDK."""

    def __aiter__(self) -> AsyncIterator[T_co]: ...
    async def close(self) -> None: ...


class Unfold(Protocol[T]):
    """What takes the place of one answer's events."""

    def __call__(self, event: T, /) -> Sequence[T]: ...
    def end(self) -> Sequence[T]:
        """What follows the last of them."""
        ...


async def unfolded(answer: Answer[T], unfold: Unfold[T]) -> AsyncGenerator[T]:
    """An answer with `unfold` of each event in its place; closed with it."""
    try:
        async for event in answer:
            for each in unfold(event):
                yield each
        for each in unfold.end():
            yield each
    finally:
        await answer.close()


def one_by_one(chunk: "ChatCompletionChunk") -> "Sequence[ChatCompletionChunk]":
    """A chunk that carries several tool calls as chunks with one each."""
    choice = chunk.choices[0] if chunk.choices else None
    calls = (choice.delta.tool_calls or []) if choice else []
    if choice is None or len(calls) < 2:
        return [chunk]
    deltas = [choice.delta.model_copy(update={"tool_calls": [call]}) for call in calls]
    choices = [choice.model_copy(update={"delta": delta}) for delta in deltas]
    return [chunk.model_copy(update={"choices": [each]}) for each in choices]


class EndOfEachCall:
    """Between two calls of one answer, the event on which Pipecat takes the first."""

    def __init__(self) -> None:
        self._in_call = False

    def __call__(self, event: "BetaRawMessageStreamEvent") -> "Sequence[BetaRawMessageStreamEvent]":
        if event.type != "content_block_start" or event.content_block.type != "tool_use":
            return [event]
        another, self._in_call = self._in_call, True
        return [end_of_call(), event] if another else [event]


def end_of_call() -> "BetaRawMessageStreamEvent":
    """The event on which Pipecat takes a call."""
    from anthropic.types.beta import BetaMessageDeltaUsage, BetaRawMessageDeltaEvent
    from anthropic.types.beta.beta_raw_message_delta_event import Delta

    # The tokens are cumulative: the answer's own end replaces this count.
    usage = BetaMessageDeltaUsage(output_tokens=0)
    return BetaRawMessageDeltaEvent(
        type="message_delta", delta=Delta(stop_reason="tool_use"), usage=usage
    )
