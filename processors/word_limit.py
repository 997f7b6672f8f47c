"""A radio that is left on fills neither memory nor context: so many words, then none.

What tells of an emergency is let through all the same.
"""

from pipecat.frames.frames import BotStartedSpeakingFrame, Frame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameProcessor

from processors.emergency import is_emergency


class WordLimit:
    """Lets no more than so many words through before Echo says something."""

    def __init__(self, most_words: int) -> None:
        self._most_words = most_words
        self._words = 0

    def watch(self, ear: FrameProcessor) -> None:
        """Shorten what this one writes down, in the moment it leaves."""
        ear.add_event_handler("on_before_push_frame", self.shorten)
        ear.add_event_handler("on_before_process_frame", self.notice)

    async def notice(self, _: FrameProcessor, frame: Frame) -> None:
        """A frame that comes to the ear."""
        if isinstance(frame, BotStartedSpeakingFrame):
            self._words = 0

    async def shorten(self, _: FrameProcessor, frame: Frame) -> None:
        """A frame that leaves it; a transcript keeps as many words as there is room for."""
        if not isinstance(frame, TranscriptionFrame):
            return
        words = frame.text.split()
        room = max(0, self._most_words - self._words)
        self._words += len(words)
        if len(words) > room and not is_emergency(frame.text):
            frame.text = " ".join(words[:room])
