"""When not to believe Whisper: it repeats itself, and it hears words in noise and in silence."""

from collections.abc import Sequence

import numpy as np

from bot.providers.local.mel import Samples

_MOST_LETTERS_PER_SEC = 25
"""Spaces are some: 260 words a minute, without a pause."""
_SPOKEN_DIGIT = 4


def most_tokens(clip_secs: float) -> int:
    """More than anyone says in this time: a decoder that gets there is repeating itself."""
    return int(6 * clip_secs) + 10


def says_twice(text: str) -> bool:
    """Whether a phrase of three words or more comes twice in a row.

    With little silence after the speech Whisper may write a whole sentence again; people rarely do.
    """
    keys = _keys(text)
    return any(
        _times(keys, at, size) > 1 and not _is_number(keys[at : at + size])
        for at in range(len(keys))
        for size in range(3, len(keys) // 2 + 1)
    )


def first_copy(text: str, secs: float) -> str:
    """Of one sentence written over and over, more than anyone says in `secs`; "" of any other."""
    words, keys = text.split(), _keys(text)
    spoken = sum(_SPOKEN_DIGIT if letter.isdigit() else 1 for letter in text)
    if spoken <= _MOST_LETTERS_PER_SEC * secs or _is_number(keys):
        return ""
    sizes = range(3, len(keys) // 2 + 1)
    size = next((size for size in sizes if _times(keys, 0, size) * size == len(keys)), 0)
    return " ".join(words[:size])


def without_loops(text: str) -> str:
    """`text` with a phrase said over and over ("no no no no no no") written once.

    Digits may repeat: "00000000" is a number somebody reads out.
    """
    words, keys = text.split(), _keys(text)
    kept: list[str] = []
    at = 0
    while at < len(words):
        size, times = _loop_at(keys, at)
        kept += words[at : at + size]
        at += size * times
    return " ".join(kept)


def _loop_at(keys: Sequence[str], at: int) -> tuple[int, int]:
    for size in range(1, 9):
        times = _times(keys, at, size)
        if times >= (6 if size == 1 else 4) and not _is_number(keys[at : at + size]):
            return size, times
    return 1, 1


def _times(keys: Sequence[str], at: int, size: int) -> int:
    """How often the `size` words at `at` come one after the other."""
    times = 1
    while keys[at + times * size : at + (times + 1) * size] == keys[at : at + size]:
        times += 1
    return times


def _keys(text: str) -> list[str]:
    return [word.strip(".,!?;:-").lower() for word in text.split()]


def _is_number(keys: Sequence[str]) -> bool:
    return all(key.isdigit() for key in keys)


_IMAGINED = frozenset(
    {
        *("you", "okay", "ok", "oh", "so", "uh", "hmm", "mm", "the", "yeah", "bye", "bye bye"),
        *("thank you", "thanks", "thank you very much", "i'm sorry"),
        *("thanks for watching", "thank you for watching"),
    }
)
"""What Whisper writes when there is nothing to write."""


NO_SPEECH = 0.6
"""Whisper's own probability of there being no speech, above which it is believed.

tiny.en says 0.73-0.97 of noise and silence, and at most 0.4 of speech.
"""


def is_imagined(text: str, no_speech: float, stands_out: float) -> bool:
    """Whether Whisper heard words in what is no speech.

    `stands_out` is how far the loud parts of the clip rise over its quiet ones, see
    `stands_out_db`: nobody speaks as evenly as 3 dB, and below 9 dB a lone "you" is not believed.
    """
    if no_speech > NO_SPEECH or stands_out < 3 or not any(letter.isalnum() for letter in text):
        return True
    if text[0] in "([*♪" and text[-1] in ")]*♪":  # "(upbeat music)"
        return True
    return stands_out < 9 and text.lower().strip(" .,!?") in _IMAGINED


def stands_out_db(samples: Samples) -> float:
    """How far the loudest 5 % of a clip rise over its quietest 10 %, in dB; 0 below -55 dBFS.

    Steady noise stays within 2 dB, babble of many voices within 7; speech over a background 15 dB
    lower reaches 12.
    """
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    if not len(frames):
        return 0.0
    levels = 10 * np.log10(np.maximum(np.mean(np.square(frames), axis=1), 1e-7))
    quiet, loud = np.percentile(levels, [10, 95])
    return float(loud - quiet) if loud > -55 else 0.0
