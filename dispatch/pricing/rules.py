"""The pure rules of prices: a quote for planned hours, the same reckoning for worked hours, call-out and cancel fee.

Everything is exact (fractions of a minor unit) until one rounding per man and shift, half away from zero. The lines of
a shift are then cut from the rounded total, so that lines sum to shifts and shifts to the order, to the last unit; and
a crew costs exactly as many times as much as one of its men.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from dispatch.kit.money import Currency, round_minor, share
from dispatch.pricing.card import Band, Multiplier, RateCard
from dispatch.pricing.errors import ConditionNotOnRateCard

_HOUSE_MINIMUM: Final = Decimal(4)
_MINUTE: Final = timedelta(minutes=1)
_MINUTES_AN_HOUR: Final = 60
_SATURDAY: Final = 5
_PLAIN: Final = Multiplier()


class TimeSpan(BaseModel):
    """Planned or worked time, and the site's zone, on whose clock nights, weekends and holidays are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zone: ZoneInfo

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at: must be later than starts_at")
        return self

    @property
    def minutes(self) -> int:
        """Whole minutes, every minute begun counted."""
        return -((self.starts_at - self.ends_at) // _MINUTE)


class QuoteLine(BaseModel):
    """One stretch of one shift for the whole crew.

    Attributes:
        shift: position of the shift in the request, from 0.
        band: which multiplier of time holds; `minimum` is time nobody works, topped up at the plain rate.
        minutes: for each man.
        headcount: men priced.
        bill_minor: for all of them, net of VAT.
        pay_minor: for all of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: int
    band: Band
    minutes: int
    headcount: int
    bill_minor: int
    pay_minor: int


class Quote(BaseModel):
    """A price: lines that sum exactly to the totals, in minor units of one currency.

    Attributes:
        minimum_hours: billed and paid at least, for each man on each shift; what worked hours are settled by as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: tuple[QuoteLine, ...]
    minimum_hours: Decimal
    bill_minor: int
    pay_minor: int
    currency: Currency


def bill_minutes(planned: int, actual: int | None, minimum: int) -> int:
    """Return the minutes to bill and pay for one man: max(hours, minimum), the planned ones until actual are known."""
    return max(planned if actual is None else actual, minimum)


def minimum_hours(card: RateCard, house_minimum_hours: Decimal = _HOUSE_MINIMUM) -> Decimal:
    """Return the minimum of the card, or of the franchise where the card names none."""
    return house_minimum_hours if card.minimum_hours is None else card.minimum_hours


def minimum_minutes(card: RateCard, house_minimum_hours: Decimal = _HOUSE_MINIMUM) -> int:
    """Return the same in minutes; part of a minute counts whole."""
    return math.ceil(minimum_hours(card, house_minimum_hours) * _MINUTES_AN_HOUR)


def band_minutes(card: RateCard, span: TimeSpan, holidays: Collection[date] = ()) -> dict[Band, int]:
    """Count the minutes of each band in a span, in order of appearance; together they are `span.minutes`.

    Every minute is told by the site's clock at its beginning, so nights in which clocks change come out right.

    Args:
        card: says when it is night.
        span: planned or worked.
        holidays: site-local dates.
    """
    first = span.starts_at.astimezone(UTC)
    return dict(
        Counter(_band_of((first + i * _MINUTE).astimezone(span.zone), card, holidays) for i in range(span.minutes))
    )


def quote(
    card: RateCard,
    spans: Sequence[TimeSpan],
    headcount: int,
    *,
    conditions: Collection[str] = (),
    urgent: bool = False,
    holidays: Collection[date] = (),
    house_minimum_hours: Decimal = _HOUSE_MINIMUM,
    tier_headcount: int | None = None,
) -> Quote:
    """Price shifts for a crew.

    The same function prices the hours one man really worked: his span, headcount 1, and the order's headcount as
    `tier_headcount`. Ten men for eight hours at 225.00 billed and 100.00 paid are 18,000.00 and 8,000.00.

    Args:
        card: the rate card in force.
        spans: one for each shift.
        headcount: men on each of them.
        conditions: names on the card; each counts once.
        urgent: whether the urgency multiplier holds.
        holidays: site-local dates.
        house_minimum_hours: where the card names no minimum.
        tier_headcount: the headcount that decides the tier, when it is not that of the men priced.

    Raises:
        ConditionNotOnRateCard: the card has no price for a condition.
    """
    crew = _crew_multiplier(card, tier_headcount or headcount, conditions, urgent=urgent)
    minimum = minimum_minutes(card, house_minimum_hours)
    lines = [
        QuoteLine(
            shift=position,
            band=band,
            minutes=minutes,
            headcount=headcount,
            bill_minor=headcount * bill,
            pay_minor=headcount * pay,
        )
        for position, span in enumerate(spans)
        for band, minutes, bill, pay in _price_man(card, crew, band_minutes(card, span, holidays), minimum)
    ]
    return Quote(
        lines=tuple(lines),
        minimum_hours=minimum_hours(card, house_minimum_hours),
        bill_minor=sum(line.bill_minor for line in lines),
        pay_minor=sum(line.pay_minor for line in lines),
        currency=card.currency,
    )


def call_out_pay(card: RateCard, hours: Decimal) -> int:
    """Return what one man is paid who was called out and could not work: hours at the plain rate, minor units."""
    return round_minor(card.pay_rate * Fraction(hours))


def late_cancel_fee(
    card: RateCard, booked: int, percent: Decimal, house_minimum_hours: Decimal = _HOUSE_MINIMUM
) -> int:
    """Return what a client owes for cancelling inside the notice, minor units, net of VAT.

    The house rule: a part of the minimum bill at the plain rate, for each booked man.
    """
    minimum = Fraction(card.bill_rate_minor * minimum_minutes(card, house_minimum_hours), _MINUTES_AN_HOUR)
    return booked * share(round_minor(minimum), percent)


def _band_of(local: datetime, card: RateCard, holidays: Collection[date]) -> Band:
    if local.date() in holidays:
        return Band.HOLIDAY
    if local.weekday() >= _SATURDAY:
        return Band.WEEKEND
    return Band.NIGHT if card.night.covers(local.time()) else Band.DAY


def _crew_multiplier(
    card: RateCard, headcount: int, conditions: Collection[str], *, urgent: bool
) -> tuple[Fraction, Fraction]:
    """Return the product of all multipliers that hold for the whole crew, for the bill and for the pay."""
    holding = [card.urgent] if urgent else []
    holding += [tier.multiplier for tier in card.headcount_tiers if tier.from_headcount <= headcount][-1:]
    for name in sorted(set(conditions)):
        if name not in card.conditions:
            raise ConditionNotOnRateCard(name, sorted(card.conditions))
        holding.append(card.conditions[name])
    return (
        math.prod((Fraction(multiplier.bill) for multiplier in holding), start=Fraction(1)),
        math.prod((Fraction(multiplier.pay) for multiplier in holding), start=Fraction(1)),
    )


def _price_man(
    card: RateCard, crew: tuple[Fraction, Fraction], bands: dict[Band, int], minimum: int
) -> list[tuple[Band, int, int, int]]:
    """Return (band, minutes, bill, pay) of one man on one shift, topped up to the minimum."""
    planned = sum(bands.values())
    if top_up := bill_minutes(planned, None, minimum) - planned:
        bands = bands | {Band.MINIMUM: top_up}
    by_band = {
        Band.DAY: _PLAIN,
        Band.NIGHT: card.night.multiplier,
        Band.WEEKEND: card.weekend,
        Band.HOLIDAY: card.holiday,
        Band.MINIMUM: _PLAIN,
    }
    bill_rate, pay_rate = card.bill_rate_minor * crew[0], card.pay_rate * crew[1]
    bills = _cut([minutes * bill_rate * Fraction(by_band[band].bill) for band, minutes in bands.items()])
    pays = _cut([minutes * pay_rate * Fraction(by_band[band].pay) for band, minutes in bands.items()])
    return [(band, bands[band], bill, pay) for band, bill, pay in zip(bands, bills, pays, strict=True)]


def _cut(parts: Sequence[Fraction]) -> list[int]:
    """Round amounts times sixty to minor units so that they sum to their rounded total: round the running sums."""
    ends = [0, *(round_minor(running / _MINUTES_AN_HOUR) for running in accumulate(parts))]
    return [end - start for start, end in pairwise(ends)]
