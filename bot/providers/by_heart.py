"""Phrases that a voice knows by heart: what is always said the same way is synthesised once.

A greeting or a filler out of memory is heard at once, and costs a provider's characters once.
"""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import (
    Frame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.tts_service import TTSService
from pipecat.utils.context.word_timestamp_tracker import WordTimestamp

from bot.providers.first_byte import FirstByte


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase as it was spoken: 16-bit mono pieces, and when each word has been heard (s)."""

    pieces: tuple[bytes, ...]
    words: tuple[tuple[str, float], ...]


Key = tuple[str, int, str]
"""Which voice, at how many Hz, says what."""


class Repertoire:
    """What is to be known by heart, and what is; one for all calls."""

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        self.phrases = tuple(dict.fromkeys(phrases))
        self._spoken: dict[Key, Spoken] = {}

    @property
    def known(self) -> int:
        """How many phrases are known, at one rate at least."""
        return len({phrase for _, _, phrase in self._spoken})

    def get(self, key: Key) -> Spoken | None:
        return self._spoken.get(key)

    def learn(self, key: Key, spoken: Spoken) -> None:
        """Keep it, if it is one of the phrases: what fits in memory was decided with them."""
        if key[2] in self.phrases and spoken.pieces:
            self._spoken[key] = spoken


@dataclass(slots=True)
class _Lesson:
    key: Key
    pieces: list[bytes] = field(default_factory=list)
    words: list[tuple[str, float]] = field(default_factory=list)


class ByHeart(FirstByte, TTSService):
    """Makes a TTS service repeat a `TTSSpeakFrame` of its repertoire: `class X(ByHeart, ...)`.

    The same frames come from memory as from the provider, words and their times included, so what
    is heard, interrupted and remembered does not differ. What a reply contains is not looked up;
    how it begins may be (`opening.py`).
    """

    def __init__(self, *, repertoire: Repertoire, **options: Any) -> None:
        super().__init__(**options)
        self._repertoire = repertoire
        self._speaks_alone = False
        self._recited: set[str] = set()
        self._gave_audio_itself = False
        self._lessons: dict[str, _Lesson] = {}

    def recited(self, phrase: str) -> bytes:
        """The phrase as 16-bit mono audio at `sample_rate`; empty as long as it is not known."""
        known = self._repertoire.get(self._key(phrase))
        return b"".join(known.pieces) if known else b""

    def _key(self, phrase: str) -> Key:
        return (f"{type(self).__name__} {self._settings.voice}", self.sample_rate, phrase)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if not isinstance(frame, TTSSpeakFrame):  # system frames come while one is spoken
            await super().process_frame(frame, direction)
            return
        self._speaks_alone = True
        try:
            await super().process_frame(frame, direction)
        finally:
            self._speaks_alone = False

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        phrase = text.strip()  # a service may have put a space behind it
        key = self._key(phrase)
        known = self._repertoire.get(key) if self._speaks_alone else None
        if known:
            async for frame in self._recite(known, context_id):
                yield frame
            if not self._push_stop_frames:
                yield TTSStoppedFrame(context_id=context_id)
            return
        if self._speaks_alone and phrase in self._repertoire.phrases:
            self._lessons[context_id] = _Lesson(key)
        live = super().run_tts(text, context_id)  # pyright: ignore[reportAbstractUsage]
        async for frame in live:
            yield frame

    async def _recite(self, known: Spoken, context_id: str) -> AsyncGenerator[Frame, None]:
        self._recited.add(context_id)
        self._gave_audio_itself = self._is_yielding_frames_synchronously
        if not self.audio_context_available(context_id):  # its service opens them on its own
            await self.create_audio_context(context_id)
            yield TTSStartedFrame(context_id=context_id)
        await self.cancel_ttfb_metrics()  # memory answers, not the provider
        first, *rest = known.pieces
        yield TTSAudioRawFrame(first, self.sample_rate, 1, context_id=context_id)
        await self.add_word_timestamps(list(known.words), context_id)
        for piece in rest:
            yield TTSAudioRawFrame(piece, self.sample_rate, 1, context_id=context_id)

    async def append_to_audio_context(
        self, context_id: str | None, frame: Frame | WordTimestamp | None
    ) -> None:
        lesson = self._lessons.get(context_id or "")
        match frame:
            case TTSAudioRawFrame() if lesson:
                lesson.pieces.append(frame.audio)
            case WordTimestamp() if lesson:
                lesson.words.append((frame.word, frame.timestamp))
            case TTSStoppedFrame() if lesson:
                spoken = Spoken(tuple(lesson.pieces), tuple(lesson.words))
                self._repertoire.learn(lesson.key, spoken)
            case _:
                pass
        await super().append_to_audio_context(context_id, frame)

    # The provider knows nothing of what is recited

    async def on_turn_context_completed(self) -> None:
        context_id = self._turn_context_id
        if context_id not in self._recited:
            await super().on_turn_context_completed()
            return
        if self._push_stop_frames:
            await self.append_to_audio_context(context_id, TTSStoppedFrame(context_id=context_id))
        await self.remove_audio_context(context_id)
        # Else pipecat would end a reply around this phrase as soon as it is written.
        self._is_yielding_frames_synchronously = self._gave_audio_itself
        self._turn_context_id = None

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        self._lessons.pop(context_id, None)
        if context_id in self._recited:
            self._recited.discard(context_id)
        else:
            await super().on_audio_context_interrupted(context_id)

    async def on_audio_context_completed(self, context_id: str) -> None:
        self._lessons.pop(context_id, None)
        self._recited.discard(context_id)
        await super().on_audio_context_completed(context_id)
