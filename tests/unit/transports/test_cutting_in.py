"""Words that cut into others are sent at once, or not at all."""

import numpy as np

from transports.cutting_in import AT_ONCE_SECS, CuttingIn, at_rate


def test_they_are_sent_before_the_next_piece_in_pieces_of_its_size_and_once():
    words = CuttingIn()
    assert [*words.due(0.0, 4)] == []
    words.say(b"abcdefghij", now_secs=1.0)
    assert [*words.due(1.1, 4)] == [b"abcd", b"efgh", b"ij"]
    assert [*words.due(1.1, 4)] == []


def test_what_could_cut_into_nothing_is_left_out():
    words = CuttingIn()
    words.say(b"abcd", now_secs=1.0)
    assert [*words.due(1.0 + AT_ONCE_SECS + 0.01, 4)] == []
    assert [*words.due(1.0, 4)] == []


def test_they_come_at_the_rate_of_the_way_to_the_caller():
    audio = np.full(24_000, 1_000, "<i2").tobytes()
    assert at_rate(audio, 24_000, 24_000) == audio
    assert len(at_rate(audio, 24_000, 8_000)) == 2 * 8_000
