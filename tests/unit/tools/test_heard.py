from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tools import heard
from bot.tools.heard import Days, Hours, Moment

SUNDAY = date(2026, 11, 22)
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "said",
    [
        "1042",
        "#1042",
        "order 1042",
        "1,042",
        "1042.",
        "1042.0",
        1042,
        1042.0,
        " order number 1042, please",
        "ORD-1042",
        "1 0 4 2",
        "10 42",
        "1-0-4-2",
        "one zero four two",
        "one oh four two",
    ],
)
def test_an_order_number_is_understood_in_any_shape(said):
    assert heard.order_number(said) == 1042


def test_repeated_digits_may_be_said_double():
    assert heard.order_number("five double eight one three") == 58813


@pytest.mark.parametrize("said", ["", "my order", None, "1042 or 1043", "9" * 10, "the 24th"])
def test_no_order_number_is_made_up(said):
    assert heard.order_number(said) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("maria@example.com", "maria@example.com"),
        ("Maria@Example.COM.", "maria@example.com"),
        ("maria at example dot com", "maria@example.com"),
        ("maria dot lopez at example dot co dot uk", "maria.lopez@example.co.uk"),
        ("m a r i a at example dot com", "maria@example.com"),
        ("maria underscore l at example dot com", "maria_l@example.com"),
        ("it's maria@example.com", "maria@example.com"),
    ],
)
def test_an_email_is_understood_as_people_say_it(said, meant):
    assert heard.email(said) == meant


@pytest.mark.parametrize("said", ["", None, "maria", "maria at example", "a@b.com or c@d.com"])
def test_half_an_email_is_none(said):
    assert heard.email(said) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("maria lopez", "Maria Lopez"),
        ("MARIA LOPEZ", "Maria Lopez"),
        ("Ronald McDonald", "Ronald McDonald"),
        ("my name is maria  lopez.", "Maria Lopez"),
        ("  ", None),
        ("123", None),
        (None, None),
    ],
)
def test_a_name_is_written_as_names_are(said, meant):
    assert heard.name(said) == meant


@pytest.mark.parametrize("confirmed", [True, "true", "True", "yes"])
def test_yes_in_any_shape_is_a_yes(confirmed):
    assert heard.yes(confirmed)


@pytest.mark.parametrize("confirmed", [False, "false", "", None, 1, "no"])
def test_nothing_else_is_a_yes(confirmed):
    assert not heard.yes(confirmed)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("today", SUNDAY, SUNDAY),
        ("tomorrow", date(2026, 11, 23), date(2026, 11, 23)),
        ("the day after tomorrow", TUESDAY, TUESDAY),
        ("Tuesday", TUESDAY, TUESDAY),
        ("on tuesday", TUESDAY, TUESDAY),
        ("next Tuesday", TUESDAY, TUESDAY),
        ("next sunday", date(2026, 11, 29), date(2026, 11, 29)),
        ("sunday", SUNDAY, SUNDAY),
        ("2026-11-24", TUESDAY, TUESDAY),
        ("November 24th", TUESDAY, TUESDAY),
        ("November 22nd", SUNDAY, SUNDAY),
        ("the first of December", date(2026, 12, 1), date(2026, 12, 1)),
        ("in two days", TUESDAY, TUESDAY),
        ("tomorrow morning", date(2026, 11, 23), date(2026, 11, 23)),
        ("Tuesday at 10:30", TUESDAY, TUESDAY),
        ("next week", date(2026, 11, 23), date(2026, 11, 29)),
        ("this week", SUNDAY, SUNDAY),
        ("monday of next week", date(2026, 11, 23), date(2026, 11, 23)),
        ("this weekend", SUNDAY, SUNDAY),
        ("next weekend", date(2026, 11, 28), date(2026, 11, 29)),
        ("a week from today", date(2026, 11, 29), date(2026, 11, 29)),
        ("two days from now", TUESDAY, TUESDAY),
        ("", SUNDAY, date.max),
        ("any day", SUNDAY, date.max),
    ],
)
def test_a_day_is_understood_as_people_say_it(said, first, last):
    assert heard.days(said, SUNDAY) == Days(first, last)


@pytest.mark.parametrize("said", ["purple", "2026-13-45"])
def test_no_day_is_made_up(said):
    assert heard.days(said, SUNDAY) is None


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("morning", time(0), time(12)),
        ("in the afternoon", time(12), time(17)),
        ("after 3 pm", time(15), time.max),
        ("after three", time(15), time.max),
        ("after 3 p.m.", time(15), time.max),
        ("before noon", time(0), time(12)),
        ("before 11", time(0), time(11)),
        ("at 10:30", time(10, 30), time(11, 30)),
        ("10.30", time(10, 30), time(11, 30)),
        ("between 2 and 4", time(14), time(16)),
        ("around nine o'clock", time(9), time(10)),
        ("half past ten", time(10, 30), time(11, 30)),
        ("quarter to three", time(14, 45), time(15, 45)),
        ("", time.min, time.max),
        ("any time", time.min, time.max),
    ],
)
def test_a_time_of_day_is_understood_as_people_say_it(said, start, end):
    assert heard.hours(said) == Hours(start, end)


def test_no_time_of_day_is_made_up():
    assert heard.hours("purple") is None


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-24T10:30",
        "2026-11-24 10:30",
        "2026-11-24T10:30:00",
        "2026-11-24T10:30:00-05:00",
        "2026-11-24T10:30:00Z",
        "Tuesday at 10:30",
        "tuesday 10.30 am",
        "November 24th, 10:30 AM",
        "half past ten on Tuesday",
    ],
)
def test_a_moment_is_understood_in_any_shape(said):
    assert heard.moment(said, SUNDAY) == Moment(TUESDAY, time(10, 30))


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("tomorrow at 3 pm", Moment(date(2026, 11, 23), time(15))),
        ("tomorrow at three", Moment(date(2026, 11, 23), time(15))),
        ("2 PM", Moment(None, time(14))),
        ("Tuesday", Moment(TUESDAY, None)),
        ("2026-11-24", Moment(TUESDAY, None)),
        ("2026-11-24T25:00", Moment(TUESDAY, None)),
        ("", Moment(None, None)),
    ],
)
def test_what_is_missing_of_a_moment_stays_open(said, moment):
    assert heard.moment(said, SUNDAY) == moment


@given(st.text(max_size=40))
def test_nothing_that_is_said_is_too_odd_to_be_read(said):
    heard.order_number(said)
    heard.email(said)
    heard.name(said)
    heard.hours(said)
    heard.moment(said, SUNDAY)
    heard.days(said, SUNDAY)
