"""The panel's labelled set, its scorer, and a short form of the panel itself."""

from collections import Counter

import pytest

from bot.turns import Ears, TurnSettings
from evals.ear import Span
from tests.bench.turns.events import COUNTS, VOICES, YIELDING, Event, events
from tests.bench.turns.panel import Case, missed, rates
from tests.bench.turns.plots import scatter
from tests.bench.turns.run import judged_by_echo
from tests.bench.turns.systems import Outcome
from tests.bench.turns.tracks import Track, track

SAID = Span(5.0, 6.0)


def case(label: str, outcome: Outcome) -> Case:
    event = Event(0, label, "x", "y", VOICES[0], "20 dB", False, 0.0, True)
    return Case(event, Track(None, 16_000, 4.0, SAID), outcome)


def test_the_set_is_large_enough_and_has_every_voice_and_line():
    made = events(5)
    assert len(made) >= 200
    assert Counter(each.label for each in made) == COUNTS
    assert {each.voice for each in made} == set(VOICES)
    assert {each.noise for each in made} == {"20 dB", "10 dB"}
    assert 100 < sum(each.telephone for each in made) < len(made) - 100
    assert sum(each.held_out for each in made) == len(made) // 2


def test_a_seed_makes_one_set():
    assert events(5) == events(5)
    assert events(5) != events(6)


def test_no_words_but_a_door_are_in_both_halves():
    made = [each for each in events(5) if each.label != "noise"]
    known = {(each.label, each.words) for each in made if not each.held_out}
    assert not known & {(each.label, each.words) for each in made if each.held_out}


def test_an_event_sounds_the_same_twice():
    cough = next(each for each in events(5) if each.words == "cough")
    assert track(cough).samples.tobytes() == track(cough).samples.tobytes()


@pytest.mark.parametrize("label", YIELDING)
@pytest.mark.parametrize(
    ("outcome", "right"),
    [
        (Outcome(silent_secs=5.1, yielded_secs=8.0), True),
        (Outcome(silent_secs=7.1, yielded_secs=7.1), False),
        (Outcome(silent_secs=5.1, resumed_secs=6.5, yielded_secs=6.9, kind="turn"), False),
        (Outcome(silent_secs=5.1), False),
        (Outcome(), False),
    ],
)
def test_a_turn_is_yielded_to_by_silence_in_time_that_lasts(label, outcome, right):
    assert case(label, outcome).right is right


@pytest.mark.parametrize("label", ["backchannel", "tic", "aside", "noise"])
@pytest.mark.parametrize(
    ("outcome", "right"),
    [
        (Outcome(), True),
        (Outcome(silent_secs=5.1, resumed_secs=6.9), True),
        (Outcome(silent_secs=5.1, resumed_secs=7.1), False),
        (Outcome(silent_secs=5.1, resumed_secs=6.5, yielded_secs=6.9), False),
        (Outcome(silent_secs=5.1), False),
    ],
)
def test_what_is_no_turn_is_ignored_by_going_on_soon(label, outcome, right):
    assert case(label, outcome).right is right


def test_each_rate_counts_its_own_labels_and_a_missed_goal_is_named():
    right, wrong = Outcome(5.1, 5.1), Outcome(5.1, None, 6.5, "backchannel")
    cases = [case("stop", right), case("question", wrong), case("backchannel", wrong)]
    assert str(rates(cases)["R_Y"]) == "0.50 (1 of 2)"
    assert str(rates(cases)["S_BC"]) == "1.00 (1 of 1)"
    assert "R_Y 0.50 (1 of 2) < 0.95" in missed(cases)
    assert "1 wrong resumes" in missed(cases)
    assert not any(each.startswith("S_BC") for each in missed(cases))


def test_of_few_events_a_goal_is_rounded_down_to_whole_ones():
    right, wrong = Outcome(5.1, None, 6.5), Outcome(5.1, 5.1)
    few = [case("backchannel", right)] * 8 + [case("backchannel", wrong)]
    assert missed(few, few=True) == missed(few[:8])
    assert any(each.startswith("S_BC") for each in missed(few))
    assert any(each.startswith("S_BC") for each in missed([*few, few[-1]], few=True))


def test_a_silence_that_comes_late_or_never_misses_its_goal():
    soon, late = Outcome(5.2, 5.2), Outcome(5.4, 5.4)
    assert not any("at p95" in each for each in missed([case("stop", soon)] * 20))
    assert any("after 400 ms at p95" in each for each in missed([case("stop", late)] * 20))
    assert any("after inf ms at p95" in each for each in missed([case("stop", Outcome())] * 2))


def test_a_plot_has_a_point_for_each_figure_and_no_markup_in_its_names():
    svg = scatter("A < B", ("ms", 100), ("%", 10), {"one": [(10, 1), (20, 2)], "two": [(5, 5)]})
    assert svg.count("<circle") == 3
    assert "A &lt; B" in svg


@pytest.mark.timeout(300)
def test_echo_meets_the_goals_of_the_panel_on_every_seventh_event():
    ears = Ears()
    short = judged_by_echo(events(5)[::7], lambda: ears.vad(TurnSettings()))
    assert missed(short, few=True) == []
