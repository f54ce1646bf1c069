"""A seat ended: a reserve moves up at once, the standby is asked, then a wave looks for others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.crew.holds import held_for_others
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, change_kind, live_seats, lock_workers, move_seat, read_seat, set_limits
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, make_room, read_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.sms.service import (
    NOT_MEANT,
    Answer,
    NewQuestion,
    QuestionKind,
    answer_question,
    close_questions,
    fresh_code,
    open_question,
)
from dispatch.sms.texts import Template
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.events import GAP_FOUND, LIMIT_DUE, SEAT_TAKEN, WAVE_DUE
from dispatch.staffing.facts import contact_of, contacts_of, place_of
from dispatch.staffing.rules import SeatFacts, attendance_limits, promotion_asks, promotion_order, promotion_window
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.stated import speaks_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

_CALLED: Final = "called"
"""In a promotion's question: whether the site called him, so that he has a place even with the crew complete."""


def facts_of(seat: Seat) -> SeatFacts:
    """Return what the rules need to know of a seat."""
    return SeatFacts(
        seat_id=seat.id,
        kind=seat.kind,
        accepted_at=seat.accepted_at,
        rating=seat.rating,
        reconfirmed=seat.status in (SeatStatus.RECONFIRMED, SeatStatus.ARRIVED),
        doubtful=seat.status in (SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED),
        arrived_at=seat.arrived_at,
    )


async def close_gaps(uow: Uow, shift_id: UUID, policy: Policy) -> None:
    """Close what gaps a locked shift has: promote reserves, ask standby, let the waves look.

    Safe to call whenever something may have changed; without a gap it changes nothing.
    """
    shift = await reckon_cover(uow, shift_id, policy)
    if not shift.open:
        return
    await _promote_reserves(uow, shift)
    shift = await read_shift(uow, shift_id)
    await _ask_standby(uow, shift, policy)
    await settle_status(uow, shift_id)
    if shift.ahead and shift.paused_at is None and shift.seated < shift.cover:
        await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)


async def _promote_reserves(uow: Uow, shift: Shift) -> None:
    """Move reserves up, unasked, in order of claim: the arrived first, then by acceptance."""
    open_places = shift.headcount - shift.primary_count - await held_for_others(uow, shift.id)
    if open_places <= 0:
        return
    reserves = {seat.id: seat for seat in await live_seats(uow, shift.id) if seat.kind is SeatKind.RESERVE}
    for facts in promotion_order([facts_of(seat) for seat in reserves.values()])[:open_places]:
        seat = reserves[facts.seat_id]
        if not await change_kind(uow, seat, SeatKind.PRIMARY):
            continue
        await note(uow, shift.id, "promoted", worker_id=seat.worker_id, seat_id=seat.id, was=seat.kind)
        await _tell_promoted(uow, shift, seat)


async def _tell_promoted(uow: Uow, shift: Shift, seat: Seat) -> None:
    contact = await contact_of(uow, seat.worker_id)
    await tell(uow, contact, Template.PROMOTED, await place_of(uow, shift), key=(seat.id,))


async def _ask_standby(uow: Uow, shift: Shift, policy: Policy) -> None:
    """Ask the standby for what is missing to the cover (once the shift runs: to the headcount), two per open seat."""
    wanted = shift.cover if shift.ahead else shift.headcount
    missing = wanted - (shift.seated if shift.ahead else shift.primary_count)
    standby = [seat for seat in await live_seats(uow, shift.id) if seat.kind is SeatKind.STANDBY]
    asked = [seat for seat in standby if seat.status is SeatStatus.ASKED]
    silent = await _whose_question_closed(uow, asked)
    for seat in silent:
        await move_seat(uow, seat, SeatStatus.BOOKED, reason="silent to a promotion")
    if missing <= 0 or shift.paused_at is not None:
        return
    ready = [seat for seat in standby if _may_be_asked(seat, shift)]
    count = promotion_asks(policy.pace, missing, len(asked) - len(silent))
    if not ready[:count]:
        return
    closes_at = uow.now + promotion_window(policy.pace, uow.now, shift.starts_at)
    await _send_promotions(uow, shift, ready[:count], closes_at)
    await outbox.schedule(uow, GAP_FOUND, shift.id, closes_at)


def _may_be_asked(seat: Seat, shift: Shift) -> bool:
    """Whether a standby may be asked to come: not silent before, and not owing an answer to changed terms."""
    return seat.status is SeatStatus.BOOKED and seat.reason is None and seat.terms_version == shift.terms_version


async def _whose_question_closed(uow: Uow, asked: Sequence[Seat]) -> list[Seat]:
    rows = await uow.fetch(
        """SELECT subject_id FROM questions WHERE subject_id = ANY ($1) AND kind = 'promotion' AND status = 'open'
           AND (closes_at IS NULL OR closes_at > $2)""",
        [seat.id for seat in asked],
        uow.now,
    )
    still = {row["subject_id"] for row in rows}
    return [seat for seat in asked if seat.id not in still]


async def call_standby(uow: Uow, shift_id: UUID, policy: Policy) -> int:
    """Ask one more of the standby to come now, because the site says so; return how many were called, 0 or 1.

    Who was never asked comes first, then who was silent, then who is asked already. A reserve place is kept for him, so
    that whoever says yes comes: to work if a primary place is open by then, else for call-out pay.
    """
    shift = await read_shift(uow, shift_id)
    standby = [
        seat
        for seat in await live_seats(uow, shift_id)
        if seat.kind is SeatKind.STANDBY and seat.terms_version == shift.terms_version
    ]
    called = await _called(uow, standby)
    silent = {seat.id for seat in await _whose_question_closed(uow, standby)}
    ready = sorted(
        (seat for seat in standby if seat.id not in called),
        key=lambda seat: (seat.id not in silent, seat.reason is not None, seat.accepted_at, seat.id),
    )[:1]
    if ready:
        await make_room(uow, shift, shift.reserve_count + 1)
        closes_at = uow.now + promotion_window(policy.pace, uow.now, shift.starts_at)
        await _send_promotions(uow, shift, ready, closes_at, called=True)
        await outbox.schedule(uow, GAP_FOUND, shift.id, closes_at)
    return len(ready)


async def _called(uow: Uow, standby: Sequence[Seat]) -> set[UUID]:
    """Return the seats whose men the site has called and who may still answer."""
    rows = await uow.fetch(
        """SELECT subject_id FROM questions WHERE subject_id = ANY ($1) AND kind = 'promotion' AND status = 'open'
           AND (closes_at IS NULL OR closes_at > $2) AND (detail ->> $3)::boolean""",
        [seat.id for seat in standby],
        uow.now,
        _CALLED,
    )
    return {row["subject_id"] for row in rows}


async def _send_promotions(
    uow: Uow, shift: Shift, seats: Sequence[Seat], closes_at: datetime, *, called: bool = False
) -> None:
    place = await place_of(uow, shift)
    contacts = await contacts_of(uow, [seat.worker_id for seat in seats])
    for seat in seats:
        if seat.status is not SeatStatus.ASKED:
            await move_seat(uow, seat, SeatStatus.ASKED)
        contact = contacts[seat.worker_id]
        question = await open_question(
            uow,
            NewQuestion(
                phone_id=contact.phone_id,
                worker_id=seat.worker_id,
                kind=QuestionKind.PROMOTION,
                subject_id=seat.id,
                shift_id=shift.id,
                code=await fresh_code(uow, contact.phone_id),
                closes_at=closes_at,
                label=f"{place.local_start:%d.%m %H:%M}",
                language=contact.language,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                detail={_CALLED: called},
            ),
        )
        await tell(
            uow,
            contact,
            Template.PROMOTION,
            place,
            key=(seat.id, question.id),
            question_id=question.id,
            code=question.code,
            deadline=closes_at,
        )
        await note(uow, shift.id, "promotion_asked", worker_id=seat.worker_id, seat_id=seat.id, until=closes_at)


async def accept_promotion(uow: Uow, answer: Answer) -> str:
    """Settle a standby's yes: the first one wins, a late one too while the place is open."""
    policy = (await policy_in_force(uow)).policy
    seat = await read_seat(uow, answer.question.subject_id)
    shift = await lock_shift(uow, seat.shift_id)
    await lock_workers(uow, [seat.worker_id])
    seat = await read_seat(uow, seat.id)
    due_at = await _due_at(uow, shift, seat, policy)
    if not speaks_of(answer, [await place_of(uow, shift)], policy.pace, due_at=due_at):
        return NOT_MEANT
    await answer_question(uow, answer.question.id)
    called = bool(answer.question.detail.get(_CALLED))
    return await promote_standby(uow, shift, seat, policy, key=answer.inbound_id, called=called)


async def promote_standby(
    uow: Uow, shift: Shift, seat: Seat, policy: Policy, *, key: UUID, called: bool = False
) -> str:
    """Give a standby who agreed to come the place that is open; return what became of it as a machine word.

    Args:
        uow: holds the locks of the shift and of the man, under which both were read.
        shift: the shift.
        seat: his.
        policy: in force.
        key: of his text or his call; each is answered once.
        called: the site asked for him, so a reserve place was kept.
    """
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    if not seat.live or seat.kind is not SeatKind.STANDBY:
        return "promotion_over"
    kind = _place_for(shift, called=called)
    if kind is None:
        if seat.status is SeatStatus.ASKED:
            await move_seat(uow, seat, SeatStatus.BOOKED)
        await tell(uow, contact, Template.PROMOTION_TAKEN, place, key=(key,))
        return "promotion_taken"
    if not await change_kind(uow, seat, kind):
        await move_seat(uow, seat, SeatStatus.RELEASED, reason="booked elsewhere")
        await unfollow_seat(uow, seat)
        return "busy"
    due_at = await _due_at(uow, shift, seat, policy)
    grace_at, limit_at = attendance_limits(policy.pace, due_at)
    await set_limits(uow, seat.id, due_at=due_at, grace_at=grace_at, limit_at=limit_at, announced_min=None)
    await outbox.schedule(uow, LIMIT_DUE, seat.id, limit_at)
    await outbox.emit(uow, SEAT_TAKEN, seat.id)
    await note(uow, shift.id, "promoted", worker_id=seat.worker_id, seat_id=seat.id, was="standby", due_at=due_at)
    await tell(uow, contact, Template.PROMOTED, place, key=(seat.id,))
    await reckon_cover(uow, shift.id, policy)
    await settle_status(uow, shift.id)
    return f"promoted_{kind}"


def _place_for(shift: Shift, *, called: bool) -> SeatKind | None:
    if shift.status in (ShiftStatus.CLOSED, ShiftStatus.CANCELLED):
        return None
    if shift.primary_count < shift.headcount:
        return SeatKind.PRIMARY
    return SeatKind.RESERVE if (shift.ahead or called) and shift.reserve_count < shift.reserve_capacity else None


async def _due_at(uow: Uow, shift: Shift, seat: Seat, policy: Policy) -> datetime:
    return max(shift.starts_at, uow.now + await _travel(uow, seat, policy))


async def _travel(uow: Uow, seat: Seat, policy: Policy) -> timedelta:
    metres = await uow.fetchval("SELECT distance_m FROM invitations WHERE id = $1", seat.invitation_id)
    return policy.pace.travel_per_km * ((metres or 0) / 1000)


async def decline_promotion(uow: Uow, answer: Answer) -> str:
    """Settle a standby's no: his seat ends without a mark, the next one is asked."""
    policy = (await policy_in_force(uow)).policy
    seat = await read_seat(uow, answer.question.subject_id)
    await lock_shift(uow, seat.shift_id)
    seat = await read_seat(uow, seat.id)
    await answer_question(uow, answer.question.id)
    if not seat.live or seat.kind is not SeatKind.STANDBY:
        return "promotion_over"
    await move_seat(uow, seat, SeatStatus.CANCELLED_BY_WORKER, reason="declined promotion")
    await unfollow_seat(uow, seat)
    await note(uow, seat.shift_id, "promotion_declined", worker_id=seat.worker_id, seat_id=seat.id)
    await close_gaps(uow, seat.shift_id, policy)
    return "promotion_declined"


async def close_open_promotions(uow: Uow, shift_id: UUID) -> None:
    """Close the promotion questions of a shift whose places are taken."""
    await close_questions(uow, shift_id=shift_id, kinds=[QuestionKind.PROMOTION])
