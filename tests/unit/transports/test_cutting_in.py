"""Words that cut into others are sent at once, or not at all."""

from transports.cutting_in import AT_ONCE_SECS, CuttingIn

WORDS = CuttingIn(b"abcdefghij", since_secs=1.0)


def test_they_are_sent_in_pieces_of_one_size():
    assert [*WORDS.due(1.1, 4)] == [b"abcd", b"efgh", b"ij\0\0"]


def test_what_could_cut_into_nothing_is_left_out():
    assert [*WORDS.due(1.0 + AT_ONCE_SECS + 0.01, 4)] == []
