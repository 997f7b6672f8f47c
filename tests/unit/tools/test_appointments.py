from datetime import date, datetime

import pytest

from bot.tools.appointments import book_appointment, cancel_appointment, find_appointments
from bot.tools.desk import Desk
from tests.unit.tools.conftest import a_desk, use

pytestmark = pytest.mark.real_clock  # SQLite lives in a thread

TUESDAY_1030 = {"starts_at": "2026-11-24T10:30", "name": "Maria Lopez"}


async def book(desk: Desk, **arguments: object) -> None:
    await use(book_appointment, desk, **arguments)
    assert "say" in await use(book_appointment, desk, **arguments, confirmed=True)


async def test_a_few_free_slots_of_the_day_are_offered(desk: Desk):
    answer = await use(find_appointments, desk, day="next Tuesday", time_of_day="after 3 pm")
    assert answer["say"] == (
        "I have Tuesday, November 24th, at 3 PM, 3:30 PM and 4 PM. Which would you like?"
    )
    assert answer["slots"] == ["2026-11-24T15:00", "2026-11-24T15:30", "2026-11-24T16:00"]


async def test_the_time_of_day_may_come_with_the_day(desk: Desk):
    answer = await use(find_appointments, desk, day="tomorrow afternoon")
    assert answer["slots"] == ["2026-11-23T12:00", "2026-11-23T13:30", "2026-11-23T15:00"]


async def test_without_a_day_the_next_free_ones_are_offered(desk: Desk):
    answer = await use(find_appointments, desk)
    assert answer["slots"] == ["2026-11-23T09:00", "2026-11-23T11:30", "2026-11-23T14:00"]


async def test_a_closed_day_offers_the_nearest_open_one(desk: Desk):
    answer = await use(find_appointments, desk, day="Saturday")
    assert str(answer["say"]).startswith("Nothing is free then. The nearest I have is Monday")


@pytest.mark.parametrize(
    "arguments",
    [{"day": "purple"}, {"day": "tomorrow", "time_of_day": "purple"}],
)
async def test_a_day_nobody_can_understand_is_asked_for(desk: Desk, arguments):
    assert "ask" in await use(find_appointments, desk, **arguments)


async def test_a_day_in_the_past_is_an_error_that_tells_today(desk: Desk):
    answer = await use(find_appointments, desk, day="2025-11-24")
    assert "error" in answer
    assert answer["today"] == "2026-11-22"


async def test_an_appointment_is_read_back_and_booked_after_a_yes(desk: Desk):
    first = await use(book_appointment, desk, **TUESDAY_1030)
    assert first["confirm"] == (
        "Tuesday, November 24th at 10:30 AM, for Maria Lopez. Shall I book it?"
    )
    assert await desk.store.appointment_at(datetime(2026, 11, 24, 10, 30)) is None
    done = await use(
        book_appointment, desk, starts_at="Tuesday at 10:30", name="maria lopez", confirmed="true"
    )
    assert done["say"] == "Maria Lopez is booked for Tuesday, November 24th at 10:30 AM."


async def test_a_yes_without_a_question_books_nothing(desk: Desk):
    assert "confirm" in await use(book_appointment, desk, **TUESDAY_1030, confirmed=True)
    assert await desk.store.appointment_at(datetime(2026, 11, 24, 10, 30)) is None


async def test_a_yes_does_not_book_for_someone_else(desk: Desk):
    await use(book_appointment, desk, **TUESDAY_1030)
    other = TUESDAY_1030 | {"name": "Tom Becker", "confirmed": True}
    assert "confirm" in await use(book_appointment, desk, **other)


async def test_a_booked_slot_is_refused_with_what_is_near_it(desk: Desk):
    await book(desk, **TUESDAY_1030)
    other = TUESDAY_1030 | {"name": "Tom Becker"}
    answer = await use(book_appointment, a_desk(desk.store, "call-2"), **other)
    assert answer["error"] == (
        "Tuesday, November 24th at 10:30 AM is not free. I could offer 10 AM or 11 AM that day."
    )
    assert answer["slots"] == ["2026-11-24T10:00", "2026-11-24T11:00"]


async def test_who_loses_the_race_after_the_question_is_told_so(desk: Desk):
    other = a_desk(desk.store, "call-2")
    await use(book_appointment, desk, **TUESDAY_1030)
    await book(other, **(TUESDAY_1030 | {"name": "Tom Becker"}))
    answer = await use(book_appointment, desk, **TUESDAY_1030, confirmed=True)
    assert "is not free" in str(answer["error"])


async def test_booking_the_same_twice_is_booked_once_and_not_refused(desk: Desk):
    await book(desk, **TUESDAY_1030)
    assert "say" in await use(book_appointment, desk, **TUESDAY_1030, confirmed=True)


@pytest.mark.parametrize("starts_at", ["2026-11-24T10:45", "2026-11-28T10:30", "2027-11-24T10:30"])
async def test_a_time_the_clinic_does_not_have_is_refused(desk: Desk, starts_at):
    answer = await use(book_appointment, desk, starts_at=starts_at, name="Maria Lopez")
    assert "is not free" in str(answer["error"])


async def test_a_time_in_the_past_is_refused(desk: Desk):
    answer = await use(book_appointment, desk, starts_at="2026-11-20T10:30", name="Maria Lopez")
    assert answer["error"] == "That time has passed."


@pytest.mark.parametrize(
    ("starts_at", "name", "question"),
    [
        ("", "Maria", "Which day and time would you like?"),
        ("Tuesday", "Maria", "At what time?"),
        ("10:30", "Maria", "On which day?"),
        ("2026-11-24T10:30", "", "Which name shall I book it under?"),
    ],
)
async def test_what_is_missing_is_asked_for(desk: Desk, starts_at, name, question):
    answer = await use(book_appointment, desk, starts_at=starts_at, name=name)
    assert answer["ask"] == question


async def test_an_appointment_is_cancelled_after_a_yes_and_free_again(desk: Desk):
    await book(desk, **TUESDAY_1030)
    first = await use(cancel_appointment, desk, name="maria lopez")
    assert first["confirm"] == "Maria Lopez, Tuesday, November 24th at 10:30 AM. Shall I cancel it?"
    done = await use(cancel_appointment, desk, name="maria lopez", confirmed=True)
    assert done["say"] == "The appointment on Tuesday, November 24th at 10:30 AM is cancelled."
    slot = datetime(2026, 11, 24, 10, 30)
    assert await desk.store.free_slots(slot, slot) == [slot]


async def test_cancelling_twice_in_a_call_stays_cancelled(desk: Desk):
    await book(desk, **TUESDAY_1030)
    await use(cancel_appointment, desk, name="maria lopez")
    done = await use(cancel_appointment, desk, name="maria lopez", confirmed=True)
    assert await use(cancel_appointment, desk, name="maria lopez", confirmed=True) == done


async def test_a_cancelled_slot_can_be_booked_again(desk: Desk):
    await book(desk, **TUESDAY_1030)
    await use(cancel_appointment, desk, name="maria lopez")
    await use(cancel_appointment, desk, name="maria lopez", confirmed=True)
    await book(desk, **(TUESDAY_1030 | {"name": "Tom Becker"}))


async def test_of_two_appointments_it_asks_which_to_cancel(desk: Desk):
    await book(desk, **TUESDAY_1030)
    await book(desk, starts_at="2026-11-25T09:00", name="Maria Lopez")
    assert "Which one" in str((await use(cancel_appointment, desk, name="Maria Lopez"))["ask"])
    answer = await use(cancel_appointment, desk, name="Maria Lopez", starts_at="Wednesday")
    assert answer["starts_at"] == "2026-11-25T09:00"


async def test_nobody_cancels_without_the_name(desk: Desk):
    await book(desk, **TUESDAY_1030)
    assert "ask" in await use(cancel_appointment, desk, starts_at="2026-11-24T10:30")
    other = await use(cancel_appointment, desk, starts_at="2026-11-24T10:30", name="Tom Becker")
    assert "error" in other


async def test_a_fully_booked_day_offers_the_next(desk: Desk):
    for hour in range(9, 17):
        for minute in (0, 30):
            start = datetime(2026, 11, 24, hour, minute)
            await book(desk, starts_at=start.isoformat(), name="Maria Lopez")
    answer = await use(find_appointments, desk, day="Tuesday")
    assert str(answer["say"]).startswith("Nothing is free then. The nearest I have is Wednesday")
    assert date.fromisoformat(str(answer["slots"][0])[:10]) == date(2026, 11, 25)
