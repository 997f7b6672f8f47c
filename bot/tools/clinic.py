"""When the clinic is open, and what its own clock says."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ClinicSettings(BaseModel):
    """A calendar of equal slots, Monday to Friday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = ""
    """Such as America/New_York: what "tomorrow" and "3 PM" mean; empty: the machine's own."""
    opens: time = time(9)
    """The first slot of a day; times are the clinic's wall clock."""
    closes: time = time(17)
    """No slot reaches beyond it."""
    slot_minutes: int = Field(default=30, ge=5, le=480)
    """A check-up fits in half an hour."""
    weeks: int = Field(default=6, ge=1, le=52)
    """How far ahead appointments are given."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            if name:
                ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError(f"unknown time zone {name!r}; use one like Europe/Zurich") from None
        return name

    def now(self) -> datetime:
        """The clinic's wall clock, without a zone, like every time in its calendar."""
        return datetime.now(ZoneInfo(self.timezone) if self.timezone else None).replace(tzinfo=None)

    def slots(self, today: date) -> list[datetime]:
        """The start of every slot from today on, as far ahead as appointments are given."""
        days = (today + timedelta(days=ahead) for ahead in range(self.weeks * 7))
        return [start for day in days if day.weekday() < 5 for start in self._slots_of(day)]

    def _slots_of(self, day: date) -> list[datetime]:
        start, length = datetime.combine(day, self.opens), timedelta(minutes=self.slot_minutes)
        count = (datetime.combine(day, self.closes) - start) // length
        return [start + length * n for n in range(count)]
