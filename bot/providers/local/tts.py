"""Text to speech without a key or a network: hibari, as an ordinary pipecat service.

The service speaks clause by clause, off the event loop, and says when each written word has been
heard, so that memory holds what the caller heard and no more.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray
from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.providers.clauses import ByClause, clauses
from bot.providers.local.spoken import WrittenWord, speech
from bot.providers.local.weights import packaged, verified
from bot.threads import model_threads

_VOICES = {
    "heart": (
        "hibari.onnx",
        "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    ),
}
"""Those whose weights come with the package hibari-tts 0.2.1; it would download the others."""
_UNKNOWN_WORDS = ("oov.onnx", "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76")
"""Reads words that are not in the lexicon."""


class VoiceSettings(BaseModel):
    """The local voice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: str = "heart"
    """American English, female: the only one whose weights come with the package."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """1.0 is the pace the voice was trained at, about 2.5 words a second."""

    @field_validator("voice")
    @classmethod
    def _known(cls, voice: str) -> str:
        if voice not in _VOICES:
            raise ValueError(f"Unknown voice '{voice}'; choose {' or '.join(_VOICES)}.")
        return voice


class Voice(Protocol):
    """An engine that speaks. Calls may come from several threads at once."""

    @property
    def sample_rate(self) -> int: ...

    def synthesise(self, text: str) -> bytes:
        """Speech for plain prose: 16-bit mono PCM at `sample_rate`, silence around it allowed.

        Empty when the text has no sound. Takes milliseconds; do not call it on an event loop.
        """
        ...


def load(settings: VoiceSettings) -> Voice:
    """The process's voice, ready to speak without a slow first call (about a second).

    Later calls with the same settings get the same.

    Raises:
        WeightsError: its weights are missing or are not the expected ones.
    """
    return _load(settings.voice, settings.speed)


@cache
def _load(name: str, speed: float) -> Voice:
    voice = HibariVoice(VoiceSettings(voice=name, speed=speed))
    voice.synthesise("Ready, Zyxwu, in one two three.")  # the made-up word loads the second model
    return voice


class HibariVoice:
    """hibari-tts: float synthesis at 24 kHz, over 100 times faster than speech on one core."""

    sample_rate = 24_000

    def __init__(self, settings: VoiceSettings) -> None:
        assets = packaged("hibari", distribution="hibari-tts") / "assets"
        file, digest = _VOICES[settings.voice]
        model = verified(assets / file, digest)
        verified(assets / _UNKNOWN_WORDS[0], _UNKNOWN_WORDS[1])

        from hibari import Hibari  # here, so that a bad weight file is found before it is run

        self._speed = settings.speed
        self._engine = Hibari(voice=settings.voice, model=str(model), threads=1)

    def synthesise(self, text: str) -> bytes:
        wave = self._engine(_for_hibari(text), speed=self._speed)
        return (np.clip(wave, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


_LETTER_A = re.compile(r"(?<![\w'])A(?=[,.!?]|$| [A-Z]\b)")
_NOT_NUMBER = re.compile(r"\b(no|est|vol|ch|ed|fig)\.(?!\s*\d)")


def _for_hibari(text: str) -> str:
    """Around what hibari misreads: the letter A as "uh", a last "no." as "number".

    `[written](/phonemes/)` is its own notation.
    """
    return _NOT_NUMBER.sub(r"\1 .", _LETTER_A.sub("[A](/ˈA/)", text))


# A clause as it will be heard

_AUDIBLE = 164
"""Of 32,767: what hibari leaves around speech stays under it, the softest consonant does not."""
_LEAD_SECS = 0.010
"""Kept before the first sound; hibari gives 0.2 to 0.3 s of silence, all of it latency."""
_TAIL_SECS = 0.040
"""Kept after the last sound for its decay."""
_SENTENCE_PAUSE_SECS = 0.25
_CLAUSE_PAUSE_SECS = 0.12
_BREATH_SECS = 0.03
_UNSPEAKABLE_SECS = 0.10
"""A clause of nothing but emoji is this much silence: a context without audio counts as failure."""


@dataclass(frozen=True, slots=True)
class VoicedClause:
    """One clause, ready to be played."""

    audio: bytes
    """16-bit mono PCM, from the first sound to the last."""
    secs: float
    words: tuple[WrittenWord, ...]
    pause_secs: float
    """The silence a listener expects after it, when more follows."""


def voiced(
    voice: Voice, clause: str, before: str = "", sample_rate: int | None = None
) -> VoicedClause:
    """The clause spoken, which follows upon `before`; at the voice's own rate unless one is given.

    Blocks for the synthesis. The whole clause is resampled at once: a streaming resampler would
    hold back its tail, and both ends of it are silent anyway.
    """
    rate = sample_rate or voice.sample_rate
    said = speech(clause, before)
    pcm = np.frombuffer(voice.synthesise(said.text) if said.text else b"", dtype=np.int16)
    pcm = _trimmed(pcm, voice.sample_rate)
    if rate != voice.sample_rate and len(pcm):
        pcm = soxr.resample(pcm, voice.sample_rate, rate)
    if not len(pcm):
        pcm = np.zeros(int(_UNSPEAKABLE_SECS * rate), dtype=np.int16)
    return VoicedClause(pcm.tobytes(), len(pcm) / rate, said.words, pause_after(clause))


def pause_after(clause: str) -> float:
    """Seconds of silence a speaker leaves after a clause, by the mark it ends with."""
    mark = clause.rstrip(" \"')]}”’*_")[-1:]
    if mark in ".!?…":
        return _SENTENCE_PAUSE_SECS
    return _CLAUSE_PAUSE_SECS if mark in ",;:—–-" else _BREATH_SECS


def read_aloud(voice: Voice, text: str) -> bytes:
    """A whole text with its pauses, 16-bit mono PCM at the voice's rate; blocks.

    For whoever wants speech without a pipeline: a caller emulator, a clip made ahead of time.
    """
    audio, before, pause_secs = bytearray(), "", 0.0
    for clause in clauses(text):
        spoken = voiced(voice, clause, before)
        audio += _silence(pause_secs, voice.sample_rate) + spoken.audio
        before, pause_secs = clause, spoken.pause_secs
    return bytes(audio)


def _trimmed(pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    sounding = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _AUDIBLE)
    if not len(sounding):
        return pcm[:0]
    start = max(0, int(sounding[0]) - int(_LEAD_SECS * rate))
    end = min(len(pcm), int(sounding[-1]) + int(_TAIL_SECS * rate))
    kept = pcm[start:end].copy()
    lead, tail = int(_LEAD_SECS * rate), int(_TAIL_SECS * rate / 2)
    kept[:lead] = kept[:lead] * np.linspace(0, 1, len(kept[:lead]))
    kept[-tail:] = kept[-tail:] * np.linspace(1, 0, len(kept[-tail:]))
    return kept


def _silence(secs: float, rate: int) -> bytes:
    return bytes(2 * int(secs * rate))


# When each word will have been heard


@dataclass(frozen=True, slots=True)
class Take:
    """What one reply has said so far. Seconds count from the start of its audio."""

    text: str = ""
    """The clause before, as written."""
    words: int = 0
    ends_at_secs: float = 0.0
    """When the audio given away so far will have been played, had it never run dry."""
    pause_secs: float = 0.0

    def silence_secs(self, played_secs: float) -> float:
        """How much silence to put before the next clause: none that has already been heard."""
        return max(0.0, self.pause_secs - max(0.0, played_secs - self.ends_at_secs))

    def after(self, clause: str, spoken: VoicedClause, played_secs: float) -> "Take":
        """The take with one more clause, which starts where the last ended or, if later, now."""
        starts_at = max(self.ends_at_secs, played_secs) + self.silence_secs(played_secs)
        return Take(
            text=clause,
            words=self.words + len(spoken.words),
            ends_at_secs=starts_at + spoken.secs,
            pause_secs=spoken.pause_secs,
        )


def heard_at(spoken: VoicedClause, ends_at_secs: float) -> list[tuple[str, float]]:
    """Each written word with the second at which it has been heard to its end."""
    times: list[tuple[str, float]] = []
    at = ends_at_secs - spoken.secs
    for word in spoken.words:
        at += word.share * spoken.secs
        times.append((word.text, at))
    return times


# The service

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
        silence = _silence(take.silence_secs(played_secs), self.sample_rate)
        take = take.after(clause, spoken, played_secs)
        self._takes[context_id] = take
        chunks = self._chunks(silence + spoken.audio, context_id)
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
