"""The report on turns is written part by part, and no part takes others with it."""

import pytest

from tests.bench import early
from tests.bench.early import Asked
from tests.bench.figures import Spread
from tests.bench.turns import __main__ as report
from tests.bench.turns.page import page
from tests.bench.turns.parts import Measured, part, told

ASKED = Asked("flux", "early", Spread(8, 340.0, 420.0, 430.0), 0, 1.0)


def fails() -> int:
    raise RuntimeError("no voice")


def test_a_part_that_fails_is_noted_and_gives_nothing():
    made = Measured(5)
    assert part(made, "The panel", fails) is None
    assert part(made, "Fillers", lambda: 7) == 7
    assert made.failed == {"The panel": "RuntimeError: no voice"}


def test_what_is_left_is_told_while_it_is_taken(capsys):
    assert [*told("by Echo", [*range(20)])] == [*range(20)]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[-1].endswith("by Echo: 18 of 20")


def test_a_page_says_what_it_has_and_what_was_not_measured():
    shown = page(Measured(5, early=[ASKED]), ["The panel failed: RuntimeError: no voice"])
    assert "**not met**: The panel failed" in shown
    assert "| flux | early | 340 | 420 | 0 of 8 | 1.00 |" in shown
    assert shown.count("Not measured in this run.") == 5


def test_turns_without_any_answer_are_in_the_table():
    lost = Asked("flux", "early", Spread(0, None, None, None), 8, 1.0)
    assert "| flux | early | - | - | 8 of 8 | 1.00 |" in early.table([lost])


@pytest.mark.parametrize("failing", ["Fillers", "What is taken for a caller"])
def test_results_are_written_though_a_part_fails(monkeypatch, tmp_path, failing: str):
    tables = {
        title: (lambda *_: fails()) if title == failing else (lambda *_: ("a table", {"a": 1}))
        for title in report.TABLES
    }
    monkeypatch.setattr(report, "TABLES", tables)
    monkeypatch.setattr(report, "judged", lambda _: {})
    monkeypatch.setattr(report.curve, "curve", lambda *_: [])
    out = tmp_path / "turns.md"
    missed = report.measure(5, 10, out, calls=False)
    assert missed == [f"{failing} failed: RuntimeError: no voice"]
    assert "a table" in out.read_text(encoding="utf-8")
    assert '"a": 1' in out.with_suffix(".json").read_text(encoding="utf-8")
