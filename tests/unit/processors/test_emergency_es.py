"""Which Spanish words are an emergency, and that no English ones are by their sound alone."""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from processors import emergency_es
from processors.emergency import is_emergency

HERE = Path(__file__)
SAID = tomllib.loads(HERE.with_name("emergencies_es.toml").read_text(encoding="utf-8"))
ENGLISH = tomllib.loads(HERE.with_name("emergencies.toml").read_text(encoding="utf-8"))
MOST_FALSE_ALARMS = 0.02


def as_recognised(text: str) -> set[str]:
    """What recognisers make of the same words."""
    bare = " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
    apart = unicodedata.normalize("NFD", bare)
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return {text, bare, plain, f"eh {bare}", f"{text} Ayúdeme."}


def test_there_are_enough_phrasings():
    assert len(SAID["emergency"]) >= 60
    assert len(SAID["harmless"]) >= 60


@pytest.mark.parametrize("text", SAID["emergency"])
def test_an_emergency_is_known_however_it_is_written(text: str):
    alone = re.search(r"Fuego|Socorro|Auxilio", text)  # with more words it may be anything
    written = {text} if alone else as_recognised(text)
    assert [each for each in written if not is_emergency(each)] == []


def test_hardly_anything_harmless_is_taken_for_one():
    alarms = [text for text in SAID["harmless"] if is_emergency(text)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(SAID["harmless"]), alarms


def test_no_english_words_are_a_spanish_emergency():
    harmless = ENGLISH["harmless"]["tuned"] + ENGLISH["harmless"]["held_out"]
    assert [text for text in harmless if emergency_es.is_emergency(text)] == []
