import pytest

from processors.tool_pace import ENOUGH, KEPT, ToolPace


def pace_of(tool: str, *secs: float) -> ToolPace:
    pace = ToolPace()
    for each in secs:
        pace.took(tool, each)
    return pace


def test_nothing_is_foretold_of_a_tool_that_is_hardly_known():
    pace = pace_of("look", *[1.0] * (ENOUGH - 1))
    assert pace.left_secs("look", 0, 0.5) is None
    pace.took("look", 1.0)
    assert pace.left_secs("look", 0, 0.5) == 1.0
    assert pace.left_secs("book", 0, 0.5) is None


def test_only_calls_that_lasted_as_long_count():
    pace = pace_of("look", *[0.1] * 50, *[5.0] * ENOUGH)
    assert pace.left_secs("look", 0, 0.5) == pytest.approx(0.1)
    assert pace.left_secs("look", 1.0, 0.5) == pytest.approx(4.0)


def test_a_tool_that_has_become_slower_is_known_so_after_a_while():
    pace = pace_of("look", *[0.1] * KEPT, *[5.0] * KEPT)
    assert pace.left_secs("look", 0, 0) == 5.0


def test_of_several_tools_the_last_counts_and_each_has_to_be_known():
    pace = pace_of("look", *[1.0] * ENOUGH)
    assert pace.all_left_secs([("look", 0.5), ("book", 0)], 0.5) is None
    for _ in range(ENOUGH):
        pace.took("book", 3.0)
    assert pace.all_left_secs([("look", 0.5), ("book", 0)], 0.5) == 3.0
    assert pace.all_left_secs([], 0.5) is None
