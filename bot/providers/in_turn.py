"""Words that are heard after other words are remembered after them."""

from typing import Any

from pipecat.frames.frames import Frame, LLMFullResponseStartFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.tts_service import TTSService


class InTurn(TTSService):
    """Counts an utterance's words from the end of the sound before it: `class X(InTurn, ...)`.

    Pipecat counts them from the start of the last word before it, as far as a provider tells when
    words start. A short answer behind a filler is then over before it can be heard: its end
    overtakes its beginning in the output, and it stays out of the memory until the next answer.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._ends_ns = 0

    async def start_word_timestamps(self) -> None:
        now_ns = self.get_clock().get_time()
        self._ends_ns = max(self._word_timestamp_tracker.last_pts, now_ns)
        await super().start_word_timestamps()

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        match frame:
            case TTSAudioRawFrame():
                self._ends_ns += round(frame.num_frames / frame.sample_rate * 1e9)
            case LLMFullResponseStartFrame() if self._word_timestamp_tracker.last_pts:
                # By the clock, as its words and its end go; behind audio it could come too late.
                frame.pts = self._word_timestamp_tracker.last_pts
            case _:
                pass
        await super().push_frame(frame, direction)

    async def on_audio_context_completed(self, context_id: str) -> None:
        words = self._word_timestamp_tracker
        words.last_pts = max(words.last_pts, self._ends_ns)
        await super().on_audio_context_completed(context_id)
