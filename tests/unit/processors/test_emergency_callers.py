"""What callers really say, hesitations and recognisers' errors included: a line of a file each.

The files were written before the rules were read, and the `fresh` ones again after those were
mended: what is found of these is how the rules do on what nobody has thought of.
"""

from pathlib import Path

import pytest

from processors.emergency import is_emergency

CALLERS = Path(__file__).parent / "callers"
MOST_FALSE_ALARMS = 0.02


def said(name: str) -> list[str]:
    return (CALLERS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("language", "least"), [("en", 150), ("es", 80)])
def test_no_emergency_is_missed(language: str, least: int):
    emergencies = said(f"emergency_{language}")
    assert len(set(emergencies)) >= least
    assert [text for text in emergencies if not is_emergency(text)] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_hardly_anything_with_the_same_words_is_an_alarm(language: str):
    harmless = said(f"harmless_{language}")
    assert len(set(harmless)) >= 300
    alarms = [text for text in harmless if is_emergency(text)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(harmless), alarms
