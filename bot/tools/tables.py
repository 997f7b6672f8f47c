"""The tables: Acme's orders and returns, the clinic's calendar, and who wants to be called back."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column


def fold(name: str) -> str:
    """A name as it is compared: `maria lopez`."""
    return " ".join(name.casefold().split())


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Rows are plain dataclasses, detached once read."""


class Order(Table):
    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254), index=True)
    """In lower case."""
    customer: Mapped[str] = mapped_column(String(80))
    item: Mapped[str] = mapped_column(String(120))
    """As it follows "your": `walnut desk lamp`."""
    total_cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    """placed, packed, shipped, delivered or cancelled."""
    ordered_on: Mapped[date]
    carrier: Mapped[str] = mapped_column(String(40), default="")
    tracking_number: Mapped[str] = mapped_column(String(40), default="")
    last_seen: Mapped[str] = mapped_column(String(80), default="")
    """Where the carrier scanned it last: `Columbus, Ohio`."""
    expected_on: Mapped[date | None] = mapped_column(default=None)
    delivered_on: Mapped[date | None] = mapped_column(default=None)
    sample: Mapped[bool] = mapped_column(default=False)
    """Made up by the seed, which keeps its dates close to today."""


class Return(Table):
    __tablename__ = "returns"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    order_number: Mapped[int] = mapped_column(ForeignKey("orders.number"), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    call_id: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]

    @property
    def reference(self) -> int:
        """Four digits, which are easy to say."""
        return 5000 + self.id


class Slot(Table):
    __tablename__ = "slots"

    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    """The clinic's wall clock."""


class Appointment(Table):
    __tablename__ = "appointments"
    __table_args__ = (
        # At most one appointment that stands, for each slot: two callers can never share one.
        Index(
            "one_appointment_a_slot",
            "starts_at",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    starts_at: Mapped[datetime] = mapped_column(ForeignKey("slots.starts_at"))
    name: Mapped[str] = mapped_column(String(80))
    folded_name: Mapped[str] = mapped_column(String(160), index=True, init=False)
    """The name as it is compared."""
    call_id: Mapped[str] = mapped_column(String(64))
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_by_call: Mapped[str] = mapped_column(String(64), default="")

    def __post_init__(self) -> None:
        self.folded_name = fold(self.name)


class Handoff(Table):
    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    summary: Mapped[str]
    asked_at: Mapped[datetime]

    @property
    def reference(self) -> int:
        """Four digits, which are easy to say."""
        return 7000 + self.id
