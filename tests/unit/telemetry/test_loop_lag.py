"""How late the event loop is."""

import asyncio
import time

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


async def sample(lag: LoopLag, for_secs: float) -> None:
    lag.start()
    await asyncio.sleep(for_secs)
    lag.stop()


async def test_loop_that_is_never_late_has_no_lag():
    lag = LoopLag()
    await sample(lag, 100.5 * PERIOD_SECS)
    assert lag.total.count == 100
    assert lag.total.p99_ms == pytest.approx(0, abs=1e-6)


@pytest.mark.real_clock
async def test_stall_counts_for_all_that_was_due_in_it():
    lag = LoopLag()
    lag.start()
    await asyncio.sleep(0)
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        pass
    await asyncio.sleep(PERIOD_SECS)
    lag.stop()
    assert lag.total.count >= 9
    assert lag.total.max_ms >= 85
    assert lag.total.percentile_ms(50) >= 20


async def test_call_sees_the_lag_of_its_own_time():
    lag = LoopLag()
    await sample(lag, 2.5 * PERIOD_SECS)
    with lag.watch() as call:
        await sample(lag, 3.5 * PERIOD_SECS)
    await sample(lag, 1.5 * PERIOD_SECS)
    assert (call.count, lag.total.count) == (3, 6)


async def test_calls_that_end_in_another_order_than_they_began_are_forgotten():
    lag = LoopLag()
    first, second = lag.watch(), lag.watch()
    one, other = first.__enter__(), second.__enter__()
    first.__exit__(None, None, None)
    await sample(lag, 1.5 * PERIOD_SECS)
    second.__exit__(None, None, None)
    await sample(lag, 1.5 * PERIOD_SECS)
    assert (one.count, other.count) == (0, 1)


async def test_stopped_sampler_can_start_again():
    lag = LoopLag()
    lag.start()
    lag.start()
    lag.stop()
    lag.stop()
    await asyncio.sleep(1)
    assert lag.total.count == 0
    await sample(lag, 1.5 * PERIOD_SECS)
    assert lag.total.count == 1
