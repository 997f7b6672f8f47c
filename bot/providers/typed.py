"""Brings what a caller types to a model that hears.

An aggregator puts a typed message into the context and shows the model the context; a model that
holds the conversation itself, on its provider's side, would not learn what is new in it.
"""

from dataclasses import dataclass, replace

from pipecat.frames.frames import DataFrame, Frame, LLMMessagesAppendFrame
from pipecat.processors.aggregators.llm_context import LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


@dataclass
class TypedFrame(DataFrame):
    """Messages that are in the context and that the model is to answer."""

    messages: list[LLMContextMessage]


class Typed(FrameProcessor):
    """Before the caller's aggregator: which takes the message, while the model is given it too."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMMessagesAppendFrame) and frame.run_llm:
            await self.push_frame(replace(frame, run_llm=False), direction)
            await self.push_frame(TypedFrame(frame.messages), direction)
        else:
            await self.push_frame(frame, direction)
