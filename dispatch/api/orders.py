"""Orders: place, read, change, cancel; quotes and rate cards."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyReused, OnceDep
from dispatch.api.versions import IfMatchDep, VersionMissing, set_version
from dispatch.clients.errors import ClientArchived, ClientNotFound, SiteNotFound
from dispatch.crew.errors import WorkerAlreadyBooked
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.text import ExternalId
from dispatch.kit.uow import Uow
from dispatch.orders import queries
from dispatch.orders.commands import GetQuote, PlaceOrder
from dispatch.orders.errors import (
    ExternalIdTaken,
    OrderChangedMeanwhile,
    OrderNotFound,
    ShiftInThePast,
    ShiftsOverlap,
)
from dispatch.orders.place import quote_order
from dispatch.orders.rules import OrderStatus, ShiftStatus
from dispatch.orders.shifts import ShiftNotFound
from dispatch.pricing.card import RateCard
from dispatch.pricing.errors import ConditionNotOnRateCard, RateCardMissing
from dispatch.pricing.rules import Quote
from dispatch.pricing.service import cards_in_force, write_rate_card
from dispatch.staffing.cancel import CancelOrder, OrderIsOver, cancel_order
from dispatch.staffing.change import ChangedOrder, ChangeOrder, ShiftHasStarted, change_order
from dispatch.staffing.order import take_order
from dispatch.workers.skills import Service

router = APIRouter(tags=["orders"])

_UNCHANGEABLE: Final = (
    OrderNotFound,
    OrderChangedMeanwhile,
    ShiftHasStarted,
    ShiftNotFound,
    ShiftInThePast,
    ShiftsOverlap,
    SiteNotFound,
    WorkerAlreadyBooked,
    VersionMissing,
)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ShiftLine(_Answer):
    """A shift in a list; `local_start` and `local_end` are wall times of `zone`."""

    id: UUID
    n: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zone: str
    local_start: datetime
    local_end: datetime
    headcount: int
    cover: int
    status: ShiftStatus
    version: int


class PlacedShiftOut(_Answer):
    """A shift as created."""

    id: UUID
    n: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    headcount: int
    cover: int


class OrderPlaced(_Answer):
    """An order as created; the total is net of VAT, in minor units."""

    id: UUID
    total_minor: int
    currency: str
    shifts: tuple[PlacedShiftOut, ...]


class OrderOut(_Answer):
    """An order with its shifts; a `test` one was placed with a test key: no real phone, no real people, no money."""

    id: UUID
    client_id: UUID
    site_id: UUID
    service: Service
    headcount: int
    conditions: tuple[str, ...]
    min_tier: str | None
    urgent: bool
    urgent_reason: str | None
    over_invite: dict[str, Any] | None
    external_id: str | None
    note: str
    status: OrderStatus
    total_minor: int
    currency: str
    test: bool
    created_at: AwareDatetime
    version: int
    shifts: tuple[ShiftLine, ...]


class EffectOut(_Answer):
    """What a change does to one shift: seats released, call-out pay for them, seats whose men must answer again."""

    shift_id: UUID
    released: tuple[UUID, ...]
    call_out_minor: int
    must_answer: tuple[UUID, ...]


class OrderChanged(_Answer):
    """What a change did, or in a preview would do, shift by shift, and the price before and after it."""

    id: UUID
    preview: bool
    version: int
    total_before_minor: int
    total_minor: int
    currency: str
    effects: tuple[EffectOut, ...]


class OrderCancelled(_Answer):
    """What cancelling came to, in minor units."""

    order_id: UUID
    shifts: int
    told: int
    call_out_minor: int
    fee_minor: int


class RateCardOut(_Answer):
    """A rate card in force."""

    id: UUID
    version: int
    card: RateCard


class RateCards(_Answer):
    """The rate cards in force, by service."""

    items: tuple[RateCardOut, ...]


@router.post(
    "/orders",
    status_code=201,
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(
        ClientNotFound,
        ClientArchived,
        SiteNotFound,
        PhoneInvalid,
        ShiftInThePast,
        RateCardMissing,
        ConditionNotOnRateCard,
        ExternalIdTaken,
        IdempotencyKeyReused,
    ),
)
async def post_order(command: PlaceOrder, uow: UowDep, once: OnceDep) -> OrderPlaced:
    """Place an order. It is priced, split into shifts and stored before this answers; people are asked right after."""
    return await once(_place, uow, command)


async def _place(uow: Uow, command: PlaceOrder) -> OrderPlaced:
    placed = await take_order(uow, command)
    return OrderPlaced(
        id=placed.id,
        total_minor=placed.quote.bill_minor,
        currency=str(placed.quote.currency),
        shifts=tuple(
            PlacedShiftOut(
                id=shift.id,
                n=shift.n,
                starts_at=shift.asked.starts_at,
                ends_at=shift.asked.ends_at,
                headcount=command.headcount,
                cover=shift.size.cover,
            )
            for shift in placed.shifts
        ),
    )


@router.get("/orders", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(CursorInvalid))
async def list_orders(
    uow: UowDep,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
    status: OrderStatus | None = None,
    external_id: Annotated[ExternalId | None, Query()] = None,
    client_id: UUID | None = None,
) -> Page[OrderOut]:
    """List orders, newest first."""
    rows = await queries.list_orders(
        uow,
        limit=limit + 1,
        after=read_cursor(cursor, datetime) if cursor is not None else None,
        status=status,
        external_id=external_id,
        client_id=client_id,
    )
    shifts = await _shifts(uow, [row["id"] for row in rows[:limit]])
    return Page[OrderOut].cut(
        rows,
        limit,
        item=lambda row: OrderOut.model_validate({**row, "shifts": shifts.get(row["id"], [])}),
        key=lambda row: (row["created_at"], row["id"]),
    )


@router.get("/orders/{order_id}", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(OrderNotFound))
async def get_order(order_id: UUID, uow: UowDep, response: Response) -> OrderOut:
    """Read an order; its version comes as ETag."""
    row = await queries.read_order(uow, order_id)
    set_version(response, row["version"])
    return OrderOut.model_validate({**row, "shifts": (await _shifts(uow, [order_id])).get(order_id, [])})


async def _shifts(uow: Uow, order_ids: list[UUID]) -> dict[UUID, list[ShiftLine]]:
    found: dict[UUID, list[ShiftLine]] = {}
    for row in await queries.shifts_of_orders(uow, order_ids):
        found.setdefault(row["order_id"], []).append(ShiftLine.model_validate(dict(row)))
    return found


@router.patch(
    "/orders/{order_id}",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(*_UNCHANGEABLE),
)
async def patch_order(
    order_id: UUID, command: ChangeOrder, version: IfMatchDep, uow: UowDep, response: Response
) -> OrderChanged:
    """Change headcount, times or site. Released men are told at once, the others are asked when their terms change."""
    changed = await change_order(uow, order_id, command, version)
    set_version(response, version + 1)
    return _changed(order_id, version + 1, changed, preview=False)


@router.post(
    "/orders/{order_id}/preview",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(*_UNCHANGEABLE),
)
async def preview_change(order_id: UUID, command: ChangeOrder, version: IfMatchDep, uow: UowDep) -> OrderChanged:
    """Say what a change would do, who is lost and what it costs, without doing it."""
    savepoint = await uow.session.begin_nested()
    changed = await change_order(uow, order_id, command, version)
    await savepoint.rollback()
    uow.lanes.clear()
    return _changed(order_id, version, changed, preview=True)


def _changed(order_id: UUID, version: int, changed: ChangedOrder, *, preview: bool) -> OrderChanged:
    return OrderChanged(
        id=order_id,
        preview=preview,
        version=version,
        total_before_minor=changed.price.before_minor,
        total_minor=changed.price.total_minor,
        currency=str(changed.price.currency),
        effects=tuple(EffectOut.model_validate(effect) for effect in changed.effects),
    )


@router.post(
    "/orders/{order_id}/cancel",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(OrderNotFound, OrderIsOver, IdempotencyKeyReused),
)
async def post_cancel(order_id: UUID, command: CancelOrder, uow: UowDep, once: OnceDep) -> OrderCancelled:
    """Cancel an order for its client. Everybody is told at once; nobody's rating moves."""
    return await once(_cancel, uow, order_id, command)


async def _cancel(uow: Uow, order_id: UUID, command: CancelOrder) -> OrderCancelled:
    return OrderCancelled.model_validate(await cancel_order(uow, order_id, command))


@router.post(
    "/quotes",
    dependencies=[allow(Permission.QUOTES_READ)],
    responses=responses(RateCardMissing, ConditionNotOnRateCard),
)
async def post_quote(command: GetQuote, uow: UowDep) -> Quote:
    """Price an order without placing it."""
    return await quote_order(uow, command)


@router.get("/rate-cards", dependencies=[allow(Permission.QUOTES_READ)], responses=responses())
async def get_rate_cards(uow: UowDep) -> RateCards:
    """Read the rate cards in force, by service."""
    return RateCards(items=tuple(RateCardOut.model_validate(card) for card in await cards_in_force(uow)))


@router.put("/rate-cards/{service}", dependencies=[allow(Permission.RATES_WRITE)], responses=responses())
async def put_rate_card(service: Service, card: RateCard, uow: UowDep) -> RateCardOut:
    """Put a rate card in force from now on; orders placed before keep their own."""
    return RateCardOut.model_validate(await write_rate_card(uow, card.model_copy(update={"service": str(service)})))
