"""How late the event loop is."""

import asyncio

import pytest

from bot.telemetry.loop_lag import BOUNDS_MS, PERIOD_SECS, LagHistogram, LoopLag


def test_nothing_sampled_is_no_lag():
    assert LagHistogram().percentile_ms(99) == 0.0


def test_percentile_is_the_bound_of_its_bucket():
    lag = LagHistogram()
    for _ in range(98):
        lag.add(0.3)
    lag.add(12.0)
    lag.add(42.0)
    assert lag.percentile_ms(50) == 0.5
    assert lag.percentile_ms(99) == 15
    assert lag.percentile_ms(100) == 42.0


@pytest.mark.parametrize("late_ms", [0.0, 0.3, 9999.0])
def test_no_percentile_exceeds_the_maximum(late_ms: float):
    lag = LagHistogram()
    lag.add(late_ms)
    assert lag.percentile_ms(99) == lag.max_ms == late_ms


def test_bounds_rise():
    assert list(BOUNDS_MS) == sorted(set(BOUNDS_MS))


async def test_loop_that_is_never_late_has_no_lag():
    lag = LoopLag()
    lag.start()
    await asyncio.sleep(100.5 * PERIOD_SECS)
    await lag.stop()
    assert lag.histogram.count == 100
    assert lag.p99_ms == pytest.approx(0, abs=1e-6)


async def test_stopped_sampler_leaves_no_task_and_can_start_again():
    lag = LoopLag()
    before = asyncio.all_tasks()
    lag.start()
    lag.start()
    assert len(asyncio.all_tasks() - before) == 1
    await lag.stop()
    await lag.stop()
    assert asyncio.all_tasks() == before
    lag.start()
    await asyncio.sleep(1.5 * PERIOD_SECS)
    await lag.stop()
    assert lag.histogram.count == 1
