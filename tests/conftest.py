"""In which order the files are run, so that no worker ends with a long one alone; who gives way."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is the machine's matter: speed is for benchmarks.
settings.register_profile("echo", deadline=None)
settings.load_profile("echo")

TESTS = Path(__file__).parent

LONGEST = (
    "test_usage.py",
    "test_recording.py",
    "test_llm_faults.py",
    "test_phone_talk.py",
    "test_realtime.py",
    "test_emergency.py",
    "test_phone_barge_in.py",
    "test_phone_faults.py",
    "test_cloud_ears.py",
    "test_tts_faults.py",
    "test_repair.py",
    "test_tool_faults.py",
    "test_two_callers.py",
)
"""Of the whole calls: more than a minute each."""

TURNS = {"calls": 0, "wire": 1, "test_readme.py": 1}
"""Of folders and files in which time passes."""

UNTIMED = "test_page_shown.py"
"""A browser takes what the machine has, and nothing in that file is a matter of time: it gives way
to calls, and goes first among what only computes, which fills the other workers meanwhile."""


@pytest.fixture(scope="session")
def gives_way() -> None:
    """To calls that others have in real time: this worker from here on, and what it starts."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.nice(10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Calls first, for which people talk; then what is real but short; then what only computes."""
    items.sort(key=lambda item: _turn(item.path))


def _turn(file: Path) -> tuple[int, int]:
    if file.name == UNTIMED:
        return 2, -1
    place = LONGEST.index(file.name) if file.name in LONGEST else len(LONGEST)
    return TURNS.get(file.relative_to(TESTS).parts[0], 2), place
