"""A voice for when the one that usually speaks cannot."""

from collections.abc import Callable

from pipecat.frames.frames import Frame, TTSSpeakFrame
from pipecat.processors.frame_processor import FrameDirection

from bot.providers.local.tts import HibariTTS
from bot.providers.local.voice import Voice


class StandIn(HibariTTS):
    """Lets a `TTSSpeakFrame` pass to whoever speaks; says it itself if nobody can, or if it must be
    heard in full: a speech model is stopped by its provider as soon as the caller speaks."""

    def __init__(self, voice: Voice, others_speak: Callable[[], bool]) -> None:
        super().__init__(voice)
        self._others_speak = others_speak

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        said = isinstance(frame, TTSSpeakFrame) and frame.interruptible
        if said and self._others_speak():
            await self.push_frame(frame, direction)
        else:
            await super().process_frame(frame, direction)
