"""The clinic's appointments: finding, booking and cancelling them."""

# pyright: reportUntypedFunctionDecorator=false

from collections.abc import Sequence
from datetime import date, datetime, time

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import heard, names, spoken, values
from bot.tools.clinic import ClinicSettings
from bot.tools.consent import BOOKING, CANCELLATION, Readback
from bot.tools.desk import READ_SECS, WRITE_SECS, Desk, answer, answer_write, desk_of
from bot.tools.heard import Hours
from bot.tools.spoken import Answer
from bot.tools.tables import Appointment, fold

__all__ = ["ClinicSettings", "book_appointment", "cancel_appointment", "find_appointments"]

_OFFERS = 3


@tool_options(timeout_secs=READ_SECS)
async def find_appointments(
    params: FunctionCallParams, day: str = "", time_of_day: str = ""
) -> None:
    """Find free appointments at the clinic; `slots` in the result are what may be booked.

    Examples: "I need an appointment", "do you have anything free tomorrow", \
        "what's available next Tuesday morning", "when can I see the doctor", \
        "any openings on Friday after 3 pm", "I'd like to come in for a check-up", \
        "what is the earliest appointment".

    Args:
        day: The day as the caller says it, such as tomorrow, next Tuesday or 2026-11-24.
        time_of_day: Such as morning, afternoon, after 3 pm or 10:30.
    """
    await answer(params, _find(desk_of(params), day, time_of_day))


@tool_options(timeout_secs=WRITE_SECS)
async def book_appointment(
    params: FunctionCallParams, starts_at: str, name: str, confirmed: bool = False
) -> None:
    """Book a free appointment at the clinic for a person.

    Call it without `confirmed` first: it answers with a question for the caller.

    Examples: "book me in for Tuesday at 10:30", "I'll take the 2 PM one", \
        "make an appointment for tomorrow at nine", "schedule a check-up on Friday at 3 pm", \
        "please book the first one, my name is Maria Lopez".

    Args:
        starts_at: When it starts, such as 2026-11-24T10:30.
        name: The full name of the person who comes.
        confirmed: True only after the caller's explicit yes to the question.
    """
    await answer_write(params, _book(desk_of(params), starts_at, name, confirmed))


@tool_options(timeout_secs=WRITE_SECS)
async def cancel_appointment(
    params: FunctionCallParams, starts_at: str = "", name: str = "", confirmed: bool = False
) -> None:
    """Cancel a person's appointment at the clinic.

    Call it without `confirmed` first: it answers with a question for the caller.

    Examples: "cancel my appointment", "I can't make it on Tuesday", \
        "please cancel the appointment of Maria Lopez", "I need to call off my visit", \
        "I have to cancel tomorrow at 10:30".

    Args:
        starts_at: When it starts, such as 2026-11-24T10:30; empty if the caller did not say.
        name: The name it was booked under.
        confirmed: True only after the caller's explicit yes to the question.
    """
    await answer_write(params, _cancel(desk_of(params), starts_at, name, confirmed))


async def _find(desk: Desk, day: str, time_of_day: str) -> Answer:
    now = desk.now()
    wanted = heard.days(day, now.date())
    hours = heard.hours(time_of_day or _time_within(day))
    if wanted is None:
        return spoken.ask("Which day would suit you?")
    if hours is None:
        return spoken.ask("Would the morning or the afternoon suit you better?")
    if wanted.last < now.date():
        return spoken.error("That day has passed.", today=now.date().isoformat())
    first = max(now, datetime.combine(wanted.first, time.min))
    last = datetime.combine(wanted.last, time.max)
    fitting = _within(await desk.store.free_slots(first, last), hours)
    if fitting:
        return _offer(fitting, now.date(), "I have")
    coming = _within(await desk.store.free_slots(now, datetime.max), hours)
    if not coming:
        return spoken.error("I don't have a free appointment then. Would another time suit you?")
    later = [slot for slot in coming if slot > last]
    return _offer(later or coming, now.date(), "Nothing is free then. The nearest I have is")


def _time_within(day: str) -> str:
    """The time of day that came with the day: "tomorrow morning"."""
    return day if heard.hours(day) not in (None, Hours()) and not _is_date(day) else ""


def _is_date(day: str) -> bool:
    return heard.moment(day, date.min).at is None and "-" in f"{day}"


def _within(slots: Sequence[datetime], hours: Hours) -> list[datetime]:
    return [slot for slot in slots if hours.start <= slot.time() < hours.end]


def _offer(slots: Sequence[datetime], today: date, opening: str) -> Answer:
    """A few of the first day's slots, spread over that day."""
    day = slots[0].date()
    of_day = [slot for slot in slots if slot.date() == day]
    step = max(1, len(of_day) // _OFFERS)
    offered = of_day[::step][:_OFFERS]
    times = spoken.listing([spoken.clock(slot.time()) for slot in offered])
    return spoken.say(
        f"{opening} {spoken.day(day, today)}, at {times}. Which would you like?"
        if len(offered) > 1
        else f"{opening} {spoken.day(day, today)}, at {times}. Would you like that?",
        slots=[_iso(slot) for slot in offered],
    )


async def _book(desk: Desk, starts_at: str, name: str, confirmed: bool) -> Answer:
    now, person = desk.now(), heard.name(name)
    start = _complete(heard.moment(starts_at, now.date()))
    if start is None:
        return spoken.ask(_missing(heard.moment(starts_at, now.date())))
    if person is None:
        return spoken.ask("Which name shall I book it under?")
    if start <= now:
        return spoken.error("That time has passed.", now=_iso(now))
    if refusal := await _why_not_bookable(desk, start, person):
        return refusal
    arguments = {"starts_at": _iso(start), "name": fold(person)}
    if not (heard.yes(confirmed) and desk.proposals.confirmed("book_appointment", **arguments)):
        what = Readback(BOOKING, (*values.moment(start, now), *names.person(person)))
        desk.proposals.propose("book_appointment", what, **arguments)
        return spoken.confirm(
            f"{spoken.moment(start)}, for {person}. Shall I book it?",
            starts_at=_iso(start),
            name=person,
        )
    new = Appointment(starts_at=start, name=person, call_id=desk.call_id, booked_at=now)
    if not await desk.store.book(new):
        return await _taken(desk, start)
    return _booked(start, person)


async def _why_not_bookable(desk: Desk, start: datetime, person: str) -> Answer | None:
    there = await desk.store.appointment_at(start)
    if there is None:
        return None if await desk.store.free_slots(start, start) else await _taken(desk, start)
    if (there.call_id, there.folded_name) == (desk.call_id, fold(person)):
        return _booked(start, there.name)  # asked for twice: a barge-in hid the first answer
    return await _taken(desk, start)


async def _taken(desk: Desk, start: datetime) -> Answer:
    """That it is not free, and what is free closest to it on that day."""
    day = datetime.combine(start.date(), time.min)
    free = await desk.store.free_slots(max(desk.now(), day), day.replace(hour=23, minute=59))
    nearest = sorted(sorted(free, key=lambda slot: abs(slot - start))[:2])
    sentence = f"{spoken.moment(start)} is not free."
    if nearest:
        times = spoken.listing([spoken.clock(slot.time()) for slot in nearest], "or")
        sentence += f" I could offer {times} that day."
    return spoken.error(sentence, slots=[_iso(slot) for slot in nearest])


def _booked(start: datetime, person: str) -> Answer:
    return spoken.say(
        f"{person} is booked for {spoken.moment(start)}.", starts_at=_iso(start), name=person
    )


async def _cancel(desk: Desk, starts_at: str, name: str, confirmed: bool) -> Answer:
    now, person = desk.now(), heard.name(name)
    if person is None:
        return spoken.ask("Which name is the appointment under?")
    said = heard.moment(starts_at, now.date())
    if starts_at and said.day is None and said.at is None:
        return spoken.ask("Which day is the appointment?")
    booked = [
        appointment
        for appointment in await desk.store.appointments_of(person, now)
        if said.day in (None, appointment.starts_at.date())
        and said.at in (None, appointment.starts_at.time())
    ]
    standing = [appointment for appointment in booked if appointment.cancelled_at is None]
    match standing:
        case []:
            return _nothing_to_cancel(desk, booked, person)
        case [appointment]:
            return await _cancel_one(desk, appointment, confirmed)
        case _:
            times = [spoken.moment(appointment.starts_at) for appointment in standing]
            return spoken.ask(
                f"There are {len(times)}: {spoken.listing(times)}. Which one shall I cancel?",
                slots=[_iso(appointment.starts_at) for appointment in standing],
            )


def _nothing_to_cancel(desk: Desk, booked: Sequence[Appointment], person: str) -> Answer:
    for appointment in booked:
        if appointment.cancelled_by_call == desk.call_id:
            return _cancelled(appointment)  # asked for twice: a barge-in hid the first answer
    return spoken.error(f"I can't find that appointment for {person}.")


async def _cancel_one(desk: Desk, appointment: Appointment, confirmed: bool) -> Answer:
    arguments = {"starts_at": _iso(appointment.starts_at), "name": appointment.folded_name}
    if not (heard.yes(confirmed) and desk.proposals.confirmed("cancel_appointment", **arguments)):
        when = values.moment(appointment.starts_at, desk.now())
        what = Readback(CANCELLATION, (*when, *names.person(appointment.name)))
        desk.proposals.propose("cancel_appointment", what, **arguments)
        return spoken.confirm(
            f"{appointment.name}, {spoken.moment(appointment.starts_at)}. Shall I cancel it?",
            starts_at=_iso(appointment.starts_at),
            name=appointment.name,
        )
    await desk.store.cancel(appointment, desk.call_id, desk.now())
    return _cancelled(appointment)


def _cancelled(appointment: Appointment) -> Answer:
    return spoken.say(
        f"The appointment on {spoken.moment(appointment.starts_at)} is cancelled.",
        starts_at=_iso(appointment.starts_at),
        name=appointment.name,
    )


def _complete(said: heard.Moment) -> datetime | None:
    return datetime.combine(said.day, said.at) if said.day and said.at else None


def _missing(said: heard.Moment) -> str:
    if said.day is None and said.at is None:
        return "Which day and time would you like?"
    return "At what time?" if said.at is None else "On which day?"


def _iso(value: datetime) -> str:
    return value.isoformat(timespec="minutes")
