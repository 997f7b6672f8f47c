from collections.abc import Iterator

import pytest

from tests.calls.running import RunningServer, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """One server for every test that leaves it as it was."""
    with running_server() as running:
        yield running
