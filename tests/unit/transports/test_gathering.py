"""What goes on at once and what is gathered, frame by frame of 20 ms."""

import numpy as np

from transports.gathering import Gathering

HZ = 16_000
SILENCE = bytes(HZ // 50 * 2)
SOUND = (3_000 * np.sin(np.arange(HZ // 50) / 5)).astype("<i2").tobytes()


def pieces(*frames: bytes) -> list[int]:
    """The lengths of what goes on, in ms."""
    gathering = Gathering(silence_secs=0.032, lasting_secs=0.096)
    taken = [gathering.add(frame, HZ) for frame in frames]
    assert b"".join(taken) == b"".join(frames)[: sum(map(len, taken))]
    return [len(piece) // 2 * 1000 // HZ for piece in taken]


def test_sound_goes_on_as_it_comes():
    assert pieces(*5 * [SOUND]) == 5 * [20]


def test_silence_behind_a_sound_goes_on_before_anybody_waits_for_it():
    assert pieces(SOUND, *6 * [SILENCE]) == [20, 0, 40, 0, 40, 0, 40]


def test_a_silence_that_lasts_goes_on_in_longer_pieces():
    assert pieces(*60 * [SILENCE])[-10:] == [0, 0, 0, 0, 100, 0, 0, 0, 0, 100]


def test_the_sound_that_ends_a_silence_takes_along_what_was_gathered():
    assert pieces(*58 * [SILENCE], SOUND, SOUND, SILENCE, SILENCE)[-4:] == [80, 20, 0, 40]
