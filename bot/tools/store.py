"""What Acme and the clinic know, in a database.

Two callers can never have the same slot: a unique index says so, not a lock of ours.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import Connection, Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.tools import heard, seed
from bot.tools.clinic import ClinicSettings
from bot.tools.database import Database, StoreSettings
from bot.tools.tables import Appointment, Handoff, Order, Return, Slot, Table, fold

_SEED_LOCK = 0x4563686F
_STANDS = Appointment.cancelled_at.is_(None)


async def open_store(settings: StoreSettings, clinic: ClinicSettings) -> "Store":
    """The store, with its tables made, seeded and up to date.

    Raises:
        StoreError: the database cannot be reached or written.
    """
    store = Store(settings, clinic)
    try:
        await store.prepare(clinic.now().date())
        await asyncio.to_thread(heard.warm)  # or the first "tomorrow" would stall every call
    except BaseException:
        await store.close()
        raise
    return store


class Store:
    """What Acme and the clinic know. Every method raises StoreError when the database fails.

    Times are the clinic's wall clock, without a zone.
    """

    def __init__(self, settings: StoreSettings, clinic: ClinicSettings) -> None:
        self._database = Database(settings)
        self._clinic = clinic
        self._prepared_for: date | None = None

    async def close(self) -> None:
        """Close the connections to the database."""
        await self._database.close()

    async def prepare(self, today: date) -> None:
        """Make and seed what is missing, and bring the calendar up to today.

        Idempotent, also when two servers start at once; does nothing the second time in a day.
        """
        if self._prepared_for == today:
            return
        await self._database.open()
        async with self._database.session(write=True) as session:
            if self._database.is_postgresql:
                await session.execute(select(func.pg_advisory_xact_lock(_SEED_LOCK)))
            await (await session.connection()).run_sync(_make_tables)
            await self._seed_orders(session, today)
            await self._extend_calendar(session, today)
        self._prepared_for = today

    async def order(self, number: int) -> Order | None:
        async with self._database.session() as session:
            return await session.get(Order, number)

    async def orders_of(self, email: str) -> Sequence[Order]:
        """The customer's orders, the latest first."""
        wanted = select(Order).where(Order.email == email).order_by(Order.number.desc())
        async with self._database.session() as session:
            return (await session.scalars(wanted)).all()

    async def forget(self, call_id: str) -> int:
        """Delete all that a call has left, from the files too; how many rows that were."""
        cancelled = update(Appointment).where(Appointment.cancelled_by_call == call_id)
        forgotten = 0
        async with self._database.session(write=True) as session:
            await session.execute(cancelled.values(cancelled_by_call=""))
            for table in (Handoff, Return, Appointment):
                gone = await session.execute(
                    delete(table).where(table.call_id == call_id).returning(table.id)
                )
                forgotten += len(gone.all())
        await self._database.wipe()
        return forgotten

    async def forget_words_before(self, when: datetime) -> int:
        """Delete the words of calls that are older; in how many rows they were.

        A return stays, without the reason that its caller gave.
        """
        handoffs = delete(Handoff).where(Handoff.asked_at < when).returning(Handoff.id)
        told = update(Return).where(Return.started_at < when, Return.reason != "")
        forgotten = 0
        async with self._database.session(write=True) as session:
            for words in (handoffs, told.values(reason="").returning(Return.id)):
                forgotten += len((await session.execute(words)).all())
        if forgotten:
            await self._database.wipe()
        return forgotten

    async def return_of(self, order_number: int) -> Return | None:
        async with self._database.session() as session:
            return await session.scalar(_return_of(order_number))

    async def start_return(self, new: Return) -> Return:
        """The order's return: there is one at most, so an earlier one is given back."""
        values = {
            "order_number": new.order_number,
            "reason": new.reason,
            "call_id": new.call_id,
            "started_at": new.started_at,
        }
        async with self._database.session(write=True) as session:
            await session.execute(
                self._database.insert(Return).values(values).on_conflict_do_nothing()
            )
            return (await session.scalars(_return_of(new.order_number))).one()

    async def free_slots(self, first: datetime, last: datetime) -> Sequence[datetime]:
        """Starts of the slots nobody has, in order, both ends included."""
        taken = exists().where(Appointment.starts_at == Slot.starts_at, _STANDS)
        free = select(Slot.starts_at).where(Slot.starts_at.between(first, last), ~taken)
        async with self._database.session() as session:
            return (await session.scalars(free.order_by(Slot.starts_at))).all()

    async def appointment_at(self, starts_at: datetime) -> Appointment | None:
        """Who has the slot."""
        async with self._database.session() as session:
            return await session.scalar(
                select(Appointment).where(Appointment.starts_at == starts_at, _STANDS)
            )

    async def appointments_of(self, name: str, after: datetime) -> Sequence[Appointment]:
        """The person's coming appointments, the next first, those cancelled among them."""
        wanted = select(Appointment).where(
            Appointment.folded_name == fold(name), Appointment.starts_at > after
        )
        async with self._database.session() as session:
            return (await session.scalars(wanted.order_by(Appointment.starts_at))).all()

    async def booked_in(self, call_id: str) -> Sequence[Appointment]:
        """What was booked in this call and stands, the next first."""
        wanted = select(Appointment).where(Appointment.call_id == call_id, _STANDS)
        async with self._database.session() as session:
            return (await session.scalars(wanted.order_by(Appointment.starts_at))).all()

    async def book(self, new: Appointment) -> bool:
        """Whether the slot is now theirs; False: someone has it, or the clinic has no such slot."""
        values = {
            "starts_at": new.starts_at,
            "name": new.name,
            "folded_name": new.folded_name,
            "call_id": new.call_id,
            "booked_at": new.booked_at,
            "cancelled_by_call": "",
        }
        insert = self._database.insert(Appointment).values(values).on_conflict_do_nothing()
        async with self._database.session(write=True) as session:
            if await session.get(Slot, new.starts_at) is None:
                return False
            made = await session.execute(insert.returning(Appointment.id))
            return made.first() is not None

    async def cancel(self, appointment: Appointment, call_id: str, now: datetime) -> None:
        """Give the slot back; harmless when that has been done."""
        async with self._database.session(write=True) as session:
            await session.execute(
                update(Appointment)
                .where(Appointment.id == appointment.id, _STANDS)
                .values(cancelled_at=now, cancelled_by_call=call_id)
            )

    async def hand_off(self, new: Handoff) -> Handoff:
        """The call's hand-off: there is one at most, with the latest reason and summary."""
        latest = {"reason": new.reason, "summary": new.summary}
        insert = self._database.insert(Handoff).values(
            call_id=new.call_id, asked_at=new.asked_at, **latest
        )
        async with self._database.session(write=True) as session:
            await session.execute(
                insert.on_conflict_do_update(index_elements=["call_id"], set_=latest)
            )
            return (
                await session.scalars(select(Handoff).where(Handoff.call_id == new.call_id))
            ).one()

    async def _seed_orders(self, session: AsyncSession, today: date) -> None:
        samples = seed.sample_orders(today)
        if not await session.scalar(select(func.count()).select_from(Order)):
            session.add_all(samples)
            return
        known = await session.scalars(select(Order).where(Order.sample))
        fresh = {order.number: order for order in samples}
        for order in known:
            if sample := fresh.get(order.number):
                order.ordered_on = sample.ordered_on
                order.expected_on = sample.expected_on
                order.delivered_on = sample.delivered_on

    async def _extend_calendar(self, session: AsyncSession, today: date) -> None:
        """Slots up to as far ahead as the clinic says; those gone by, and those booked, stay."""
        planned = set(self._clinic.slots(today))
        coming = Slot.starts_at >= datetime.combine(today, time.min)
        known = set(await session.scalars(select(Slot.starts_at).where(coming)))
        session.add_all(Slot(starts_at=start) for start in sorted(planned - known))
        if dropped := known - planned:
            used = exists().where(Appointment.starts_at == Slot.starts_at)
            await session.execute(delete(Slot).where(Slot.starts_at.in_(dropped), ~used))


def _make_tables(connection: Connection) -> None:
    Table.metadata.create_all(connection)


def _return_of(order_number: int) -> Select[Return]:
    return select(Return).where(Return.order_number == order_number)
