"""An order changes: more or fewer people, another time, another address; previewed before it is saved.

Every effect is in one transaction. Fewer: the seats are dealt again before the headcount moves. Another time or place:
the shift's terms get a new version and every holder of a seat must answer; silence takes no seat, a no costs nothing.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, change_kind, live_seats, lock_workers, move_seat, set_limits
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant, wall_of
from dispatch.matching.plan import cover as least_cover
from dispatch.money.shift_money import Hours, settle_call_outs
from dispatch.orders.commands import Headcount
from dispatch.orders.errors import OrderChangedMeanwhile, OrderNotFound
from dispatch.orders.shifts import Shift, lock_shifts, read_shift, settle_status, shifts_of_order
from dispatch.orders.timeline import note
from dispatch.sms.service import NewQuestion, QuestionKind, close_questions, fresh_code, open_question
from dispatch.sms.texts import Template
from dispatch.staffing.cover import PRIOR_SHOW, reckon_cover
from dispatch.staffing.events import LIMIT_DUE, WAVE_DUE
from dispatch.staffing.facts import contacts_of, place_of
from dispatch.staffing.gaps import close_gaps, facts_of
from dispatch.staffing.lifecycle import set_shift_timers
from dispatch.staffing.rules import attendance_limits, deal_again, reserve_capacity, standby_capacity
from dispatch.staffing.seating import set_reminders, unfollow_seat
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
        if not timedelta(0) < self.ends_at - self.starts_at <= timedelta(hours=24):
            raise ValueError("ends_at: must be later than starts_at, and by 24 hours at most")
        return self


class ChangeOrder(BaseModel):
    """What changes; what is left out stays. The headcount holds for every shift that has not started."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headcount: Headcount | None = None
    times: Annotated[tuple[ShiftTimes, ...], Field(max_length=62)] = ()
    site_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one shift: who is released, at what cost, who must answer again."""

    shift_id: UUID
    released: tuple[UUID, ...] = ()
    call_out_minor: int = 0
    must_answer: tuple[UUID, ...] = ()


async def change_order(uow: Uow, order_id: UUID, command: ChangeOrder, version: int) -> list[Effect]:
    """Change an order and return what it did, shift by shift. A preview is this, rolled back by its caller.

    Raises:
        OrderNotFound: there is none.
        OrderChangedMeanwhile: somebody changed it since `version`.
        ShiftHasStarted: nothing of it lies ahead.
        WorkerAlreadyBooked: new times clash with another seat of somebody seated here.
    """
    await _claim(uow, order_id, command, version)
    policy = (await policy_in_force(uow)).policy
    shifts = await lock_shifts(uow, await shifts_of_order(uow, order_id))
    ahead = [shift for shift in shifts if shift.ahead]
    if not ahead:
        raise ShiftHasStarted("Every shift of this order has started or is over.", order_id=order_id)
    times = {item.shift_id: item for item in command.times}
    effects = []
    for shift in ahead:
        effect = Effect(shift.id)
        if shift.id in times or command.site_id is not None:
            effect = await _move(uow, shift, times.get(shift.id), command.site_id, policy)
        fresh = await read_shift(uow, shift.id)
        if command.headcount is not None and command.headcount != fresh.headcount:
            effect = await _resize(uow, fresh, command.headcount, effect, policy)
        await close_gaps(uow, shift.id, policy)
        effects.append(effect)
    await outbox.schedule(uow, WAVE_DUE, order_id, uow.now)
    return effects


async def _claim(uow: Uow, order_id: UUID, command: ChangeOrder, version: int) -> None:
    found = await uow.fetchval(
        "SELECT version FROM orders WHERE franchise_id = $1 AND id = $2", uow.franchise_id, order_id
    )
    if found is None:
        raise OrderNotFound("There is no such order in this franchise.")
    changed = await uow.run(
        """UPDATE orders SET headcount = coalesce($3, headcount), site_id = coalesce($4, site_id), version = version + 1
           WHERE franchise_id = $1 AND id = $2 AND version = $5 AND status = 'open'""",
        uow.franchise_id,
        order_id,
        command.headcount,
        command.site_id,
        version,
    )
    if not changed:
        raise OrderChangedMeanwhile(
            "The order was changed or ended meanwhile: read it again, then repeat.", version=found
        )


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
    await uow.run(
        """UPDATE shifts SET headcount = $2, cover = $3, reserve_capacity = $4,
               standby_capacity = greatest($5, standby_count),
               version = version + 1 WHERE id = $1""",
        shift.id,
        headcount,
        max(needed, headcount),
        places,
        standby_capacity(headcount, policy.staffing),
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
        await move_seat(uow, seat, SeatStatus.RELEASED, reason="fewer wanted")
        await unfollow_seat(uow, seat)
    # Room for every reserve while seats change places; the final number of places follows in the same transaction.
    room = len(deal.reserve) + len(seats)
    await uow.run("UPDATE shifts SET reserve_capacity = greatest(reserve_capacity, $2) WHERE id = $1", shift.id, room)
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


async def _move(uow: Uow, shift: Shift, times: ShiftTimes | None, site_id: UUID | None, policy: Policy) -> Effect:
    """Move a shift in time or place: a new version of its terms, every holder of a seat is asked anew."""
    await uow.run(
        """UPDATE shifts f SET starts_at = $2, ends_at = $3, local_start = $4, local_end = $5,
               site_id = coalesce(s.id, f.site_id), location = coalesce(s.location, f.location),
               region = coalesce(s.region, f.region), zone = coalesce(s.zone, f.zone),
               terms_version = f.terms_version + 1, version = f.version + 1
           FROM (SELECT 1) one LEFT JOIN sites s ON s.franchise_id = $6 AND s.id = $7 WHERE f.id = $1""",
        shift.id,
        times.starts_at if times else shift.starts_at,
        times.ends_at if times else shift.ends_at,
        wall_of(times.starts_at if times else shift.starts_at, shift.zone),
        wall_of(times.ends_at if times else shift.ends_at, shift.zone),
        uow.franchise_id,
        site_id,
    )
    moved = await read_shift(uow, shift.id)
    await set_shift_timers(uow, moved, policy.pace)
    await note(uow, shift.id, "terms_changed", terms_version=moved.terms_version, starts_at=moved.starts_at)
    asked = []
    for seat in await live_seats(uow, shift.id):
        grace_at, limit_at = attendance_limits(policy.pace, moved.starts_at)
        await set_limits(uow, seat.id, due_at=moved.starts_at, grace_at=grace_at, limit_at=limit_at, announced_min=None)
        if seat.kind is not SeatKind.STANDBY:
            await outbox.schedule(uow, LIMIT_DUE, seat.id, limit_at)
        await _ask_change(uow, moved, seat, policy)
        asked.append(seat.id)
    return Effect(shift.id, must_answer=tuple(asked))


async def _ask_change(uow: Uow, shift: Shift, seat: Seat, policy: Policy) -> None:
    if seat.status is SeatStatus.RECONFIRMED:
        await move_seat(uow, seat, SeatStatus.BOOKED, reason="terms changed")
    contact = (await contacts_of(uow, [seat.worker_id]))[seat.worker_id]
    place = await place_of(uow, shift)
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.RECONFIRM, QuestionKind.CHANGE])
    question = await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=seat.worker_id,
            kind=QuestionKind.CHANGE,
            subject_id=seat.id,
            shift_id=shift.id,
            code=await fresh_code(uow, contact.phone_id),
            closes_at=shift.starts_at,
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            detail={"terms_version": shift.terms_version},
        ),
    )
    await tell(
        uow,
        contact,
        Template.CHANGE,
        place,
        key=(seat.id, shift.terms_version),
        question_id=question.id,
        code=question.code,
    )
    if seat.kind is not SeatKind.STANDBY:
        await set_reminders(uow, seat, place, policy.pace)
    await reckon_cover(uow, shift.id, policy)
    await settle_status(uow, shift.id)
