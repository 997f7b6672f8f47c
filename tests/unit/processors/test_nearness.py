import pytest

from processors.nearness import Nearness, Power, decibels, power


def caller(room_db: float = -60, usual_db: float = -20) -> Nearness:
    near = Nearness()
    for _ in range(40):
        near.room(room_db)
        near.usual(usual_db)
    return near


def sound(level_db: float) -> Power:
    heard = Power()
    for _ in range(20):
        heard.hear(level_db)
    return heard


def over(noise_db: float, voice_db: float) -> float:
    """The level of a voice over noise."""
    return decibels(power(noise_db) + power(voice_db))


@pytest.mark.parametrize("softer_db", [-6, 0, 6, 12])
def test_a_voice_is_compared_with_this_callers_own(softer_db):
    assert caller().softer_db(sound(-20 - softer_db)) == pytest.approx(softer_db, abs=0.1)


def test_the_noise_of_the_room_is_taken_off():
    near = caller(-30, over(-30, -20))
    assert near.softer_db(sound(over(-30, -32))) == pytest.approx(12, abs=0.1)


def test_a_voice_below_the_noise_is_as_soft_as_can_be_measured():
    assert caller(-30, -20).softer_db(sound(-31)) == pytest.approx(19.5, abs=0.5)


def test_nobody_is_far_as_long_as_the_usual_is_not_known():
    near = Nearness()
    near.usual(-20)
    assert near.softer_db(sound(-40)) == 0


def test_who_never_sounded_is_not_far():
    assert caller().softer_db(Power()) == 0


def test_how_much_turns_differ_is_known_after_three():
    near = Nearness()
    spreads = []
    for level_db in (-18, -22, -18, -22):
        for _ in range(30):
            near.usual(level_db)
        near.turn_over()
        spreads.append(near.spread_db)
    assert spreads == pytest.approx([0, 0, 1.9, 2], abs=0.05)


def test_digital_silence_is_a_level_too():
    assert caller(-100, -100).softer_db(sound(-100)) == pytest.approx(0, abs=0.1)
