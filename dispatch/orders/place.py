"""An order is placed: checked, priced, split into shifts, and stored with its first event in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.clients.errors import SiteNotFound
from dispatch.clients.queries import site_of
from dispatch.clients.service import require_open
from dispatch.kit import outbox
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.orders.commands import AskedShift, GetQuote, PlaceOrder
from dispatch.orders.errors import ShiftInThePast
from dispatch.orders.price import hourly, price_shifts
from dispatch.orders.timeline import note
from dispatch.pricing.rules import Quote
from dispatch.pricing.service import StoredCard, card_in_force
from dispatch.workers.skills import DOCUMENTS, SKILL_BITS

ORDER_PLACED: Final = "staffing.order_placed"
"""The event an order begins with; subject: the order."""

STARTED_AGO: Final = timedelta(minutes=5)
"""A shift may have started this long ago: clocks differ and people type."""


@dataclass(frozen=True, slots=True)
class CrewSize:
    """How many to seat and how many places to keep beyond the headcount."""

    cover: int
    reserve_capacity: int
    standby_capacity: int


@dataclass(frozen=True, slots=True)
class PlacedShift:
    """A shift as created; times are instants."""

    id: UUID
    n: int
    asked: AskedShift
    size: CrewSize


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as created."""

    id: UUID
    quote: Quote
    shifts: Sequence[PlacedShift]


@dataclass(frozen=True, slots=True)
class _Site:
    id: UUID
    zone: str


async def place_order(
    uow: Uow, command: PlaceOrder, site_id: UUID, size: CrewSize, *, order_id: UUID | None = None
) -> PlacedOrder:
    """Store an order, its shifts and the event that starts its staffing.

    The price is the rate card's in force now and stays with the order. Shifts keep the site-local times they were meant
    at beside the instants.

    Args:
        uow: the tenant's unit of work.
        command: the order; its times are checked for overlap already.
        site_id: the site, the command's own or one made from it.
        size: cover and places of each shift, reckoned by the staffing rules.
        order_id: the id it was promised to somebody under, fresh from `new_id()`; by default one is made.

    Raises:
        ClientNotFound, SiteNotFound: not of this franchise, or archived.
        ShiftInThePast: a shift starts before now.
        RateCardMissing: no price for the service.
        ConditionNotOnRateCard: a condition without a price.
        ExternalIdTaken: the external id is used.
    """
    site = await _site_of(uow, command.client_id, site_id)
    if min(shift.starts_at for shift in command.shifts) < uow.now - STARTED_AGO:
        raise ShiftInThePast("shifts: starts_at lies in the past; send a time from now on.")
    stored = await card_in_force(uow, command.service)
    price = await _price(uow, stored, command.shifts, ZoneInfo(site.zone), command)
    order_id = order_id or new_id()
    await _insert_order(uow, order_id, command, site, stored, price)
    ordered = sorted(command.shifts, key=lambda shift: shift.starts_at)
    shifts = [PlacedShift(new_id(), n, asked, size) for n, asked in enumerate(ordered, start=1)]
    await _insert_shifts(uow, order_id, command, site, price, shifts)
    for shift in shifts:
        await note(uow, shift.id, "order_placed", order_id=order_id, headcount=command.headcount, cover=size.cover)
    await outbox.emit(uow, ORDER_PLACED, order_id)
    return PlacedOrder(order_id, price, shifts)


async def quote_order(uow: Uow, command: GetQuote) -> Quote:
    """Price an order without placing it.

    Raises:
        RateCardMissing: no price for the service.
        ConditionNotOnRateCard: a condition without a price.
    """
    stored = await card_in_force(uow, command.service)
    return await _price(uow, stored, command.shifts, ZoneInfo(command.zone), command)


async def _site_of(uow: Uow, client_id: UUID, site_id: UUID) -> _Site:
    await require_open(uow, client_id)
    site = await site_of(uow, site_id)
    if site.client_id != client_id or site.archived_at is not None:
        raise SiteNotFound
    return _Site(site.id, site.zone)


async def _price(
    uow: Uow, stored: StoredCard, shifts: Sequence[AskedShift], zone: ZoneInfo, asked: PlaceOrder | GetQuote
) -> Quote:
    times = sorted((shift.starts_at, shift.ends_at) for shift in shifts)
    return await price_shifts(
        uow, stored, times, zone, asked.headcount, conditions=asked.conditions, urgent=asked.urgent
    )


async def _insert_order(
    uow: Uow, order_id: UUID, command: PlaceOrder, site: _Site, stored: StoredCard, price: Quote
) -> None:
    await uow.run(
        """INSERT INTO orders (id, franchise_id, client_id, site_id, service, headcount, conditions, min_tier, urgent,
               urgent_reason, over_invite, external_id, note, rate_card_id, quote, total_minor, currency, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)""",
        order_id,
        uow.franchise_id,
        command.client_id,
        site.id,
        str(command.service),
        command.headcount,
        list(command.conditions),
        str(command.min_tier) if command.min_tier else None,
        command.urgent,
        command.urgent_reason,
        command.over_invite.model_dump_json(exclude_none=True) if command.over_invite else None,
        command.external_id,
        command.note or "",
        stored.id,
        price.model_dump_json(),
        price.bill_minor,
        str(price.currency),
        uow.actor,
    )


async def _insert_shifts(
    uow: Uow, order_id: UUID, command: PlaceOrder, site: _Site, price: Quote, shifts: Sequence[PlacedShift]
) -> None:
    rates = [hourly(price, n) for n in range(len(shifts))]
    await uow.run(
        """INSERT INTO shifts (id, franchise_id, order_id, client_id, site_id, n, service, skill, documents, location,
               region, zone, local_start, local_end, starts_at, ends_at, headcount, cover, reserve_capacity,
               standby_capacity, urgent, bill_rate_minor, pay_rate_minor, currency, attendance_source)
           SELECT u.id, $1, $2, $3, s.id, u.n, $4, $5, $6, s.location, s.region, s.zone, u.local_start, u.local_end,
                  u.starts_at, u.ends_at, $7, $8, $9, $10, $11, u.bill, u.pay, $12, s.attendance_source
           FROM unnest($13::uuid[], $14::smallint[], $15::timestamp[], $16::timestamp[], $17::timestamptz[],
                       $18::timestamptz[], $19::bigint[], $20::bigint[])
                AS u (id, n, local_start, local_end, starts_at, ends_at, bill, pay)
           JOIN sites s ON s.franchise_id = $1 AND s.id = $21""",
        uow.franchise_id,
        order_id,
        command.client_id,
        str(command.service),
        SKILL_BITS[command.service],
        [str(kind) for kind in DOCUMENTS[command.service]],
        command.headcount,
        shifts[0].size.cover,
        shifts[0].size.reserve_capacity,
        shifts[0].size.standby_capacity,
        command.urgent,
        str(price.currency),
        [shift.id for shift in shifts],
        [shift.n for shift in shifts],
        [wall_of(shift.asked.starts_at, site.zone) for shift in shifts],
        [wall_of(shift.asked.ends_at, site.zone) for shift in shifts],
        [shift.asked.starts_at for shift in shifts],
        [shift.asked.ends_at for shift in shifts],
        [bill for bill, _ in rates],
        [pay for _, pay in rates],
        site.id,
    )
