"""What a caller's words hold, however they are spoken or misheard."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.local.moments import Moment, moment_in
from bot.providers.local.numbers import identifiers_in, in_numerals
from bot.providers.local.slots import (
    chosen,
    email_in,
    name_in,
    place_in,
    reason_in,
    settled,
    yes_or_no,
)
from tests.unit.providers.local.scripted import NOW

_DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one zero four two", ["1042"]),
        ("ten forty-two", ["1042"]),
        ("it's ten forty two please", ["1042"]),
        ("double four one nine", ["4419"]),
        ("triple one four", ["1114"]),
        ("1 0 4 2", ["1042"]),
        ("1-0-4-2", ["1042"]),
        ("1,042", ["1042"]),
        ("10-42", ["1042"]),
        ("10.42", ["1042"]),
        ("58,213", ["58213"]),
        ("2 to 1 zero", ["2210"]),
        ("one oh for two", ["1042"]),
        ("ten oh five", ["1005"]),
        ("one thousand and forty-two", ["1042"]),
        ("a thousand forty two", ["1042"]),
        ("fifty-eight thousand two hundred and thirteen", ["58213"]),
        ("five eight, two one, three", ["58213"]),
        ("not 1042, 1043", ["1042", "1043"]),
        ("not one zero four two, one zero four three", ["1042", "1043"]),
        ("A as in apple, one two three", ["A123"]),
        ("B as in bravo, C as in Charlie, 1 2 3 4", ["BC1234"]),
        ("it's A1234", ["A1234"]),
        ("at 3 p.m.", []),
        ("the 24th", []),
    ],
)
def test_identifiers_are_read_however_they_are_spoken(said: str, digits: list[str]):
    assert [number.digits for number in identifiers_in(said)] == digits


@given(st.integers(min_value=0, max_value=999_999))
def test_any_number_spelled_digit_by_digit_is_read_back(number: int):
    spoken = " ".join(_DIGITS[int(digit)] for digit in str(number))
    assert [found.digits for found in identifiers_in(f"order {spoken} please")] == [str(number)]


@given(st.text(max_size=60))
def test_no_text_whatever_raises(text: str):
    identifiers_in(text, expected=True)
    moment_in(text, NOW)
    in_numerals(text)
    settled(text)
    for read in (email_in, name_in, place_in, reason_in, yes_or_no):
        read(text)


def test_number_that_was_asked_for_may_begin_with_a_sound_alike():
    assert identifiers_in("for two", expected=True)[0].digits == "42"


@pytest.mark.parametrize(
    ("said", "day", "at"),
    [
        ("tomorrow at three", date(2026, 11, 24), time(15)),
        ("next Tuesday", date(2026, 12, 1), None),
        ("half past ten", None, time(10, 30)),
        ("quarter to five on the twenty-fourth of November", date(2026, 11, 24), time(16, 45)),
        ("the 24th", date(2026, 11, 24), None),
        ("on the 3rd", date(2026, 12, 3), None),
        ("November 27th", date(2026, 11, 27), None),
        ("the first of December", date(2026, 12, 1), None),
        ("10.30", None, time(10, 30)),
        ("3 p.m.", None, time(15)),
        ("ten thirty is fine", None, time(10, 30)),
        ("nine in the morning", None, time(9)),
        ("noon tomorrow", date(2026, 11, 24), time(12)),
        ("the day after tomorrow at two o'clock", date(2026, 11, 25), time(14)),
        ("in three days", date(2026, 11, 26), None),
        ("a week on Friday", date(2026, 12, 4), None),
        ("Tuesday, no, Wednesday", date(2026, 11, 25), None),
        ("where is order 1042", None, None),
        ("order one zero four two", None, None),
    ],
)
def test_days_and_times_are_seen_from_the_clock(said: str, day: date | None, at: time | None):
    moment = moment_in(said, NOW)
    assert (moment.day, moment.at) == (day, at)


def test_parts_and_limits_of_a_day_stay_words():
    assert moment_in("next Tuesday morning", NOW).time_words == "morning"
    assert moment_in("after three on Wednesday", NOW).time_words == "after 15:00"
    assert moment_in("between two and four", NOW).time_words == "between 14:00 and 16:00"
    assert moment_in("some time next week", NOW).day_words == "next week"
    assert moment_in("nothing", NOW) == Moment()


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("maria dot lopez at example dot com", "maria.lopez@example.com"),
        ("my e-mail's m a r i a at example dot co dot uk", "maria@example.co.uk"),
        ("It's john22@acme.com.", "john22@acme.com"),
        ("sam underscore reed at g mail dot com thanks", "sam_reed@gmail.com"),
        ("maria.lopez at example.com", "maria.lopez@example.com"),
        ("look at the dot", ""),
        ("at nine", ""),
    ],
)
def test_email_is_read_however_it_is_spelled(said: str, address: str):
    assert email_in(said) == address


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is Maria Lopez", "Maria Lopez"),
        ("my name's john and I want to book", "John"),
        ("it's for Sam", "Sam"),
        ("book it for tomorrow", ""),
        ("I'm calling about an order", ""),
        ("the name is Marta, not Maria. Marta Lopez.", "Marta Lopez"),
    ],
)
def test_names_are_found_in_sentences(said: str, name: str):
    assert name_in(settled(said)) == name


def test_name_that_was_asked_for_may_be_all_that_is_said():
    assert name_in("um, it's priya raman, please", expected=True) == "Priya Raman"
    assert name_in("L O P E Z", expected=True) == "Lopez"


def test_towns_are_found_with_and_without_capitals():
    assert place_in("will it rain in San Francisco on Saturday") == "San Francisco"
    assert place_in("is it snowing in denver today") == "Denver"
    assert place_in("oh, los angeles I guess", expected=True) == "Los Angeles"
    assert place_in("what's it like outside") == ""


def test_reasons_are_the_callers_own_words():
    assert reason_in("it's the wrong color") == "wrong color"
    assert reason_in("because my dog ate it") == "my dog ate it"
    assert reason_in("order 1042") == ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Yes.", True),
        ("Yup", True),
        ("yeah, go ahead", True),
        ("No problem.", True),
        ("no, that's fine", True),
        ("uh-huh", True),
        ("Nope", False),
        ("no wait", False),
        ("yes... actually, no", False),
        ("please don't", False),
        ("I'm not sure", False),
        ("blue", None),
    ],
)
def test_yes_counts_only_when_nothing_takes_it_back(said: str, meant: bool | None):
    assert yes_or_no(said) is meant


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("not 1042, 1043", "1043"),
        ("no, not Tuesday, Wednesday", "Wednesday"),
        ("1043, not 1042", "1043"),
        ("I'm not sure", "not sure"),
    ],
)
def test_what_was_taken_back_is_left_out(said: str, kept: str):
    assert kept in settled(said)
    assert "1042" not in settled(said)
    assert "Tuesday" not in settled(said)


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ("the second one", 1),
        ("the earlier one", 0),
        ("ten thirty is fine", 0),
        ("two o'clock", 1),
        ("nine works", 2),
        ("Wednesday", 2),
        ("the early one on Tuesday", 0),
        ("the last", 2),
        ("Tuesday", None),
        ("Friday", None),
        ("none of them", None),
    ],
)
def test_one_of_the_offers_is_chosen(said: str, index: int | None):
    offers = [datetime(2026, 11, 24, 10, 30), datetime(2026, 11, 24, 14), datetime(2026, 11, 25, 9)]
    assert chosen(said, offers, NOW) == (None if index is None else offers[index])
