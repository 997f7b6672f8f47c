from transports.limits import Allowance, RealTime, Strikes


def test_an_allowance_is_used_up_and_grows_back():
    allowance = Allowance(per_sec=2, burst=3)
    assert [allowance.take(1, 0.0) for _ in range(4)] == [True, True, True, False]
    assert allowance.take(1, 0.5)
    assert not allowance.take(1, 0.5)


def test_an_allowance_never_grows_past_its_burst():
    allowance = Allowance(per_sec=2, burst=3)
    allowance.take(1, 0.0)
    assert [allowance.take(1, 1000.0) for _ in range(4)] == [True, True, True, False]


def test_what_is_refused_costs_nothing():
    allowance = Allowance(per_sec=1, burst=2)
    assert not allowance.take(5, 0.0)
    assert allowance.take(2, 0.0)


def real_time() -> RealTime:
    return RealTime(rate=1.25, burst_secs=2.0, dropped_secs=30.0)


def test_speech_in_real_time_is_taken_for_hours():
    limit = real_time()
    assert {limit.judge(0.02, i * 0.02) for i in range(3600 * 50)} == {"take"}


def test_two_seconds_may_arrive_at_once_after_a_stall():
    limit = real_time()
    assert {limit.judge(0.03125, 100.0) for _ in range(64)} == {"take"}
    assert limit.judge(0.03125, 100.0) == "drop"


def test_a_stall_of_ten_seconds_drops_the_old_speech_and_goes_on():
    limit = real_time()
    judged = [limit.judge(0.02, 100.0) for _ in range(500)]
    assert set(judged) == {"take", "drop"}
    assert limit.judge(0.02, 101.0) == "take"


def test_a_flood_is_closed():
    limit = real_time()
    judged = [limit.judge(0.1, i * 0.002) for i in range(1000)]
    assert judged[-1] == "close"
    assert judged.count("take") * 0.1 < 2 + 1.25 * 2


def test_strikes_within_the_window_are_out():
    strikes = Strikes(limit=3, window_secs=10)
    assert [strikes.out(t) for t in (0.0, 1.0, 2.0)] == [False, False, True]


def test_strikes_spread_out_are_forgiven():
    strikes = Strikes(limit=3, window_secs=10)
    assert not any(strikes.out(t) for t in (0.0, 6.0, 12.0, 18.0, 24.0))


def test_an_allowance_tells_how_long_until_there_is_enough():
    allowance = Allowance(per_sec=2, burst=3)
    allowance.take(3, 0.0)
    assert allowance.wait_secs(1, 0.0) == 0.5
    assert allowance.wait_secs(1, 0.25) == 0.25
    assert allowance.wait_secs(1, 9.0) == 0
