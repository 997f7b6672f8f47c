"""What callers really say, hesitations and recognisers' errors included: a line of a file each.

Each round was written and frozen before the rules were changed because of it, the first before they
were read; `changelog.d/turned-yes.md` has what was found of each then. The last round has ordinary
ways to say ordinary emergencies, the second to fourth are after what nobody had thought of.
"""

from pathlib import Path

import pytest

from processors.emergency import is_emergency

CALLERS = Path(__file__).parent / "callers"
ROUNDS = ("", "second_", "third_", "fourth_", "fifth_")
MOST_FALSE_ALARMS = 0.02


def said(name: str) -> list[str]:
    return (CALLERS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("language", "least"), [("en", 380), ("es", 240)])
def test_no_emergency_is_missed(language: str, least: int):
    emergencies = [text for each in ROUNDS for text in said(f"{each}emergency_{language}")]
    assert len(set(emergencies)) >= least
    assert [text for text in emergencies if not is_emergency(text)] == []


@pytest.mark.parametrize(("language", "least"), [("en", 560), ("es", 480)])
def test_hardly_anything_with_the_same_words_is_an_alarm(language: str, least: int):
    harmless = [text for each in ROUNDS for text in said(f"{each}harmless_{language}")]
    assert len(set(harmless)) >= least
    alarms = [text for text in harmless if is_emergency(text)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(harmless), alarms


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_said_with_a_stammer_is_the_same(language: str):
    """The first word twice, with an "uh" between."""
    emergencies = said(f"emergency_{language}")
    stammered = [f"{text.split()[0]} uh {text}" for text in emergencies]
    assert [text for text in stammered if not is_emergency(text)] == []
