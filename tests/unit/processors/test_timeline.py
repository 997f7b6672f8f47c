from processors.timeline import Timeline

SEC = 1_000_000_000


def test_audio_is_heard_when_what_came_before_it_has_been():
    line = Timeline()
    line.add(2 * SEC, now_ns=10 * SEC)
    line.add(3 * SEC, now_ns=11 * SEC)
    assert line.ends_ns == 15 * SEC
    assert line.position_at(13 * SEC) == 3 * SEC
    assert line.time_at(4 * SEC) == 14 * SEC


def test_in_a_gap_nothing_is_heard():
    line = Timeline()
    line.add(1 * SEC, now_ns=10 * SEC)
    line.add(1 * SEC, now_ns=20 * SEC)
    assert line.position_at(15 * SEC) == 1 * SEC
    assert line.position_at(20 * SEC + SEC // 2) == SEC + SEC // 2
    assert line.time_at(1 * SEC) == 11 * SEC, "the first ends before the gap"
    assert line.time_at(1 * SEC + 1) == 20 * SEC + 1


def test_words_may_be_told_of_before_their_audio():
    line = Timeline()
    line.add(1 * SEC, now_ns=10 * SEC)
    assert line.position_at(13 * SEC) == 3 * SEC
    assert line.time_at(3 * SEC) == 13 * SEC


def test_a_timeline_may_begin_in_the_middle():
    line = Timeline(5 * SEC)
    line.add(1 * SEC, now_ns=100 * SEC)
    assert line.position_at(100 * SEC) == 5 * SEC
    assert line.length_ns == 6 * SEC
    assert line.time_at(6 * SEC) == 101 * SEC


def test_before_any_audio_there_is_no_position():
    assert Timeline(7).position_at(99) == 7
    assert Timeline().length_ns == 0
