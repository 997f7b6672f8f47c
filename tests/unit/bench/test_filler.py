import pytest

from tests.bench.filler import TURNS, latencies, measured


@pytest.fixture(scope="module")
def known():
    return measured(seed=2)


def test_few_fillers_are_needless_and_few_callers_wait_in_silence(known):
    assert known.turns == TURNS
    assert known.needless_pct <= 5
    assert known.silent_first_pct <= 1


def test_the_tools_take_what_a_seed_says_from_50_ms_to_20_s():
    drawn = [*latencies(seed=2)]
    assert drawn == [*latencies(seed=2)]
    assert len(drawn) == TURNS
    assert all(0.05 <= secs <= 20 for _, secs in drawn)
    assert min(secs for _, secs in drawn) < 0.1
    assert max(secs for _, secs in drawn) > 15
