"""A caller who goes on before anything was heard in reply is still in the same turn: one message.

A turn that was called over too soon leaves its words in the context. What follows would be a second
message in a row, and to a model that looks at the last one half a sentence: "1042?". A sound
without words leaves Pipecat's note that something was not understood: behind a question that nobody
has answered, a cough is nothing to ask about.
"""

from pipecat.frames.frames import Frame, LLMContextFrame
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.empty_user_turn import DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT


class OneTurn(FrameProcessor):
    """Before the model: joins what the caller said last with what was said just before it."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            join(frame.context)
        await self.push_frame(frame, direction)


def join(context: LLMContext) -> None:
    """Makes one message of the caller's last ones, if nothing is between them but a cough."""
    messages = [*context.messages]
    if len(messages) > 1 and _is_a_cough(messages[-1]) and _callers(messages[-2]):
        messages.pop()
        context.set_messages([*messages])
    halves: list[str] = []
    while messages and (text := _callers(messages[-1])):
        halves.insert(0, text)
        messages.pop()
    if len(halves) > 1:
        context.set_messages([*messages, {"role": "user", "content": joined(halves)}])


def joined(halves: list[str]) -> str:
    """One text; a mark where the caller only paused is the recogniser's, not the caller's."""
    return " ".join([*(half.rstrip(" .,?!…") for half in halves[:-1]), halves[-1].strip()])


def _is_a_cough(message: LLMContextMessage) -> bool:
    return (
        isinstance(message, dict)
        and message.get("content") == DEFAULT_EMPTY_USER_TURN_INTERRUPTED_PROMPT
    )


def _callers(message: LLMContextMessage) -> str | None:
    """The words of a message of the caller's; None for any other, and for more than words."""
    if not isinstance(message, dict) or message.get("role") != "user":
        return None
    content = message.get("content")
    return content if isinstance(content, str) else None
