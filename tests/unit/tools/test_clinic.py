from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from bot.tools.clinic import ClinicSettings

SUNDAY = date(2026, 11, 22)


def test_the_calendar_reaches_as_many_weeks_ahead_on_weekdays():
    slots = ClinicSettings(weeks=2).slots(SUNDAY)
    assert slots[0] == datetime(2026, 11, 23, 9)
    assert slots[-1] == datetime(2026, 12, 4, 16, 30)
    assert len(slots) == 10 * 16
    assert {slot.weekday() for slot in slots} == {0, 1, 2, 3, 4}


def test_no_slot_reaches_beyond_closing_time():
    short = ClinicSettings(opens=time(9), closes=time(10, 45), slot_minutes=30)
    assert [slot.time() for slot in short.slots(SUNDAY)[:3]] == [time(9), time(9, 30), time(10)]


def test_an_unknown_time_zone_names_the_right_kind():
    with pytest.raises(ValidationError, match="use one like Europe/Zurich"):
        ClinicSettings(timezone="Mars/Olympus")


@pytest.mark.parametrize("zone", ["", "Europe/Zurich"])
def test_the_clock_is_a_wall_clock(zone):
    assert ClinicSettings(timezone=zone).now().tzinfo is None
