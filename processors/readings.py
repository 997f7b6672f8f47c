"""What was said of all that it may have been, when speech to text is unsure (pure).

Over Echo's voice people mostly say one of a few phrases, short and unclear, and a recogniser that
has learnt from sentences prefers a rare sentence that sounds alike: "in her" for "enough", "and
then" for "mm-hmm". It has had the phrase in mind as well, only a little less.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from processors.said_over import Kind


class Reading(Protocol):
    """A text, and how sure (0 to 1) the recogniser is of it."""

    @property
    def text(self) -> str: ...

    @property
    def confidence(self) -> float: ...


_PHRASES: tuple[tuple[Kind, ...], ...] = (("stop",), ("backchannel", "tic"))
"""A stop that is missed is worse than one too many. An aside is known by single words, of which one
reading in eight has some by chance."""


def phrase(
    readings: Sequence[tuple[Reading, Kind]], least_share: float
) -> tuple[Reading, Kind] | None:
    """The likeliest reading that is a phrase, as a stop if one may be; None if none is likely.

    least_share: of the confidence of the likeliest reading, what another must have.
    """
    best = max((reading.confidence for reading, _ in readings), default=0.0)
    likely = [each for each in readings if each[0].confidence >= least_share * best]
    for kinds in _PHRASES:
        if found := _likeliest(each for each in likely if each[1] in kinds):
            return found
    return None


def _likeliest(readings: Iterable[tuple[Reading, Kind]]) -> tuple[Reading, Kind] | None:
    return max(readings, key=lambda each: each[0].confidence, default=None)
