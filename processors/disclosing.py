"""Says that an AI speaks before the first words of a call in which none are said at its beginning.

    ..., filler, Disclosing(), tts, ...

A phone menu that we have called is told nothing; who answers behind it is told first of all.
"""

from collections.abc import Callable

from pipecat.frames.frames import Frame, LLMTextFrame, TTSSpeakFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class Disclosing(FrameProcessor):
    """Puts a disclosure before whatever is to be said first; `disclosure` makes it, once."""

    def __init__(self, disclosure: Callable[[], Frame]) -> None:
        super().__init__(enable_direct_mode=True)
        self._disclosure = disclosure
        self._is_due = True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        is_said = isinstance(frame, LLMTextFrame | TTSSpeakFrame) and frame.text.strip()
        if is_said and self._is_due:
            self._is_due = False
            await self.push_frame(self._disclosure())
        await self.push_frame(frame, direction)
