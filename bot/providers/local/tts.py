"""Text to speech without a key or a network: hibari, as an ordinary pipecat service.

The service speaks clause by clause, off the event loop, and says when each written word has been
heard, so that memory holds what the caller heard and no more.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings

from bot.providers.clauses import ByClause, clauses
from bot.providers.local.voice import Voice
from bot.providers.local.voiced import Take, VoicedClause, heard_at, voiced
from bot.threads import model_threads

_SYNTHESIS = model_threads(2, "voice")
"""Shared by all calls. A clause takes milliseconds; more threads would only fight over the cores
that the event loop needs."""
_CHUNK_SECS = 0.2
"""A multiple of the 40 ms that transports send: they cut it so, and drop it when interrupted."""


class HibariTTS(ByClause):
    """Speaks with a `Voice` that is already loaded; at the transport's sample rate.

    Every word goes downstream as it has been heard (a timed `TTSTextFrame` of the written text),
    as from services that report word timestamps, so an interruption keeps only what was played.
    """

    def __init__(
        self, voice: Voice, *, model: str = "hibari", sample_rate: int | None = None
    ) -> None:
        super().__init__(
            sample_rate=sample_rate,
            push_start_frame=True,
            push_stop_frames=True,
            push_text_frames=False,
            settings=TTSSettings(model=model, voice=None, language=None),
        )
        self._voice = voice
        self._takes: dict[str, Take] = {}
        self._started_ns: dict[str, int] = {}

    def can_generate_metrics(self) -> bool:
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        await self.start_tts_usage_metrics(text)
        for clause in clauses(text, self._take(context_id).words):
            try:
                spoken = await self._synthesised(clause, self._take(context_id).text)
            except Exception as error:  # noqa: BLE001  an engine is a plug-in
                yield ErrorFrame(error="The local voice failed", exception=error)
                return
            async for frame in self._played(clause, spoken, context_id):
                yield frame

    async def _synthesised(self, clause: str, before: str) -> VoicedClause:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            _SYNTHESIS, voiced, self._voice, clause, before, self.sample_rate
        )

    async def _played(
        self, clause: str, spoken: VoicedClause, context_id: str
    ) -> AsyncGenerator[Frame, None]:
        played_secs = self._played_secs(context_id)
        take = self._take(context_id)
        pause = bytes(2 * int(take.silence_secs(played_secs) * self.sample_rate))
        take = take.after(clause, spoken, played_secs)
        self._takes[context_id] = take
        chunks = self._chunks(pause + spoken.audio, context_id)
        yield next(chunks)
        await self.add_word_timestamps(heard_at(spoken, take.ends_at_secs), context_id)
        for chunk in chunks:
            yield chunk

    def _chunks(self, audio: bytes, context_id: str) -> Iterator[TTSAudioRawFrame]:
        size = 2 * int(_CHUNK_SECS * self.sample_rate)
        for start in range(0, len(audio), size):
            chunk = audio[start : start + size]
            yield TTSAudioRawFrame(chunk, self.sample_rate, 1, context_id=context_id)

    # Where playback has got to

    def _take(self, context_id: str) -> Take:
        return self._takes.get(context_id, Take())

    def _played_secs(self, context_id: str) -> float:
        started_ns = self._started_ns.get(context_id)
        if started_ns is None:
            return 0.0
        return (self.get_clock().get_time() - started_ns) / 1e9

    async def start_word_timestamps(self) -> None:
        """Called when a context's first audio goes out: word times count from here."""
        if context_id := self.get_active_audio_context_id():
            last_word_ns = self._word_timestamp_tracker.last_pts
            self._started_ns[context_id] = max(last_word_ns, self.get_clock().get_time())
        await super().start_word_timestamps()

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        self._forget(context_id)
        await super().on_audio_context_interrupted(context_id)

    async def on_audio_context_completed(self, context_id: str) -> None:
        self._forget(context_id)
        await super().on_audio_context_completed(context_id)

    def _forget(self, context_id: str) -> None:
        self._takes.pop(context_id, None)
        self._started_ns.pop(context_id, None)
