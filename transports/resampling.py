"""The caller's audio at another rate, without waiting for more of it."""

from pipecat.audio.resamplers.soxr_stream_resampler import SOXRStreamAudioResampler

from processors.polyphase import Polyphase, polyphase


class PromptResampler:
    """Pipecat's resampler, but for rates with a simple ratio such as 8, 24 or 48 to 16 kHz."""

    def __init__(self) -> None:
        self._in_blocks = SOXRStreamAudioResampler(quality="MQ", clear_after_secs=None)
        self._at_once: dict[tuple[int, int], Polyphase | None] = {}

    async def resample(self, audio: bytes, in_rate: int, out_rate: int) -> bytes:
        """16-bit mono samples, at `out_rate` Hz what came at `in_rate`."""
        if in_rate == out_rate:
            return audio
        rates = in_rate, out_rate
        if rates not in self._at_once:
            self._at_once[rates] = polyphase(in_rate, out_rate)
        at_once = self._at_once[rates]
        if at_once is None:
            return await self._in_blocks.resample(audio, in_rate, out_rate)
        return at_once.resample(audio)
