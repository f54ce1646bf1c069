"""What a change or a cancellation would come to, found out by doing it and taking it back in the same transaction.

So a preview can never promise anything else than what saving does: it is the same code on the same locks. Nothing is
stored, nobody is told, no worker is woken.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.price import Price
from dispatch.staffing.cancel import CancelledOrder, CancelOrder, cancel_order
from dispatch.staffing.change import ChangeOrder, Effect, change_order
from dispatch.staffing.series_changes import ChangedSeries
from dispatch.staffing.series_days import Touched

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change would do.

    Attributes:
        effects: on each shift that lies ahead; seats released, call-out pay, seats whose men must answer again.
        price: of the order before and after.
        workers: seat -> the man on it, for every seat the effects name.
    """

    effects: Sequence[Effect]
    price: Price
    workers: dict[UUID, UUID]

    @property
    def call_out_minor(self) -> int:
        """Call-out pay of all shifts, minor units."""
        return sum(effect.call_out_minor for effect in self.effects)

    @property
    def released(self) -> list[UUID]:
        """Who would lose his seat, once for each seat."""
        return [self.workers[seat_id] for effect in self.effects for seat_id in effect.released]

    @property
    def must_answer(self) -> list[UUID]:
        """Who would be asked whether the new terms suit him, once for each seat."""
        return [self.workers[seat_id] for effect in self.effects for seat_id in effect.must_answer]


async def foresee_change(uow: Uow, order_id: UUID, command: ChangeOrder, version: int) -> Foreseen:
    """Say what changing an order would do, and do nothing; raises what `change_order` raises."""
    changed = await _and_back(uow, change_order(uow, order_id, command, version))
    seats = [seat_id for effect in changed.effects for seat_id in (*effect.released, *effect.must_answer)]
    rows = await uow.fetch(
        "SELECT id, worker_id FROM seats WHERE franchise_id = $1 AND id = ANY ($2)", uow.franchise_id, seats
    )
    return Foreseen(changed.effects, changed.price, {row["id"]: row["worker_id"] for row in rows})


async def foresee_cancel(uow: Uow, order_id: UUID, reason: str) -> CancelledOrder:
    """Say what cancelling an order would come to, and do nothing; raises what `cancel_order` raises."""
    return await _and_back(uow, cancel_order(uow, order_id, CancelOrder(reason=reason)))


@dataclass(frozen=True, slots=True)
class ForeseenSeries:
    """What a change of a series would do, and what all its open orders come to before and after it, in minor units."""

    touched: Touched
    before_minor: int
    after_minor: int


async def foresee_series(uow: Uow, series_id: UUID, act: Awaitable[ChangedSeries]) -> ForeseenSeries:
    """Say what a change of a series would come to, and do nothing; raises what the change raises."""

    async def summed() -> tuple[Touched, int]:
        changed = await act
        return changed.touched, await _sum_of_open(uow, [series_id, changed.series.id])

    before = await _sum_of_open(uow, [series_id])
    touched, after = await _and_back(uow, summed())
    uow.session.expunge_all()  # rows read meanwhile are not as they were read
    return ForeseenSeries(touched, before, after)


async def _sum_of_open(uow: Uow, series: Sequence[UUID]) -> int:
    found: int = await uow.fetchval(
        """SELECT coalesce(sum(o.total_minor), 0)::bigint FROM series_days d
           JOIN orders o ON o.franchise_id = d.franchise_id AND o.id = d.order_id AND o.status = 'open'
           WHERE d.franchise_id = $1 AND d.series_id = ANY ($2)""",
        uow.franchise_id,
        list(series),
    )
    return found


async def _and_back(uow: Uow, act: Awaitable[ResultT]) -> ResultT:
    lanes = set(uow.lanes)
    savepoint = await uow.session.begin_nested()
    try:
        return await act
    finally:
        await savepoint.rollback()
        uow.lanes = lanes
