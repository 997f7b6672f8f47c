import numpy as np
import pytest

from processors.clause_ends import ClauseEnd, clause_ends, faded

HZ = 16_000


def voice(secs: float) -> bytes:
    tone = 8000 * np.sin(np.arange(round(secs * HZ)) * 0.2)
    return tone.astype("<i2").tobytes()


def pause(secs: float) -> bytes:
    return bytes(2 * round(secs * HZ))


PHRASE = voice(0.6) + pause(0.12) + voice(1.0)
"""One second, / I'm looking into that."""


def at_secs(ends: list[ClauseEnd]) -> list[tuple[int, float]]:
    return [(end.words, end.size / 2 / HZ) for end in ends]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([0.0, 0.3, 0.72, 0.9, 1.2, 1.5], id="words that start"),
        pytest.param([0.3, 0.6, 0.9, 1.2, 1.5, 1.7], id="words that end"),
        pytest.param([None] * 6, id="no times"),
    ],
)
def test_a_clause_ends_in_the_pause_behind_its_mark(times):
    words = list(zip(["One", "second,", "I'm", "looking", "into", "that."], times, strict=True))
    [(count, secs)] = at_secs(clause_ends(words, PHRASE, HZ))
    assert count == 2
    assert 0.6 <= secs <= 0.72


def test_a_phrase_of_one_clause_has_no_end_before_its_own():
    words = [(word, None) for word in ["Let", "me", "look", "that", "up."]]
    assert clause_ends(words, PHRASE, HZ) == []


def test_a_mark_over_which_the_voice_runs_on_is_no_end():
    words = [(word, None) for word in ["One", "second,", "I'm", "looking", "into", "that."]]
    assert clause_ends(words, voice(1.7), HZ) == []


def test_every_clause_but_the_last_has_an_end():
    audio = voice(0.4) + pause(0.1) + voice(0.4) + pause(0.1) + voice(0.4)
    times = [0.4, 0.9, 1.4]
    ends = at_secs(clause_ends(list(zip(["Okay,", "well,", "hm."], times, strict=True)), audio, HZ))
    assert [count for count, _ in ends] == [1, 2]
    assert [secs for _, secs in ends] == pytest.approx([0.45, 0.95], abs=0.05)


def test_no_sound_has_no_ends():
    assert clause_ends([("One,", None), ("two.", None)], b"", HZ) == []


def test_what_is_cut_ends_in_silence():
    sound = np.frombuffer(faded(voice(0.1), HZ), np.int16)
    assert sound[-1] == 0
    assert np.abs(sound[: len(sound) // 2]).max() == pytest.approx(8000, abs=10)
