"""Where the caller's audio ends: it has been heard, and only its words go on."""

from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class EndOfAudio(FrameProcessor):
    """Between the words and the model: lets everything pass but the caller's audio.

    Nobody behind it listens, and a frame's way through a processor costs more than what most
    processors do with it (two queues and two tasks each, 50 times a second a call).
    """

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputAudioRawFrame):
            await self.push_frame(frame, direction)
