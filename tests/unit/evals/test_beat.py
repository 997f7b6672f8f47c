import pytest

from evals.beat import stood_still_secs

ON_TIME = (0.0,) * 5
ONCE_LATE = (0.0, 0.07, 0.05, 0.03, 0.01, 0.0)
"""Nothing ran from 20 ms on until 90 ms."""


def test_what_is_on_time_never_stood_still():
    assert stood_still_secs(ON_TIME, 0, 1) == 0


def test_beats_that_wait_for_one_hold_up_are_one_hold_up():
    assert stood_still_secs(ONCE_LATE, 0, 1) == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("since", "until", "stood"),
    [(0.0, 0.05, 0.03), (0.05, 1.0, 0.04), (0.03, 0.04, 0.01), (0.09, 1.0, 0.0), (0.0, 0.02, 0.0)],
)
def test_only_what_lies_in_that_time_counts(since: float, until: float, stood: float):
    assert stood_still_secs(ONCE_LATE, since, until) == pytest.approx(stood)


def test_hold_ups_add_up():
    assert stood_still_secs((0.0, 0.01, 0.0, 0.015, 0.0), 0, 1) == pytest.approx(0.025)
