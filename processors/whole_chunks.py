"""Keeps the start of one utterance whole while the one before it ends.

Pipecat's output transport plays audio in chunks and holds what does not fill one. When an utterance
ends (`MediaSender._bot_stopped_speaking`) it drops what it holds, which by then is the next
utterance's: an answer that streams in behind a filler loses up to a chunk in the middle of a word.
Audio that arrives in whole chunks leaves nothing to drop.

It also fills the last chunk of an utterance with silence, up to 40 ms that nobody needs when only
the inaudible end of a voice's decay is left for it.
"""

import numpy as np
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_transport import TransportParams

_CHUNK_10MS = TransportParams().audio_out_10ms_chunks
_INAUDIBLE = 164
"""Of 32,767, -46 dB: under the softest consonant of a voice at speaking level."""


class WholeChunks(FrameProcessor):
    """Between the TTS and the output: passes speech on in multiples of the transport's chunk.

    It delays nothing: the transport would wait for the rest of a chunk just as long. It helps as
    far as the TTS speaks at the transport's sample rate; a resampler holds audio of its own.
    """

    def __init__(self, chunk_10ms: int = _CHUNK_10MS) -> None:
        super().__init__(enable_direct_mode=True)
        self._chunk_10ms = chunk_10ms
        self._held = b""
        self._last: TTSAudioRawFrame | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case TTSAudioRawFrame():
                await self._pass_whole(frame, direction)
                return
            case TTSStartedFrame() | TTSStoppedFrame():
                await self._pass_rest(direction)
            case InterruptionFrame():
                self._held = b""
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _pass_whole(self, frame: TTSAudioRawFrame, direction: FrameDirection) -> None:
        chunk_bytes = frame.sample_rate // 100 * self._chunk_10ms * frame.num_channels * 2
        audio = self._held + frame.audio
        whole = len(audio) - len(audio) % chunk_bytes
        self._held, self._last = audio[whole:], frame
        if whole:
            await self.push_frame(_with(frame, audio[:whole]), direction)

    async def _pass_rest(self, direction: FrameDirection) -> None:
        if self._last and _audible(self._held):
            await self.push_frame(_with(self._last, self._held), direction)
        self._held = b""


def _audible(audio: bytes) -> bool:
    return bool((np.abs(np.frombuffer(audio, np.int16).astype(np.int32)) > _INAUDIBLE).any())


def _with(frame: TTSAudioRawFrame, audio: bytes) -> TTSAudioRawFrame:
    other = TTSAudioRawFrame(
        audio, frame.sample_rate, frame.num_channels, context_id=frame.context_id
    )
    other.transport_destination = frame.transport_destination
    other.interruptible = frame.interruptible
    other.pts = frame.pts
    return other
