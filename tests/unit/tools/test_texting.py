from datetime import datetime

import pytest

from bot.config import Settings
from bot.language.localized import parting_in
from bot.tools.desk import Desk
from bot.tools.store import Store
from bot.tools.tables import Appointment
from bot.tools.texting import text_confirmation
from tests.unit.tools.conftest import NOW, a_desk, use

pytestmark = pytest.mark.real_clock
TUESDAY = datetime(2026, 11, 24, 10, 30)
WEDNESDAY = datetime(2026, 11, 25, 10, 30)


class Phone:
    """What was texted to it; `gets` False when the carrier takes nothing."""

    def __init__(self, gets: bool = True) -> None:
        self.gets = gets
        self.texts: list[str] = []

    async def __call__(self, words: str) -> bool:
        if self.gets:
            self.texts.append(words)
        return self.gets


@pytest.fixture
def phone(desk: Desk) -> Phone:
    phone = desk.text = Phone()
    return phone


async def book(store: Store, starts_at: datetime, call_id: str = "call-1") -> None:
    new = Appointment(starts_at=starts_at, name="Maria Lopez", call_id=call_id, booked_at=NOW)
    assert await store.book(new)


async def test_the_caller_is_texted_what_they_booked(desk: Desk, store: Store, phone: Phone):
    await book(store, TUESDAY)
    assert (await use(text_confirmation, desk))["say"] == "I have texted you the confirmation."
    (text,) = phone.texts
    assert text.startswith("Your booking at Acme: Tuesday, November 24th at 10:30")
    assert "Maria Lopez" in text


async def test_who_is_called_in_spanish_is_texted_in_spanish(
    desk: Desk, store: Store, phone: Phone
):
    desk.parting = parting_in(Settings(_env_file=None), "es")
    await book(store, TUESDAY)
    await use(text_confirmation, desk)
    booked = "martes 24 de noviembre a las 10:30, a nombre de Maria Lopez"
    assert phone.texts == [f"Su cita en Acme: {booked}."]


async def test_asking_twice_is_one_text_until_more_is_booked(
    desk: Desk, store: Store, phone: Phone
):
    await book(store, TUESDAY)
    assert await use(text_confirmation, desk) == await use(text_confirmation, desk)
    assert len(phone.texts) == 1
    await book(store, WEDNESDAY)
    await use(text_confirmation, desk)
    assert len(phone.texts) == 2
    assert "November 25th" in phone.texts[1]


async def test_what_another_call_booked_is_not_told(desk: Desk, store: Store, phone: Phone):
    await book(store, TUESDAY, call_id="call-2")
    assert "booked nothing" in str((await use(text_confirmation, desk))["error"])
    assert phone.texts == []


async def test_what_was_cancelled_is_not_confirmed(desk: Desk, store: Store, phone: Phone):
    await book(store, TUESDAY)
    (booked,) = await store.booked_in("call-1")
    await store.cancel(booked, "call-1", NOW)
    assert "error" in await use(text_confirmation, desk)
    assert phone.texts == []


async def test_a_text_that_was_not_taken_is_said_to_be_so_and_may_be_tried_again(
    desk: Desk, store: Store, phone: Phone
):
    await book(store, TUESDAY)
    phone.gets = False
    answer = await use(text_confirmation, desk)
    assert answer["error"] == "I could not send the text, but what you booked stands."
    phone.gets = True
    assert "say" in await use(text_confirmation, desk)


async def test_a_call_has_so_many_texts(desk: Desk, store: Store, phone: Phone):
    for hour in (9, 10, 11, 14):
        await book(store, TUESDAY.replace(hour=hour))
        answer = await use(text_confirmation, desk)
    assert "several times" in str(answer["error"])
    assert len(phone.texts) == 3


async def test_without_a_way_to_text_nothing_is_promised(store: Store):
    assert "can't" in str((await use(text_confirmation, a_desk(store)))["error"])
