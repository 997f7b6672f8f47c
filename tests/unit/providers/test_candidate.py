"""Who is next when a provider fails."""

import pytest

from bot.providers.candidate import Candidate, Succession
from bot.providers.health import Health, HealthPolicy


@pytest.fixture
def health() -> Health:
    return Health(HealthPolicy())


def succession(health: Health, *names: str) -> Succession[str]:
    return Succession("STT", [Candidate(name, lambda: "") for name in names], health)


def test_they_are_asked_in_order_and_nobody_twice(health):
    calls = succession(health, "a", "b")
    first, second = calls.first(0), calls.next(0)
    assert (first.name, second and second.name) == ("a", "b")


def tries(calls: Succession[str], times: int) -> list[str]:
    return [
        candidate.name if candidate else "nobody"
        for _ in range(times)
        for candidate in [calls.next(0)]
    ]


def test_the_last_has_another_try_for_each_time_it_serves(health):
    calls = succession(health, "a")
    calls.first(0)
    calls.failed("unavailable", 0)
    assert tries(calls, 2) == ["a", "nobody"]
    calls.served()
    assert tries(calls, 2) == ["a", "nobody"]


@pytest.mark.parametrize("cause", ["credentials", "quota", "rate limit"])
def test_who_refuses_has_no_other_try(health, cause):
    calls = succession(health, "a")
    calls.first(0)
    calls.failed(cause, 0)
    assert calls.next(0) is None


@pytest.mark.parametrize(("is_here", "is_final"), [(True, True), (False, False)])
def test_only_behind_this_machine_nothing_is_kept(health, is_here, is_final):
    calls = Succession("STT", [Candidate("a", lambda: "", is_here=is_here)], health)
    calls.first(0)
    assert calls.is_final is is_final


def test_who_is_found_dead_in_one_call_is_passed_over_in_the_next(health):
    one = succession(health, "a", "b")
    one.first(0)
    one.failed("credentials", 0)
    assert succession(health, "a", "b").first(1).name == "b"


def test_one_slow_moment_is_held_against_nobody(health):
    one = succession(health, "a", "b")
    one.first(0)
    one.failed("late", 0)
    assert succession(health, "a", "b").first(1).name == "a"


def test_who_serves_is_forgiven(health):
    for _ in range(3):
        one = succession(health, "a", "b")
        one.first(0)
        one.failed("late", 0)
        one.served()
    assert succession(health, "a", "b").first(1).name == "a"


def test_when_all_are_dead_the_last_is_asked_all_the_same(health):
    for name in "ab":
        health.failed("STT", name, "credentials", 0)
    assert succession(health, "a", "b").first(1).name == "b"


def test_a_role_that_nobody_serves_is_a_mistake(health):
    with pytest.raises(ValueError, match="nobody serves STT"):
        succession(health)


def candidates(*names: str, makes: str = "") -> list[Candidate[str]]:
    return [Candidate(name, lambda: makes) for name in names]


def test_others_take_the_place_of_those_of_the_same_name(health):
    calls = succession(health, "a", "b")
    calls.first(0)
    same = calls.change(candidates("a", "b", makes="spanish"), 0)
    assert (same.name, same.make()) == ("a", "spanish")
    following = calls.next(0)
    assert following
    assert (following.name, following.make()) == ("b", "spanish")


def test_who_has_failed_before_a_change_is_not_asked_after_it(health):
    calls = succession(health, "a", "b", "c")
    calls.first(0)
    calls.failed("unavailable", 0)
    calls.next(0)
    assert calls.change(candidates("a", "b", "c"), 0).name == "b"
    assert tries(calls, 1) == ["c"]


def test_who_is_not_among_the_others_is_followed_by_the_next_of_them(health):
    calls = succession(health, "a", "local")
    calls.first(0)
    calls.failed("unavailable", 0)
    calls.next(0)
    assert calls.serving.name == "local"
    assert calls.change(candidates("a", "b"), 0).name == "b"
