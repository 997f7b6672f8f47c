"""What a voice may begin a reply with by itself."""

from pathlib import Path

import numpy as np
import pytest

from bot.providers.clauses import ClauseSplitter
from bot.providers.opening import OPENINGS, PAUSE_SECS, with_pause

PERSONA = (Path(__file__).parents[3] / "bot" / "persona.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("opening", OPENINGS)
def test_the_persona_asks_the_model_for_it(opening: str):
    assert f'"{opening}"' in " ".join(PERSONA.split())


@pytest.mark.parametrize("opening", OPENINGS)
def test_it_is_a_clause_of_its_own_as_soon_as_its_comma_is_there(opening: str):
    splitter = ClauseSplitter(fluent=True)
    *words, last = opening.split()
    before = [clause for word in words for clause in splitter.feed(f"{word} ")]
    assert not before
    assert list(splitter.feed(last)) == [opening]


@pytest.mark.parametrize("left_secs", [0.0, 0.1, 0.6])
def test_it_ends_in_the_pause_of_a_comma_however_much_silence_was_left(left_secs: float):
    rate = 8_000
    voice = np.full(rate // 4, 1_000, "<i2")
    audio = np.pad(voice, (0, round(left_secs * rate)))
    paused = np.frombuffer(with_pause(audio.tobytes(), rate), "<i2")
    assert len(paused) == len(voice) + round(PAUSE_SECS * rate)
    assert not paused[len(voice) :].any()


def test_what_has_no_sound_is_left_as_it_is_before_the_pause():
    assert with_pause(bytes(160), 8_000) == bytes(160 + round(PAUSE_SECS * 8_000) * 2)
