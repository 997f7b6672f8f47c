"""docs/faults.md names, for every fault of the phone and the edge, tests that there are."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = re.findall(r"^\| (\d+) \|(.*)$", Path(ROOT, "docs/faults.md").read_text(), re.MULTILINE)
NUMBERS = [*range(19, 37), *range(43, 55), *range(61, 64)]


@cache
def names_in(file: str) -> set[str]:
    """The names of the tests in a file; none if there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {each.name for each in ast.walk(tree) if isinstance(each, functions)}


def test_every_fault_is_there_once_and_has_a_test():
    assert [int(number) for number, _ in ROWS] == NUMBERS
    for number, row in ROWS:
        assert "::" in row, f"fault {number} has no test"


def test_every_test_that_is_named_exists():
    named = [each for _, row in ROWS for each in re.findall(r"`(tests/[^`]+)`", row)]
    assert named
    missing = [each for each in named if each.split("::")[1] not in names_in(each.split("::")[0])]
    assert missing == []
