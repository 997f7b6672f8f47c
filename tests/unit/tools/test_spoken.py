from datetime import date, datetime, time

import pytest

from bot.tools import spoken

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cents", "words"), [(14900, "$149"), (3995, "$39.95"), (100005, "$1,000.05"), (0, "$0")]
)
def test_money_has_cents_only_where_there_are_some(cents, words):
    assert spoken.money(cents) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 24), "Tuesday, November 24th"),
        (date(2026, 12, 1), "Tuesday, December 1st"),
        (date(2026, 12, 2), "Wednesday, December 2nd"),
        (date(2026, 12, 3), "Thursday, December 3rd"),
        (date(2026, 12, 11), "Friday, December 11th"),
        (date(2026, 12, 13), "Sunday, December 13th"),
        (TODAY, "today"),
        (date(2026, 11, 23), "tomorrow, Monday, November 23rd"),
        (date(2026, 11, 21), "yesterday"),
    ],
)
def test_days_are_said_as_people_say_them(day, words):
    assert spoken.day(day, TODAY) == words


def test_without_a_today_every_day_is_a_date():
    assert spoken.day(TODAY) == "Sunday, November 22nd"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (time(10, 30), "10:30 AM"),
        (time(9), "9 AM"),
        (time(12), "noon"),
        (time(12, 30), "12:30 PM"),
        (time(15), "3 PM"),
        (time(0, 5), "12:05 AM"),
    ],
)
def test_times_are_said_as_people_say_them(value, words):
    assert spoken.clock(value) == words


def test_a_moment_is_a_day_and_a_time():
    moment = datetime(2026, 11, 24, 10, 30)
    assert spoken.moment(moment) == "Tuesday, November 24th at 10:30 AM"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_reads_aloud(words, sentence):
    assert spoken.listing(words) == sentence
