"""Whisper with a short window on CTranslate2: speech in, text out, in 0.1 to 0.2 s of CPU.

Whisper was trained on windows of 30 s; a shorter one costs a fraction of the time and as few words,
as long as it leaves some seconds of silence after the speech.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from bot.providers.local.doubts import (
    NO_SPEECH,
    first_copy,
    is_imagined,
    most_tokens,
    says_twice,
    stands_out_db,
    without_loops,
)
from bot.providers.local.listening import Timing
from bot.providers.local.mel import RATE, Samples, log_mel, mel_filters
from bot.providers.local.transcript import Clip, Reading, Transcript, Word
from bot.providers.local.whisper_model import Model, read_model
from bot.providers.local.whisper_vocabulary import Vocabulary
from bot.threads import model_threads

if TYPE_CHECKING:
    import tokenizers

WINDOW_SECS = 30.0
"""The window of Whisper's training, and its longest."""
_SHORTEST_SECS = 0.1
_UNSURE = 0.6
"""Below this confidence other readings are looked for."""
_READINGS = 8


class WhisperSettings(Timing):
    """What the local speech-to-text may be told; the defaults suit telephone and browser calls."""

    model_dir: Path | None = None
    """Folder of another CTranslate2 Whisper model; the packaged tiny.en when not set."""
    model_sha256: str = ""
    """Digest that model.bin of `model_dir` must have; empty: not checked."""
    prompt: str = ""
    """Words to expect, as a sentence: names, order numbers. It costs 15 ms and can mislead."""
    workers: int = Field(default=2, ge=1)
    """Clips decoded at once, each in one thread: two threads for one clip are no faster."""
    deadline_secs: float = Field(default=10.0, gt=0)
    """A clip that is not decoded by then is given up: the caller would have repeated it."""


class Whisper:
    """One model for all calls of a process; thread-safe."""

    def __init__(
        self,
        model: Model,
        tokenizer: tokenizers.Tokenizer,
        *,
        prompt: str = "",
        workers: int = 2,
    ) -> None:
        self._model = model
        self._vocabulary = Vocabulary(tokenizer)
        self._filters = mel_filters(model.n_mels)
        self._prompt = self._vocabulary.prompt(prompt, multilingual=model.is_multilingual)
        self._threads = model_threads(workers, "whisper")
        self._clips: set[Future[Transcript]] = set()

    @property
    def busy(self) -> bool:
        """A clip is being decoded or waits for it: not the moment for a partial."""
        return bool(self._clips)

    async def transcribe(self, clip: Clip, *, partial: bool = False) -> Transcript:
        """The text of a clip of at most 30 s, decoded in a thread; first come, first served.

        A partial is cheaper: no second try, no words. Cancelling gives the clip up if it waits.
        """
        future = self._threads.submit(self.decode, clip, partial=partial)
        self._clips.add(future)
        future.add_done_callback(self._clips.discard)
        return await asyncio.wrap_future(future)

    def decode(self, clip: Clip, *, partial: bool = False) -> Transcript:
        """As `transcribe`, in the thread of the caller."""
        samples = clip.samples()
        secs = len(samples) / RATE
        if secs < _SHORTEST_SECS:
            return Transcript("")
        said = self._generate(samples, window_secs(secs), most_tokens(secs), partial)
        if not said.endless and (once := first_copy(said.text, secs)):
            said = replace(said, text=once, words=said.words[: len(once.split())])
        repetitive = said.endless or says_twice(said.text)
        if repetitive and partial:
            return Transcript("")
        if repetitive and said.no_speech <= NO_SPEECH:
            said = self._generate(samples, WINDOW_SECS, 2 * most_tokens(secs), partial)
        text = without_loops(said.text)
        if is_imagined(text, said.no_speech, stands_out_db(samples)):
            return Transcript("", no_speech=said.no_speech)
        words = said.words if text == said.text else ()
        return Transcript(text, said.confidence, said.no_speech, words, said.readings)

    def _generate(self, samples: Samples, window: float, limit: int, partial: bool) -> _Said:
        import ctranslate2

        mel = log_mel(samples, self._filters, window)
        heard = self._model.encode(ctranslate2.StorageView.from_array(mel[np.newaxis]))
        (result,) = self._model.generate(
            heard,
            [self._prompt],
            beam_size=1,
            max_length=2 * limit,  # CTranslate2 generates at most half of it
            return_scores=True,
            return_no_speech_prob=True,
            return_logits_vocab=not partial,
        )
        ids = result.sequences_ids[0]
        confidence = float(np.exp(result.scores[0]))
        unsure = confidence < _UNSURE and not partial
        steps = [] if partial else [np.asarray(step, np.float32) for step in result.logits[0]]
        probabilities = [_probability(step, i) for step, i in zip(steps, ids, strict=False)]
        return _Said(
            text=self._vocabulary.text(ids),
            confidence=confidence,
            no_speech=result.no_speech_prob,
            endless=len(ids) >= limit,
            words=self._vocabulary.words(ids, probabilities),
            readings=self._readings(heard, limit) if unsure else (),
        )

    def _readings(self, heard: object, limit: int) -> tuple[Reading, ...]:
        """The likeliest texts. Costs a fifth of a decode: the encoder has done its part."""
        (result,) = self._model.generate(
            heard,
            [self._prompt],
            beam_size=_READINGS,
            num_hypotheses=_READINGS,
            max_length=2 * limit,
            return_scores=True,
        )
        found = zip(result.sequences_ids, result.scores, strict=True)
        return tuple(
            Reading(self._vocabulary.text(ids), float(np.exp(score))) for ids, score in found
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one pass of the decoder wrote; `endless` if it had not finished at the limit."""

    text: str
    confidence: float
    no_speech: float
    endless: bool
    words: tuple[Word, ...]
    readings: tuple[Reading, ...]


def window_secs(clip_secs: float) -> float:
    """How much the encoder hears: with less than 4 s of silence at the end the text repeats."""
    return min(WINDOW_SECS, max(10.0, clip_secs + 4.0))


def _probability(logits: Samples, token: int) -> float:
    return float(np.exp(logits[token] - logits.max()) / np.exp(logits - logits.max()).sum())


def load(settings: WhisperSettings) -> Whisper:
    """The process's engine, warmed by one decode; later calls with the same model get the same.

    Takes about a second. Raises `WeightsError` when the model is missing or not the expected one.
    """
    with _LOADING:
        return _load(
            settings.model_dir, settings.model_sha256, settings.prompt, workers=settings.workers
        )


_LOADING = Lock()


@lru_cache(maxsize=2)
def _load(model_dir: Path | None, sha256: str, prompt: str, *, workers: int) -> Whisper:
    model, tokenizer = read_model(model_dir, sha256, workers=workers)
    whisper = Whisper(model, tokenizer, prompt=prompt, workers=workers)
    whisper.decode(Clip(bytes(2 * RATE), RATE))
    return whisper
