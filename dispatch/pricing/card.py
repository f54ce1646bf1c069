"""The rate card of one service in one city, as stored: a frozen model of its JSON body."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.kit.money import HUNDRED, Currency
from dispatch.tenancy.policies.section import LocalTime

Times = Annotated[Decimal, Field(gt=0, le=10)]
Rate = Annotated[int, Field(ge=0, le=100_000_000)]


class Band(StrEnum):
    """The kinds of time a rate card tells apart, and the topping up to the minimum, which is nobody's night."""

    DAY = "day"
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MINIMUM = "minimum"


class _CardPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Multiplier(_CardPart):
    """How many times the plain rate is billed and paid."""

    bill: Times = Decimal(1)
    pay: Times = Decimal(1)


class HeadcountTier(_CardPart):
    """From this headcount on, the multiplier holds for the whole crew."""

    from_headcount: Annotated[int, Field(ge=1)]
    multiplier: Multiplier


class Night(_CardPart):
    """A daily span on the site's own clock, [start, end), over midnight when start is later than end."""

    start: LocalTime = time(22, 0)
    end: LocalTime = time(6, 0)
    multiplier: Multiplier = Multiplier()

    def covers(self, local: time) -> bool:
        """Tell whether a time on the site's clock lies in the night."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


class RateCard(_CardPart):
    """Prices of one service in one city; all rates are per man and hour, in minor units of `currency`.

    Multipliers of different kinds multiply: headcount tier x conditions x urgency x time band. Of the time bands only
    one holds at a time: holiday before weekend before night. Pay is either a rate of its own or a part of the bill
    rate, and has its own multipliers.
    """

    service: Annotated[str, Field(min_length=1, max_length=60)]
    city: str | None = None
    """None: everywhere the franchise works."""
    currency: Currency
    bill_rate_minor: Rate
    pay_rate_minor: Rate | None = None
    pay_percent: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    minimum_hours: Annotated[Decimal, Field(ge=0, le=24, multiple_of=Decimal("0.25"))] | None = None
    """Billed and paid at least for each man and shift; None: the franchise's own minimum."""
    headcount_tiers: tuple[HeadcountTier, ...] = ()
    night: Night = Night()
    weekend: Multiplier = Multiplier()
    holiday: Multiplier = Multiplier()
    urgent: Multiplier = Multiplier()
    conditions: Mapping[str, Multiplier] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.pay_rate_minor is None) == (self.pay_percent is None):
            raise ValueError("pay: give either pay_rate_minor or pay_percent")
        starts = [tier.from_headcount for tier in self.headcount_tiers]
        if starts != sorted(set(starts)):
            raise ValueError("headcount_tiers: list them by rising from_headcount, each once")
        return self

    @property
    def pay_rate(self) -> Fraction:
        """Pay for an hour before multipliers, exact, in minor units."""
        if self.pay_rate_minor is not None:
            return Fraction(self.pay_rate_minor)
        return Fraction(self.bill_rate_minor) * Fraction(self.pay_percent or 0) / HUNDRED
