"""Every async unit test runs on a clock that jumps (tests/clock.py)."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.clock import VirtualClockLoop


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "real_clock: run this unit test on an ordinary event loop, in real time "
        "(sockets, subprocesses, threads that race with timers).",
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("real_clock"):
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": VirtualClockLoop}


@pytest.fixture(autouse=True, scope="session")
def hardly_any_test_looks_at_a_real_clock(gives_way: None) -> None:
    """So calls go first."""
