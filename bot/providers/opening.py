"""A reply's first words out of memory: "Sure," is heard while the rest is still being spoken."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np
from pipecat.frames.frames import Frame
from pipecat.services.tts_service import TTSService

from bot.providers.by_heart import ByHeart, Spoken

OPENINGS = (
    *("Sure,", "Okay,", "Right,", "Yes,", "No,", "Of course,", "Let me see,", "Thanks,"),
    *("Great,", "Well,", "Sorry,"),
)
"""What the persona asks a model to begin with: as a clause of its own it can be known by heart."""
SPANISH_OPENINGS = (
    *("Claro,", "De acuerdo,", "Vale,", "Sí,", "Por supuesto,", "Vamos a ver,", "Gracias,"),
    *("Muy bien,", "Bueno,", "Perdone,"),
)
"""The same for the persona that speaks Spanish."""
_OPENINGS = frozenset({*OPENINGS, *SPANISH_OPENINGS})
PAUSE_SECS = 0.12
"""The silence a listener expects at a comma; providers leave from none to half a second."""
_AUDIBLE = 164
"""Of 32,767 (-46 dBFS): the decay of a voice lies under it."""


class OpensByHeart(ByHeart, TTSService):
    """Recites the first clause of a reply if it is known: `class X(OpensByHeart, ...)`.

    It belongs to the reply as any other clause does: one audio context, the words in order. The
    provider is given the rest, and its word times are counted from where the opening ends.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._begun: set[str] = set()
        self._opened: dict[str, _Opened] = {}

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        opening = self._opening(text.strip(), context_id)
        self._begun.add(context_id)
        if opening:
            async for frame in self._recite(opening, context_id):
                yield frame
            secs = len(opening.pieces[0]) / 2 / self.sample_rate
            self._opened[context_id] = _Opened(asyncio.get_running_loop().time(), secs)
            return
        if context_id in self._opened and context_id in self._recited:
            self._recited.discard(context_id)
            await self.introduce(context_id)
        async for frame in super().run_tts(text, context_id):
            yield frame

    async def introduce(self, context_id: str) -> None:
        """Tell the provider of an audio context that was opened without it, if it must know."""

    def _opening(self, clause: str, context_id: str) -> Spoken | None:
        """What is recited of a reply; None for what is no opening, or not known yet."""
        if self._speaks_alone or context_id in self._begun or clause not in _OPENINGS:
            return None
        known = self._repertoire.get(self._key(clause))
        audio = with_pause(self.recited(clause), self.sample_rate)
        return Spoken((audio,), known.words) if known else None

    async def add_word_timestamps(
        self,
        word_times: list[tuple[str, float]],
        context_id: str | None = None,
        includes_inter_frame_spaces: bool | None = None,
        pre_merge_tokens: bool = False,
    ) -> None:
        opened = self._opened.get(context_id or "")
        if opened:
            offset_secs = opened.offset_secs(asyncio.get_running_loop().time())
            word_times = [(word, offset_secs + at_secs) for word, at_secs in word_times]
        await super().add_word_timestamps(
            word_times, context_id, includes_inter_frame_spaces, pre_merge_tokens
        )

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        self._forget(context_id)
        await super().on_audio_context_interrupted(context_id)

    async def on_audio_context_completed(self, context_id: str) -> None:
        self._forget(context_id)
        await super().on_audio_context_completed(context_id)

    def _forget(self, context_id: str) -> None:
        self._begun.discard(context_id)
        self._opened.pop(context_id, None)


class _Opened:
    """Where the rest begins: at the opening's end, or when there was something of it if later."""

    def __init__(self, began_secs: float, secs: float) -> None:
        self._began_secs, self._secs = began_secs, secs
        self._offset_secs: float | None = None

    def offset_secs(self, now_secs: float) -> float:
        if self._offset_secs is None:
            self._offset_secs = max(self._secs, now_secs - self._began_secs)
        return self._offset_secs


def with_pause(audio: bytes, rate: int) -> bytes:
    """16-bit mono speech at `rate` Hz, with `PAUSE_SECS` of silence behind its last sound."""
    samples = np.frombuffer(audio, "<i2")
    sounding = np.flatnonzero(np.abs(samples.astype(np.int32)) > _AUDIBLE)
    spoken = samples[: int(sounding[-1]) + 1] if len(sounding) else samples
    return np.pad(spoken, (0, round(PAUSE_SECS * rate))).astype("<i2").tobytes()
