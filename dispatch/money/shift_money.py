"""What a closed shift owes and earns: each man's hours, his pay, the client's bill, call-out pay and the cancel fee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.uow import Uow
from dispatch.money.books import AccountKind, Side, Transfer, TransferKind, post
from dispatch.orders.shifts import Shift
from dispatch.pricing.card import RateCard
from dispatch.pricing.rules import TimeSpan, bill_minutes, call_out_pay, late_cancel_fee, minimum_minutes, quote
from dispatch.pricing.service import card_by_id, holidays_in
from dispatch.tenancy.queries import policy_in_force

_REVENUE = Side(AccountKind.REVENUE)
_LABOUR = Side(AccountKind.LABOUR)


@dataclass(frozen=True, slots=True)
class Hours:
    """One man's seat and the minutes he worked; None: as planned."""

    seat_id: UUID
    worker_id: UUID
    actual_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ShiftMoney:
    """Totals of a shift in minor units: what the client owes, what the workers get, of it call-out pay."""

    bill_minor: int
    pay_minor: int
    call_out_minor: int
    currency: str


async def settle_worked(uow: Uow, shift: Shift, worked: Sequence[Hours], called_out: Sequence[Hours]) -> ShiftMoney:
    """Write timesheets and transfers of a shift that took place; a second time it changes nothing.

    Bill and pay are for max(hours, minimum) by the rate card the order was priced with, so a shift worked as planned
    bills exactly what was quoted. A man called out in vain gets the policy's call-out hours; the client pays nothing
    for him. A test order moves no money and leaves no timesheet.

    Args:
        uow: holds the shift's lock.
        shift: the shift.
        worked: who worked.
        called_out: who came, or was booked, and could not work through no fault of his.
    """
    if shift.test:
        return ShiftMoney(0, 0, 0, shift.currency)
    terms = await _terms(uow, shift)
    bill = pay = 0
    for man in worked:
        bill_minor, pay_minor = await _settle_man(uow, shift, terms, man)
        bill += bill_minor
        pay += pay_minor
    out = await settle_call_outs(uow, shift, called_out)
    return ShiftMoney(bill, pay + out, out, shift.currency)


async def settle_call_outs(uow: Uow, shift: Shift, called_out: Sequence[Hours]) -> int:
    """Write call-out pay for each man and return the total, minor units; nothing for a test order."""
    if shift.test:
        return 0
    card = (await _terms(uow, shift)).card
    hours = (await policy_in_force(uow)).policy.money.call_out_hours
    each = call_out_pay(card, hours)
    for man in called_out:
        await _timesheet(uow, shift, man, kind="call_out", minutes=round(hours * 60), bill=0, pay=each)
        await post(
            uow,
            Transfer(
                debit=_LABOUR,
                credit=Side(AccountKind.WORKER, man.worker_id),
                amount_minor=each,
                currency=shift.currency,
                kind=TransferKind.CALL_OUT,
                subject_id=man.seat_id,
                shift_id=shift.id,
                at=uow.now,
            ),
        )
    return each * len(called_out)


async def settle_late_cancel(uow: Uow, shift: Shift, booked: int) -> int:
    """Write what a client owes for cancelling inside the notice and return it, minor units; nothing of a test order."""
    if shift.test:
        return 0
    terms = await _terms(uow, shift)
    percent = (await policy_in_force(uow)).policy.money.late_cancel_fee_percent
    fee = late_cancel_fee(terms.card, booked, percent, terms.minimum_hours)
    await post(
        uow,
        Transfer(
            debit=Side(AccountKind.CLIENT, shift.client_id),
            credit=_REVENUE,
            amount_minor=fee,
            currency=shift.currency,
            kind=TransferKind.CANCEL_FEE,
            subject_id=shift.id,
            shift_id=shift.id,
            at=uow.now,
        ),
    )
    return fee


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the order was promised, whatever cards and policies say since."""

    card: RateCard
    conditions: Sequence[str]
    urgent: bool
    minimum_hours: Decimal


async def _terms(uow: Uow, shift: Shift) -> _Terms:
    row = await uow.fetchrow(
        """SELECT rate_card_id, conditions, urgent, (quote ->> 'minimum_hours')::numeric AS minimum_hours
           FROM orders WHERE franchise_id = $1 AND id = $2""",
        uow.franchise_id,
        shift.order_id,
    )
    assert row is not None, "a shift's order is there"
    stored = await card_by_id(uow, row["rate_card_id"])
    return _Terms(stored.card, row["conditions"], row["urgent"], row["minimum_hours"])


async def _settle_man(uow: Uow, shift: Shift, terms: _Terms, man: Hours) -> tuple[int, int]:
    planned = -((shift.starts_at - shift.ends_at) // timedelta(minutes=1))
    minutes = planned if man.actual_minutes is None else man.actual_minutes
    span = TimeSpan(
        starts_at=shift.starts_at,
        ends_at=shift.ends_at if man.actual_minutes is None else shift.starts_at + timedelta(minutes=max(1, minutes)),
        zone=ZoneInfo(shift.zone),
    )
    price = quote(
        terms.card,
        [span],
        1,
        conditions=terms.conditions,
        urgent=terms.urgent,
        holidays=holidays_in(terms.card, [span]),
        house_minimum_hours=terms.minimum_hours,
        tier_headcount=shift.headcount,
    )
    billed = bill_minutes(planned, minutes, minimum_minutes(terms.card, terms.minimum_hours))
    await _timesheet(
        uow, shift, man, kind="work", minutes=minutes, bill=price.bill_minor, pay=price.pay_minor, billed=billed
    )
    sides = (
        (Side(AccountKind.CLIENT, shift.client_id), _REVENUE, price.bill_minor, TransferKind.BILL),
        (_LABOUR, Side(AccountKind.WORKER, man.worker_id), price.pay_minor, TransferKind.PAY),
    )
    for debit, credit, amount, kind in sides:
        await post(
            uow,
            Transfer(
                debit=debit,
                credit=credit,
                amount_minor=amount,
                currency=shift.currency,
                kind=kind,
                subject_id=man.seat_id,
                shift_id=shift.id,
                at=uow.now,
            ),
        )
    return price.bill_minor, price.pay_minor


async def _timesheet(
    uow: Uow, shift: Shift, man: Hours, *, kind: str, minutes: int, bill: int, pay: int, billed: int | None = None
) -> None:
    planned = -((shift.starts_at - shift.ends_at) // timedelta(minutes=1))
    paid = billed if billed is not None else minutes
    await uow.run(
        """INSERT INTO timesheets (seat_id, franchise_id, shift_id, worker_id, kind, planned_minutes, actual_minutes,
               billed_minutes, paid_minutes, bill_minor, pay_minor, currency, author, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (seat_id) DO NOTHING""",
        man.seat_id,
        uow.franchise_id,
        shift.id,
        man.worker_id,
        kind,
        planned,
        minutes if kind == "work" else 0,
        billed or 0,
        paid,
        bill,
        pay,
        shift.currency,
        uow.actor,
        uow.now,
    )


async def money_of_shift(uow: Uow, shift_id: UUID) -> ShiftMoney | None:
    """Read the totals of a closed shift, None before it is closed."""
    row = await uow.fetchrow(
        """SELECT sum(bill_minor)::bigint AS bill, sum(pay_minor)::bigint AS pay,
                  coalesce(sum(pay_minor) FILTER (WHERE kind <> 'work'), 0)::bigint AS call_out,
                  min(currency) AS currency
           FROM timesheets WHERE franchise_id = $1 AND shift_id = $2""",
        uow.franchise_id,
        shift_id,
    )
    if row is None or row["currency"] is None:
        return None
    return ShiftMoney(row["bill"], row["pay"], row["call_out"], row["currency"])
