"""The tables of series and their exceptions; the days that became orders are read and claimed by statements."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Date, DateTime, Text, Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kit.db import Base
from dispatch.orders.series.rules import Deviation, ExceptionKind, Holidays, Hours, Pattern, Scheme

_PATTERN: TypeAdapter[Any] = TypeAdapter(Pattern)


class Series(Base):
    """An order that repeats; `local_start` and `local_end` are what the site's clock shows."""

    __tablename__ = "series"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    service: Mapped[str] = mapped_column(Text)
    headcount: Mapped[int]
    pattern: Mapped[dict[str, Any]] = mapped_column(JSONB)
    local_start: Mapped[time] = mapped_column(Time)
    local_end: Mapped[time] = mapped_column(Time)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    holidays: Mapped[str] = mapped_column(Text)
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    min_tier: Mapped[str | None] = mapped_column(Text)
    over_invite: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    note: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    test: Mapped[bool]
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
    continued_by: Mapped[UUID | None]
    continued_on: Mapped[date | None] = mapped_column(Date)

    def scheme(self) -> Scheme:
        """Return what repeats, as the rules know it."""
        return Scheme(
            pattern=_PATTERN.validate_python(self.pattern),
            first=self.starts_on,
            last=self.ends_on,
            headcount=self.headcount,
            hours=Hours(self.local_start, self.local_end),
            holidays=Holidays(self.holidays),
        )


class SeriesException(Base):
    """One day of a series that deviates."""

    __tablename__ = "series_exceptions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    series_id: Mapped[UUID]
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    headcount: Mapped[int | None]
    local_start: Mapped[time | None] = mapped_column(Time)
    local_end: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def deviation(self) -> Deviation:
        """Return what it says, as the rules know it."""
        hours = None if self.local_start is None or self.local_end is None else Hours(self.local_start, self.local_end)
        return Deviation(ExceptionKind(self.kind), self.headcount, hours)
