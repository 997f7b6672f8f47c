from tests.bench.goals import FIRST_SOUND_P50, MANY_UNDERRUNS, Result, table


def test_a_goal_is_met_up_to_its_very_figure():
    assert Result(FIRST_SOUND_P50, 450).met
    assert not Result(FIRST_SOUND_P50, 450.1).met


def test_what_could_not_be_measured_is_not_met():
    assert not Result(FIRST_SOUND_P50, None).met


def test_the_table_says_what_was_to_be_reached_and_whether_it_was():
    lines = table([Result(FIRST_SOUND_P50, 612.4), Result(MANY_UNDERRUNS, 0)]).splitlines()
    assert lines[2] == "| one call: first sound p50 | 450 ms | 612 ms | **no** |"
    assert lines[3] == "| calls at once: underruns | 0 | 0 | yes |"
