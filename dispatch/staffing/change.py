"""An order changes: more or fewer people, another time, another address; previewed before it is saved.

Every effect is in one transaction. Fewer: the seats are dealt again before the headcount moves. Another time or place:
see `reschedule.py`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.clients.errors import SiteNotFound
from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, change_kind, live_seats, lock_workers, move_seat
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.matching.plan import cover as least_cover
from dispatch.money.shift_money import Hours, settle_call_outs
from dispatch.orders.commands import LONGEST_SHIFT, MOST_SHIFTS, Headcount
from dispatch.orders.errors import ShiftInThePast, ShiftsOverlap
from dispatch.orders.life import claim_order
from dispatch.orders.place import STARTED_AGO
from dispatch.orders.price import Price, reprice_order
from dispatch.orders.queries import read_order
from dispatch.orders.shifts import (
    Shift,
    ShiftNotFound,
    lock_shifts,
    make_room,
    read_shift,
    resize_shift,
    shifts_of_order,
)
from dispatch.orders.timeline import note
from dispatch.sms.texts import Template
from dispatch.staffing.cover import PRIOR_SHOW
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.facts import contacts_of, place_of
from dispatch.staffing.gaps import close_gaps, facts_of
from dispatch.staffing.reschedule import Move, reschedule
from dispatch.staffing.rules import deal_again, reserve_capacity, standby_capacity
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force


class ShiftHasStarted(Conflict):
    """A shift that runs, or is over, is not changed any more."""


class ShiftTimes(BaseModel):
    """New times of one shift."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift_id: UUID
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _length(self) -> Self:
        if not timedelta(0) < self.ends_at - self.starts_at <= LONGEST_SHIFT:
            raise ValueError("ends_at: must be later than starts_at, and by 24 hours at most")
        return self


class ChangeOrder(BaseModel):
    """What changes; what is left out stays. Headcount and site hold for every shift that has not started."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headcount: Headcount | None = None
    times: Annotated[tuple[ShiftTimes, ...], Field(max_length=MOST_SHIFTS)] = ()
    site_id: UUID | None = None

    @model_validator(mode="after")
    def _something_once(self) -> Self:
        if self.headcount is None and self.site_id is None and not self.times:
            raise ValueError("send headcount, times or site_id: something has to change")
        if any(count > 1 for count in Counter(item.shift_id for item in self.times).values()):
            raise ValueError("times: give each shift once")
        return self


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one shift: who is released, at what cost, who must answer again."""

    shift_id: UUID
    released: tuple[UUID, ...] = ()
    call_out_minor: int = 0
    must_answer: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """What a change came to: its effect on each shift that lay ahead, and the price before and after."""

    effects: Sequence[Effect]
    price: Price


async def change_order(uow: Uow, order_id: UUID, command: ChangeOrder, version: int) -> ChangedOrder:
    """Change an order and return what it did, shift by shift. A preview is this, rolled back by its caller.

    Raises:
        OrderNotFound: there is none.
        OrderChangedMeanwhile: somebody changed it since `version`.
        ShiftHasStarted: nothing of it lies ahead, or a shift whose times change does not.
        ShiftNotFound: times for a shift that is not of this order.
        ShiftInThePast: a new time lies before now.
        ShiftsOverlap: two of its shifts would be at the same time.
        SiteNotFound: no such site of this client, or an archived one.
        WorkerAlreadyBooked: new times clash with other seats of men seated here; `workers` lists them.
    """
    order = await read_order(uow, order_id)
    site = await _new_site(uow, command, client_id=order["client_id"])
    # Shifts before the order: whoever closes or cancels takes the locks the same way round.
    shifts = await lock_shifts(uow, await shifts_of_order(uow, order_id))
    await claim_order(uow, order_id, version=version, headcount=command.headcount, site_id=command.site_id)
    moves = _moves(uow.now, shifts, command, site)
    policy = (await policy_in_force(uow)).policy
    asked = await reschedule(uow, moves, site, policy.pace) if moves else {}
    effects = []
    for shift in (shift for shift in shifts if shift.ahead):
        effect = Effect(shift.id, must_answer=asked.get(shift.id, ()))
        fresh = await read_shift(uow, shift.id)
        if command.headcount is not None and command.headcount != fresh.headcount:
            effect = await _resize(uow, fresh, command.headcount, effect, policy)
        await close_gaps(uow, shift.id, policy)
        effects.append(effect)
    price = await reprice_order(uow, order_id)
    await outbox.schedule(uow, WAVE_DUE, order_id, uow.now)
    return ChangedOrder(effects, price)


async def _new_site(uow: Uow, command: ChangeOrder, client_id: UUID) -> Site | None:
    if command.site_id is None:
        return None
    site = await site_of(uow, command.site_id)
    if site.client_id != client_id or site.archived_at is not None:
        raise SiteNotFound
    return site


def _moves(now: datetime, shifts: Sequence[Shift], command: ChangeOrder, site: Site | None) -> list[Move]:
    """Return what moves in time or place of the shifts that lie ahead, once it makes sense together."""
    ahead = [shift for shift in shifts if shift.ahead]
    if not ahead:
        raise ShiftHasStarted("Every shift of this order has started or is over.")
    wanted = {item.shift_id: (item.starts_at, item.ends_at) for item in command.times}
    if unknown := wanted.keys() - {shift.id for shift in shifts}:
        raise ShiftNotFound("times: there is no such shift in this order.", shifts=sorted(unknown))
    if started := wanted.keys() - {shift.id for shift in ahead}:
        raise ShiftHasStarted("times: a shift that has started or is over stays as it is.", shifts=sorted(started))
    if any(starts_at < now - STARTED_AGO for starts_at, _ in wanted.values()):
        raise ShiftInThePast("times: starts_at lies in the past; send a time from now on.")
    plan = [Move(shift, *wanted.get(shift.id, (shift.starts_at, shift.ends_at))) for shift in ahead]
    by_start = sorted(plan, key=lambda move: move.starts_at)
    if any(one.ends_at > other.starts_at for one, other in pairwise(by_start)):
        raise ShiftsOverlap("times: two shifts of this order would overlap; send times that follow one another.")
    return [
        move
        for move in plan
        if (move.starts_at, move.ends_at) != (move.shift.starts_at, move.shift.ends_at)
        or (site is not None and site.id != move.shift.site_id)
    ]


async def _resize(uow: Uow, shift: Shift, headcount: int, effect: Effect, policy: Policy) -> Effect:
    """More: promote, then waves. Fewer: deal the seats again before the headcount moves, release the rest unmarked."""
    seats = [seat for seat in await live_seats(uow, shift.id) if seat.kind is not SeatKind.STANDBY]
    needed = least_cover(
        headcount,
        [seat.p_show for seat in seats if seat.status is not SeatStatus.DOUBTFUL],
        [seat.p_show for seat in seats if seat.status is SeatStatus.DOUBTFUL],
        prior_show=PRIOR_SHOW,
        target=policy.staffing.target,
        cover_factor=policy.staffing.cover_factor,
    )
    if headcount < shift.headcount:
        effect = await _deal(uow, shift, seats, headcount, needed, effect, policy)
    reserves = await uow.fetchval("SELECT reserve_count FROM shifts WHERE id = $1", shift.id)
    places = max(reserve_capacity(needed, headcount, 0, policy.staffing), reserves)
    await resize_shift(
        uow,
        shift,
        headcount=headcount,
        cover=max(needed, headcount),
        reserve_capacity=places,
        standby_capacity=standby_capacity(headcount, policy.staffing),
    )
    await note(uow, shift.id, "headcount_changed", was=shift.headcount, headcount=headcount, cover=needed)
    return effect


async def _deal(
    uow: Uow, shift: Shift, seats: list[Seat], headcount: int, cover: int, effect: Effect, policy: Policy
) -> Effect:
    deal = deal_again([facts_of(seat) for seat in seats], headcount, cover)
    by_id = {seat.id: seat for seat in seats}
    await lock_workers(uow, [seat.worker_id for seat in seats])
    released = [by_id[seat_id] for seat_id in deal.released]
    for seat in released:
        there = seat.status is SeatStatus.ARRIVED
        ended = SeatStatus.TURNED_AWAY_ON_SITE if there else SeatStatus.RELEASED
        await move_seat(uow, seat, ended, reason="fewer wanted")
        await unfollow_seat(uow, seat)
    # Room for every reserve while seats change places; the final number of places follows in the same transaction.
    room = len(deal.reserve) + len(seats)
    await make_room(uow, shift, room)
    for seat_id in deal.reserve:
        await change_kind(uow, by_id[seat_id], SeatKind.RESERVE)
    for seat_id in deal.primary:
        await change_kind(uow, by_id[seat_id], SeatKind.PRIMARY)
    inside = shift.starts_at - uow.now <= policy.calendar.client_fewer_notice
    cost = await settle_call_outs(uow, shift, [Hours(s.id, s.worker_id) for s in released]) if inside else 0
    contacts = await contacts_of(uow, [seat.worker_id for seat in released])
    place = await place_of(uow, shift)
    for seat in released:
        hours = policy.money.call_out_hours if inside else None
        await tell(uow, contacts[seat.worker_id], Template.RELEASED, place, key=(seat.id, "fewer"), hours=hours)
        await note(uow, shift.id, "released", worker_id=seat.worker_id, seat_id=seat.id, reason="fewer wanted")
    return replace(effect, released=tuple(seat.id for seat in released), call_out_minor=effect.call_out_minor + cost)
