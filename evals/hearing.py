"""Speech recognition for recordings: what Echo's voice really said."""

from itertools import pairwise

import numpy as np

from bot.providers.local.transcript import Clip
from bot.providers.local.whisper import WhisperSettings, load
from evals.ear import Samples, Span, speech_spans

_LONGEST_SECS = 24.0  # Whisper's window is 30 s, and it wants silence after the speech
_MARGIN_SECS = 0.2  # soft beginnings and endings lie outside of the audible span


def transcribe(samples: Samples, rate: int) -> str:
    """The words in a recording, utterance by utterance, by the local Whisper."""
    whisper = load(WhisperSettings())  # pyright: ignore[reportArgumentType]  # frozen: it has a hash
    spans = [part for span in speech_spans(samples, rate) for part in _parts(span)]
    texts = [whisper.decode(Clip(_cut(samples, rate, span).tobytes(), rate)).text for span in spans]
    return " ".join(text for text in texts if text)


def _parts(span: Span) -> list[Span]:
    count = int(np.ceil(span.secs / _LONGEST_SECS))
    edges = np.linspace(span.start_secs, span.end_secs, count + 1).tolist()
    return [Span(start, end) for start, end in pairwise(edges)]


def _cut(samples: Samples, rate: int, span: Span) -> Samples:
    start = max(0, round((span.start_secs - _MARGIN_SECS) * rate))
    return samples[start : round((span.end_secs + _MARGIN_SECS) * rate)]
