"""Two voices on one time line."""

import numpy as np

from processors.tracks import TwoTracks

HZ = 1_000
SECOND = HZ


def tone(level: int, samples: int) -> bytes:
    return np.full(samples, level, "<i2").tobytes()


def sides(stereo: bytes) -> tuple[list[int], list[int]]:
    both = np.frombuffer(stereo, "<i2").reshape(-1, 2)
    return both[:, 0].tolist(), both[:, 1].tolist()


def test_what_echo_says_after_a_silence_is_where_the_caller_heard_it():
    tracks = TwoTracks(HZ)
    tracks.caller(tone(1, SECOND))
    tracks.echo(tone(2, SECOND // 2))
    tracks.caller(tone(1, SECOND))
    left, right = sides(tracks.take(all_of_it=True))
    assert left == [1] * 2 * SECOND
    assert right == [0] * SECOND + [2] * (SECOND // 2) + [0] * (SECOND // 2)


def test_nothing_is_handed_out_twice_and_the_latest_is_kept_back():
    tracks = TwoTracks(HZ)
    tracks.caller(tone(1, SECOND))
    assert len(sides(tracks.take())[0]) == SECOND // 2
    assert len(sides(tracks.take(all_of_it=True))[0]) == SECOND // 2
    assert tracks.take(all_of_it=True) == b""


def test_while_muted_the_time_goes_by_in_silence():
    tracks = TwoTracks(HZ)
    tracks.caller(tone(1, 10))
    tracks.muted = True
    tracks.caller(tone(4, 10))
    tracks.echo(tone(5, 10))
    tracks.muted = False
    tracks.caller(tone(1, 20))
    left, right = sides(tracks.take(all_of_it=True))
    assert left == [1] * 10 + [0] * 10 + [1] * 20
    assert 5 not in right


def test_the_last_of_what_echo_says_is_right_behind_the_rest_however_late_it_comes():
    tracks = TwoTracks(HZ)
    tracks.echo(tone(2, 10))
    tracks.caller(tone(1, 30))
    tracks.echo_ended(tone(3, 5))
    assert sides(tracks.take(all_of_it=True))[1] == [2] * 10 + [3] * 5 + [0] * 15


def test_what_the_caller_said_a_while_ago_may_still_be_silenced():
    tracks = TwoTracks(HZ, held_secs=2)
    for level in (1, 2, 3, 4):
        tracks.caller(tone(level, SECOND))
    assert sides(tracks.take())[0] == [1] * SECOND + [2] * SECOND
    tracks.echo(tone(5, SECOND))
    tracks.silence(0.5)
    tracks.caller(tone(6, SECOND))
    left, right = sides(tracks.take(all_of_it=True))
    assert left == [0] * 2 * SECOND + [6] * SECOND
    assert 5 in right


def test_what_was_said_before_is_kept():
    tracks = TwoTracks(HZ, held_secs=2)
    tracks.caller(tone(1, 2 * SECOND))
    tracks.silence(1.5)
    left, _ = sides(tracks.take(all_of_it=True))
    assert left == [1] * (3 * SECOND // 2) + [0] * (SECOND // 2)
