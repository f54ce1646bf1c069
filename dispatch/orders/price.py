"""What an order costs: quoted when it is placed, reckoned again by the same rate card when it changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.money import Currency, round_minor
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.pricing.rules import Quote, TimeSpan, quote
from dispatch.pricing.service import StoredCard, card_by_id, holidays_in
from dispatch.tenancy.queries import policy_in_force


@dataclass(frozen=True, slots=True)
class Price:
    """What an order came to before a change and comes to after it, net of VAT, in minor units."""

    before_minor: int
    total_minor: int
    currency: Currency


async def price_shifts(
    uow: Uow,
    stored: StoredCard,
    times: Sequence[tuple[datetime, datetime]],
    zone: ZoneInfo,
    headcount: int,
    *,
    conditions: Collection[str],
    urgent: bool,
    minimum_hours: Decimal | None = None,
) -> Quote:
    """Price shifts of one headcount at one place, in the order given.

    Args:
        uow: the tenant's unit of work.
        stored: the rate card.
        times: of each shift.
        zone: of the place.
        headcount: on each shift.
        conditions: names on the card.
        urgent: whether the urgency multiplier holds.
        minimum_hours: promised before; by default what the policy says now, where the card says nothing.

    Raises:
        ConditionNotOnRateCard: the card has no price for a condition.
    """
    if minimum_hours is None:
        minimum_hours = (await policy_in_force(uow)).policy.money.minimum_hours
    spans = [TimeSpan(starts_at=starts_at, ends_at=ends_at, zone=zone) for starts_at, ends_at in times]
    return quote(
        stored.card,
        spans,
        headcount,
        conditions=conditions,
        urgent=urgent,
        holidays=holidays_in(stored.card, spans),
        house_minimum_hours=minimum_hours,
    )


def hourly(price: Quote, n: int) -> tuple[int, int]:
    """Return bill and pay for an hour of one man on the n-th shift, on average over its bands."""
    lines = [line for line in price.lines if line.shift == n]
    man_hours = Fraction(sum(line.minutes * line.headcount for line in lines), 60)
    return (
        round_minor(sum(line.bill_minor for line in lines) / man_hours),
        round_minor(sum(line.pay_minor for line in lines) / man_hours),
    )


async def reprice_order(uow: Uow, order_id: UUID) -> Price:
    """Reckon an order anew after its times, place or headcount changed, under the locks of its shifts.

    Rate card and minimum stay those the order was placed by. A shift that is over keeps its own headcount and times,
    so it costs what it did; a cancelled one costs nothing here.
    """
    order = await uow.fetchrow(
        """SELECT rate_card_id, conditions, urgent, total_minor, (quote ->> 'minimum_hours')::numeric AS minimum_hours
           FROM orders WHERE franchise_id = $1 AND id = $2""",
        uow.franchise_id,
        order_id,
    )
    assert order is not None, "its shifts are locked"
    stored = await card_by_id(uow, order["rate_card_id"])
    rows = await uow.fetch(
        """SELECT id, starts_at, ends_at, zone, headcount FROM shifts
           WHERE franchise_id = $1 AND order_id = $2 AND status <> $3 ORDER BY starts_at, id""",
        uow.franchise_id,
        order_id,
        str(ShiftStatus.CANCELLED),
    )
    prices = [
        await price_shifts(
            uow,
            stored,
            [(row["starts_at"], row["ends_at"])],
            ZoneInfo(row["zone"]),
            row["headcount"],
            conditions=order["conditions"],
            urgent=order["urgent"],
            minimum_hours=order["minimum_hours"],
        )
        for row in rows
    ]
    total = _together(prices, order["minimum_hours"], stored.card.currency)
    rates = [hourly(price, 0) for price in prices]
    await uow.run(
        """UPDATE shifts f SET bill_rate_minor = u.bill, pay_rate_minor = u.pay
           FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS u (id, bill, pay)
           WHERE f.id = u.id AND f.status IN ('recruiting', 'filled', 'covered', 'short')""",
        [row["id"] for row in rows],
        [bill for bill, _ in rates],
        [pay for _, pay in rates],
    )
    await uow.run(
        "UPDATE orders SET quote = $2, total_minor = $3 WHERE id = $1",
        order_id,
        total.model_dump_json(),
        total.bill_minor,
    )
    return Price(order["total_minor"], total.bill_minor, total.currency)


def _together(prices: Sequence[Quote], minimum_hours: Decimal, currency: Currency) -> Quote:
    lines = [
        line.model_copy(update={"shift": position}) for position, price in enumerate(prices) for line in price.lines
    ]
    return Quote(
        lines=tuple(lines),
        minimum_hours=minimum_hours,
        bill_minor=sum(line.bill_minor for line in lines),
        pay_minor=sum(line.pay_minor for line in lines),
        currency=currency,
    )
