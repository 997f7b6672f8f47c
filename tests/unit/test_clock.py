import asyncio
import socket
import threading
import time

import pytest

from tests.clock import VirtualClockError, VirtualClockLoop


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_unit_test_runs_on_the_virtual_clock():
    assert isinstance(asyncio.get_running_loop(), VirtualClockLoop)


@pytest.mark.real_clock
async def test_a_marked_test_runs_on_a_real_one():
    assert not isinstance(asyncio.get_running_loop(), VirtualClockLoop)


async def test_an_hour_passes_at_once():
    began = time.monotonic()
    await asyncio.sleep(3600)
    assert now() == 3600
    assert time.monotonic() - began < 60


async def test_sleepers_wake_in_the_order_of_their_times():
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, secs: float) -> None:
        await asyncio.sleep(secs)
        woken.append((name, now()))

    await asyncio.gather(sleeper("late", 5), sleeper("early", 0.35), sleeper("between", 1))
    assert woken == [("early", 0.35), ("between", 1.0), ("late", 5.0)]


async def test_time_stands_still_while_tasks_have_work():
    for _ in range(1000):
        await asyncio.sleep(0)
    assert now() == 0


async def test_a_timeout_ends_a_wait_that_has_no_end():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), timeout=120)
    assert now() == 120


async def test_the_clock_waits_for_an_executor_although_a_timer_is_set():
    answer = await asyncio.wait_for(asyncio.to_thread(lambda: time.sleep(0.05) or 42), timeout=0.01)
    assert answer == 42
    assert now() == 0


async def test_the_clock_goes_on_after_an_executor():
    await asyncio.to_thread(int)
    await asyncio.sleep(1)
    assert now() == 1


async def test_a_failing_job_does_not_stop_the_clock_for_good():
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(lambda: 1 / 0)
    await asyncio.sleep(1)
    assert now() == 1


async def test_a_thread_may_wake_the_loop_when_no_timer_is_set():
    woken = wake_from_a_thread()
    await asyncio.wait_for(woken.wait(), timeout=None)


def test_a_thread_that_races_with_a_timer_is_refused_by_the_name_of_the_marker():
    async def race() -> None:
        await wake_from_a_thread().wait()
        await asyncio.sleep(1)

    with pytest.raises(VirtualClockError, match=r"@pytest\.mark\.real_clock"):
        run(race())


def test_a_socket_is_refused_by_the_name_of_the_marker():
    async def listen(end: socket.socket) -> None:
        end.setblocking(False)
        await asyncio.get_running_loop().sock_recv(end, 1)

    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(VirtualClockError, match=r"@pytest\.mark\.real_clock"):
        run(listen(ours))


def test_a_deadlock_is_named_instead_of_hanging(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.clock._DEADLOCK_AFTER_SECS", 0.01)
    with pytest.raises(VirtualClockError, match="Every task waits"):
        run(asyncio.Event().wait())


def wake_from_a_thread() -> asyncio.Event:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=lambda: loop.call_soon_threadsafe(woken.set), daemon=True).start()
    return woken


def run(coroutine) -> None:
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(coroutine)
