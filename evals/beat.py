"""A beat that ought to come every 20 ms: what it tells of a process that is kept from its work."""

from collections.abc import Sequence

BEAT_SECS = 0.02


def stood_still_secs(late_secs: Sequence[float], since_secs: float, until_secs: float) -> float:
    """How much of that time nothing ran: from a beat's deadline until it came.

    `late_secs`: how late each beat was; the first was due at 0, on the clock of the other two.
    """
    stood, ran_until = 0.0, since_secs
    for number, late in enumerate(late_secs):
        due = number * BEAT_SECS
        begins, ends = max(due, ran_until), min(due + late, until_secs)
        if ends > begins:
            stood += ends - begins
            ran_until = ends
    return stood
