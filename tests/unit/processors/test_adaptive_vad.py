"""Which sound is the caller's, on made levels: in windows of audio time."""

from collections.abc import Iterable

import numpy as np
import pytest

from processors.adaptive_vad import WINDOW_SECS, AdaptiveVAD, Room, RoomSettings, level_dbfs

SURE, UNSURE = 0.95, 0.02
SYLLABLE_DB = (-8, 0, 3, 2, 0, -5, -22, -25)
Window = tuple[float, float]
"""Silero's confidence, and the level in dBFS."""


def windows(secs: float, confidence: float, around_dbfs: float, spread_db: float = 1.0):
    """So much of one sound whose level wanders, the same each time."""
    dice = np.random.default_rng(5)
    for db in dice.normal(around_dbfs, spread_db, round(secs / WINDOW_SECS)):
        yield confidence, float(db)


def talk(secs: float, around_dbfs: float) -> Iterable[Window]:
    """A caller: syllables of a quarter of a second, each with its rise, its fall and a gap."""
    for number in range(round(secs / WINDOW_SECS)):
        yield SURE, around_dbfs + SYLLABLE_DB[number % len(SYLLABLE_DB)]


def heard(vad: AdaptiveVAD, sound: Iterable[Window], *, speaking: bool = False) -> float:
    """The share of the windows that was the caller's."""
    verdicts = [vad.is_voice(*window, speaking=speaking) for window in sound]
    return sum(verdicts) / len(verdicts)


@pytest.fixture
def vad() -> AdaptiveVAD:
    return AdaptiveVAD(RoomSettings())


@pytest.mark.parametrize("floor_dbfs", [-75, -50, -30])
def test_the_floor_is_learnt_within_the_first_second(floor_dbfs):
    room = Room()
    for window in windows(1.0, UNSURE, floor_dbfs):
        room.hear(*window)
    assert room.floor_dbfs == pytest.approx(floor_dbfs, abs=2)


def test_nothing_is_known_of_a_room_before_it_is_heard():
    assert Room().floor_dbfs == float("-inf")
    assert Room().talks == 0


def test_the_floor_falls_within_a_second_or_so():
    room = Room()
    for window in [*windows(6, UNSURE, -30), *windows(1.2, UNSURE, -60)]:
        room.hear(*window)
    assert room.floor_dbfs == pytest.approx(-60, abs=2)


def test_the_floor_follows_a_jump_of_20_db_within_three_and_a_half_seconds():
    room = Room()
    for window in windows(6, UNSURE, -60):
        room.hear(*window)
    for window in windows(2, UNSURE, -40):
        room.hear(*window)
    assert room.floor_dbfs == pytest.approx(-60, abs=2), "a sound so short may be the caller"
    for window in windows(1.5, UNSURE, -40):
        room.hear(*window)
    assert room.floor_dbfs == pytest.approx(-40, abs=2)


def test_a_caller_who_talks_on_is_not_taken_for_the_room(vad):
    heard(vad, windows(2, UNSURE, -60))
    assert heard(vad, talk(20, -22)) > 0.95
    assert vad.room.floor_dbfs < -40
    assert vad.room.talks == 0


def test_a_caller_who_talks_from_the_first_window_on_is_heard(vad):
    assert all(vad.is_voice(*window, speaking=False) for window in [*talk(0.15, -22)])
    assert heard(vad, windows(1.5, SURE, -22), speaking=True) == 1


@pytest.mark.parametrize("floor_dbfs", [-70, -45, -28])
def test_in_a_room_without_voices_silero_alone_decides(vad, floor_dbfs):
    assert heard(vad, windows(3, UNSURE, floor_dbfs)) == 0
    assert vad.room.talks == 0
    assert vad.is_voice(SURE, max(floor_dbfs, -55), speaking=False)


def test_a_room_full_of_voices_is_not_the_caller(vad):
    heard(vad, windows(1.0, SURE, -40, spread_db=2))
    assert vad.room.talks == 1
    assert heard(vad, windows(30, SURE, -40, spread_db=2)) < 0.01


def test_a_caller_who_stands_out_of_a_room_full_of_voices_is_heard(vad):
    heard(vad, windows(3, SURE, -40, spread_db=2))
    assert vad.is_voice(SURE, -25, speaking=False)


def test_who_speaks_already_may_get_softer_and_is_done_when_only_the_room_is_heard(vad):
    heard(vad, windows(3, SURE, -40, spread_db=2))
    assert vad.least_dbfs(True) < vad.least_dbfs(False)
    assert vad.is_voice(SURE, -35, speaking=True)
    assert not vad.is_voice(SURE, -35, speaking=False)
    assert heard(vad, windows(2, SURE, -40, spread_db=2), speaking=True) < 0.2


def test_voices_that_fall_silent_are_forgotten(vad):
    heard(vad, windows(5, SURE, -40, spread_db=2))
    heard(vad, windows(4, UNSURE, -65))
    assert vad.room.talks == 0
    assert vad.is_voice(SURE, -50, speaking=False)


def test_a_room_that_begins_to_talk_is_believed_for_a_few_seconds_at_most(vad):
    heard(vad, windows(5, UNSURE, -65))
    heard(vad, windows(5, SURE, -40, spread_db=2), speaking=True)
    assert heard(vad, windows(5, SURE, -40, spread_db=2), speaking=True) < 0.2


def test_what_is_too_soft_is_nobodys_voice(vad):
    heard(vad, windows(2, UNSURE, -80))
    assert not vad.is_voice(SURE, -62, speaking=False)
    assert vad.is_voice(SURE, -55, speaking=False)


def test_what_does_not_sound_like_a_voice_is_none_however_loud(vad):
    assert not vad.is_voice(0.69, -3, speaking=True)


def test_the_level_is_the_rms_around_the_mean():
    times = np.arange(512)
    sine = (16384 * np.sin(2 * np.pi * times / 32)).astype(np.int16)
    assert level_dbfs(sine) == pytest.approx(-9.03, abs=0.05)
    assert level_dbfs((sine // 2 + 9000).astype(np.int16)) == pytest.approx(-15.05, abs=0.05)
    assert level_dbfs(np.zeros(512, np.int16)) == -100


def test_before_the_room_is_known_only_who_is_near_is_heard(vad):
    heard(vad, windows(0.5, UNSURE, -70))
    assert not vad.is_voice(SURE, -40, speaking=False)
    assert vad.is_voice(SURE, -30, speaking=False)
    heard(vad, windows(0.5, UNSURE, -70))
    assert vad.is_voice(SURE, -40, speaking=False)
