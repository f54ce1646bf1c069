"""What is asked of a series. These models are also the HTTP bodies."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dispatch.kit.text import LongText, ShortText
from dispatch.orders.commands import Headcount, OverInvite
from dispatch.orders.series.rules import ExceptionKind, Holidays, Hours, Pattern
from dispatch.tenancy.policy import Tier
from dispatch.workers.skills import Service

EARLIEST: Final = date(2000, 1, 2)
LATEST: Final = date(2099, 12, 30)


def _whole_minute(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("give hours and minutes without an offset, like 08:00; they are read on the site's clock")
    return value


def _business_day(value: date) -> date:
    if not EARLIEST <= value <= LATEST:
        raise ValueError(f"send a day from {EARLIEST} to {LATEST}")
    return value


WallMinute = Annotated[time, AfterValidator(_whole_minute)]
"""A time of day on the site's clock."""
Day = Annotated[date, AfterValidator(_business_day)]
"""A date on the site's calendar."""


class ApplyTo(StrEnum):
    """What a change reaches: days not made yet, or also the orders already placed, from tomorrow on."""

    FUTURE = "future"
    MATERIALISED = "materialised"


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StartSeries(_Command):
    """An order that repeats: whose, where, what, how many, and when again.

    `start` and `end` are what the site's clock shows; an end not after the start is on the next day. Every day is
    priced by the rate card in force when its order is placed.
    """

    client_id: UUID
    site_id: UUID
    service: Service
    headcount: Headcount
    pattern: Pattern
    start: WallMinute
    end: WallMinute
    starts_on: Day
    ends_on: Day | None = None
    holidays: Holidays = Holidays.WORK
    conditions: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    min_tier: Tier | None = None
    over_invite: OverInvite | None = None
    note: LongText | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("ends_on: must not be before starts_on")
        return self

    @property
    def hours(self) -> Hours:
        """From when to when."""
        return Hours(self.start, self.end)


class ChangeSeries(_Command):
    """What changes; what is left out stays, and `ends_on: null` takes the end away."""

    headcount: Headcount | None = None
    start: WallMinute | None = None
    end: WallMinute | None = None
    ends_on: Day | None = None
    note: LongText | None = None
    apply_to: ApplyTo = ApplyTo.FUTURE

    @model_validator(mode="after")
    def _something(self) -> Self:
        given = self.model_fields_set - {"apply_to"}
        if not given:
            raise ValueError("send headcount, start, end, ends_on or note: something has to change")
        for name in sorted(given - {"ends_on"}):
            if getattr(self, name) is None:
                raise ValueError(f"{name}: leave it out, or send a value")
        return self

    def given(self) -> dict[str, object]:
        """Return the fields that were sent, by the names of the columns."""
        columns = {"start": "local_start", "end": "local_end"}
        return {columns.get(name, name): getattr(self, name) for name in self.model_fields_set - {"apply_to"}}


class ChangeSeriesFrom(_Command):
    """What a series is from a day on; what is left out stays as it is, the days before stay whatever is sent.

    A new pattern of every so many days counts from `since`; one that stays keeps its count.
    """

    since: Day
    site_id: UUID | None = None
    service: Service | None = None
    headcount: Headcount | None = None
    pattern: Pattern | None = None
    start: WallMinute | None = None
    end: WallMinute | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for name, value in self if name != "since"):
            raise ValueError("send site_id, service, headcount, pattern, start or end: something has to change")
        return self


class AddException(_Command):
    """One day deviates: `out` leaves it out, `other` has another headcount or hours, `extra` works on a free day.

    A second one for the same day takes the place of the first. It holds at once, for the order of the day, too.
    """

    day: Day
    kind: ExceptionKind
    headcount: Headcount | None = None
    start: WallMinute | None = None
    end: WallMinute | None = None
    reason: ShortText

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("end: give start and end together, or neither")
        says = self.headcount is not None or self.start is not None
        if self.kind is ExceptionKind.OUT and says:
            raise ValueError("kind: a day that is left out has neither headcount nor hours")
        if self.kind is ExceptionKind.OTHER and not says:
            raise ValueError("kind: say what is other, headcount or start and end")
        return self


class EndSeries(_Command):
    """Why it ends, as the client said it, and whether the orders already placed end with it."""

    reason: ShortText
    apply_to: ApplyTo = ApplyTo.FUTURE
