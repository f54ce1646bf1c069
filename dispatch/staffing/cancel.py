"""The client cancels: everybody is told at once, booked men inside the notice are paid, nobody's rating moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.crew.rules import EXPECTED, PENDING, InvitationStatus, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, live_seats, lock_workers, move_seat, read_seat, seats_of
from dispatch.crew.waves import give_back, invitations_of, move_invitations, pending_of_question
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.outbox import Job
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import Hours, settle_call_outs, settle_late_cancel
from dispatch.orders.life import mark_cancelled, status_of_order
from dispatch.orders.rules import OrderStatus, ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, lock_shifts, move_shift, shifts_of_order
from dispatch.orders.timeline import note
from dispatch.sms.service import (
    Answer,
    NewQuestion,
    Priority,
    QuestionKind,
    answer_question,
    close_questions,
    open_question,
)
from dispatch.sms.texts import Template
from dispatch.staffing.attendance import SURPLUS
from dispatch.staffing.digests import take_back
from dispatch.staffing.events import CANCEL_RECEIPT_DUE, WAVE_DUE
from dispatch.staffing.facts import contacts_of, place_of
from dispatch.staffing.lifecycle import drop_timers_and_alarms
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force


class OrderIsOver(Conflict):
    """Every shift of the order is closed."""


class CancelOrder(BaseModel):
    """Why the client cancels, as he said it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: ShortText


@dataclass(frozen=True, slots=True)
class CancelledOrder:
    """What cancelling came to, minor units; `told` counts the men who hold a seat."""

    order_id: UUID
    shifts: int
    told: int
    call_out_minor: int
    fee_minor: int


async def cancel_order(uow: Uow, order_id: UUID, command: CancelOrder) -> CancelledOrder:
    """Cancel every shift of an order that is not closed. Twice changes nothing.

    Inside the notice each booked man gets call-out pay and the client owes the fee. Offers still open are withdrawn.

    Raises:
        OrderNotFound: there is none.
        OrderIsOver: it was closed.
    """
    if await status_of_order(uow, order_id) is OrderStatus.CLOSED:
        raise OrderIsOver("Every shift of this order is closed; correct its bill instead.", order_id=order_id)
    policy = (await policy_in_force(uow)).policy
    told = call_out = fee = count = 0
    for shift in await lock_shifts(uow, await shifts_of_order(uow, order_id)):
        if shift.status in (ShiftStatus.CLOSED, ShiftStatus.CANCELLED):
            continue
        people, paid, owed = await _cancel_shift(uow, shift, command.reason, policy)
        told, call_out, fee, count = told + people, call_out + paid, fee + owed, count + 1
    await mark_cancelled(uow, order_id)
    await outbox.cancel(uow, WAVE_DUE, order_id)
    return CancelledOrder(order_id, count, told, call_out, fee)


async def _cancel_shift(uow: Uow, shift: Shift, reason: str, policy: Policy) -> tuple[int, int, int]:
    seats = [seat for seat in await live_seats(uow, shift.id) if seat.status is not SeatStatus.COMPLETED]
    await lock_workers(uow, [seat.worker_id for seat in seats])
    booked = [seat for seat in seats if seat.kind is not SeatKind.STANDBY]
    inside = shift.starts_at - uow.now <= policy.calendar.client_cancel_notice
    await _withdraw_offers(uow, shift)
    for seat in seats:
        if seat.status is SeatStatus.ARRIVED:
            await move_seat(uow, seat, SeatStatus.TURNED_AWAY_ON_SITE, reason="cancelled by the client")
        else:
            await move_seat(uow, seat, SeatStatus.CANCELLED_BY_CLIENT, reason=reason)
        await unfollow_seat(uow, seat)
    gone_home = await seats_of(uow, shift.id, statuses=[SeatStatus.TURNED_AWAY_ON_SITE])
    in_vain = (*booked, *(seat for seat in gone_home if seat.reason == SURPLUS))
    paid = await settle_call_outs(uow, shift, [Hours(s.id, s.worker_id) for s in in_vain]) if inside else 0
    fee = await settle_late_cancel(uow, shift, len(booked)) if inside and booked else 0
    await drop_timers_and_alarms(uow, shift)
    await move_shift(uow, shift, ShiftStatus.CANCELLED)
    await note(uow, shift.id, "cancelled_by_client", reason=reason, told=len(seats), call_out_minor=paid, fee_minor=fee)
    await _tell(uow, shift, seats, policy, paid=inside)
    return len(seats), paid, fee


async def _withdraw_offers(uow: Uow, shift: Shift) -> None:
    offers = await invitations_of(uow, shift.id, PENDING)
    if not offers:
        return
    await take_back(uow, "cancelled", [i.question_id for i in offers if i.question_id is not None])
    await move_invitations(uow, [i.id for i in offers], InvitationStatus.WITHDRAWN, reason="cancelled by the client")
    await _close_offers(uow, [i.question_id for i in offers if i.question_id is not None])
    for offer in offers:
        await give_back(uow, offer, unsent=offer.status is InvitationStatus.QUEUED)


async def _close_offers(uow: Uow, question_ids: Sequence[UUID]) -> None:
    """Close the questions none of whose days is offered any more; a block may go on without this shift."""
    over = [question_id for question_id in question_ids if not await pending_of_question(uow, question_id)]
    if over:
        await close_questions(uow, question_ids=over)


async def _tell(uow: Uow, shift: Shift, seats: Sequence[Seat], policy: Policy, *, paid: bool) -> None:
    contacts = await contacts_of(uow, [seat.worker_id for seat in seats])
    place = await place_of(uow, shift)
    for seat in seats:
        contact = contacts[seat.worker_id]
        question = await open_question(
            uow,
            NewQuestion(
                phone_id=contact.phone_id,
                worker_id=seat.worker_id,
                kind=QuestionKind.NOTICE,
                subject_id=seat.id,
                shift_id=shift.id,
                closes_at=shift.ends_at,
                label=f"{place.local_start:%d.%m %H:%M}",
                language=contact.language,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
            ),
        )
        await tell(
            uow,
            contact,
            Template.CANCELLED_BY_CLIENT,
            place,
            key=(seat.id,),
            question_id=question.id,
            priority=Priority.STOP,
            hours=policy.money.call_out_hours if paid and seat.kind is not SeatKind.STANDBY else None,
        )
        due_at = uow.now + policy.pace.cancel_receipt_window
        await outbox.schedule(uow, CANCEL_RECEIPT_DUE, seat.id, due_at)


async def ring_if_unread(uow: Uow, job: Job) -> None:
    """Timer: nobody knows whether the man read that the shift is off. Put him on top of the call list."""
    seat = await read_seat(uow, job.subject_id)
    shift = await lock_shift(uow, seat.shift_id)
    known = await uow.fetchval(
        """SELECT EXISTS (SELECT FROM questions q
                          WHERE q.subject_id = $2 AND q.kind = 'notice' AND q.status = 'answered')
               OR EXISTS (SELECT FROM messages m JOIN questions q ON q.id = m.question_id
                          WHERE m.franchise_id = $1 AND q.subject_id = $2 AND q.kind = 'notice'
                            AND m.status = 'delivered')""",
        uow.franchise_id,
        seat.id,
    )
    if known or seat.status in EXPECTED:
        return
    await raise_alarm(
        uow,
        "cancel_unread",
        "A man may not know that the shift is cancelled: ring him.",
        shift_id=shift.id,
        severity=Severity.CRITICAL,
        key=str(seat.id),
        seat_id=seat.id,
    )
    await note(uow, shift.id, "cancel_unread", worker_id=seat.worker_id, seat_id=seat.id)


async def understood(uow: Uow, answer: Answer) -> str:
    """Settle "understood" to something he was told."""
    await answer_question(uow, answer.question.id)
    if answer.question.shift_id is not None:
        await note(uow, answer.question.shift_id, "notice_read", worker_id=answer.question.worker_id)
    return "understood"
