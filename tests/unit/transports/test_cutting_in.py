"""Words that cut into others are sent at once, or not at all."""

from transports.cutting_in import AT_ONCE_SECS, CuttingIn


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
