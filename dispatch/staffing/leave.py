"""A man takes himself off: at once, at a stated cost, taken back by one word while his place is free."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, lock_workers, move_seat, read_seat, restore_seat
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift, read_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.rating.rules import cancel_kind
from dispatch.rating.service import Fact, Recorded, record_breach, reverse_seat_marks
from dispatch.sms.service import PASS_ON, Answer, answer_question
from dispatch.sms.texts import Template
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.disputes import open_dispute
from dispatch.staffing.events import SEAT_TAKEN
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.seating import booked_at, follow_seat, free_kind, unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import MarkKind, Policy
from dispatch.tenancy.queries import policy_in_force


class SeatIsOver(Conflict):
    """The seat has ended already, or its man is on site."""


async def cancel_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "I am not coming" from a man with a seat; the answer states what it costs and until when it is free."""
    seat = await read_seat(uow, answer.question.subject_id)
    policy = (await policy_in_force(uow)).policy
    try:
        recorded = await cancel_seat(
            uow, seat.id, answer.received_at, policy, evidence={"inbound_id": answer.inbound_id}
        )
    except SeatIsOver:
        return PASS_ON if seat.status is SeatStatus.ARRIVED else "seat_over"
    await answer_question(uow, answer.question.id)
    await confirm_cancel(
        uow, seat, recorded, policy, key=answer.inbound_id, account_id=answer.account_id, still_open=answer.still_open
    )
    return "cancelled"


async def confirm_cancel(
    uow: Uow,
    seat: Seat,
    recorded: Recorded | None,
    policy: Policy,
    *,
    key: UUID,
    account_id: UUID | None = None,
    still_open: Sequence[int] = (),
) -> None:
    """Tell a man that he is off the shift, what that costs, how to contest it, and until when it can be taken back.

    Args:
        uow: the tenant's unit of work.
        seat: the seat that ended.
        recorded: its mark, if it has one.
        policy: in force.
        key: of his text or his call; each is confirmed once.
        account_id: the account to answer from.
        still_open: codes of what else waits for his answer.
    """
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, await read_shift(uow, seat.shift_id))
    costs = recorded is not None and recorded.rating_after != recorded.rating_before
    fine = recorded.fine if recorded is not None else None
    dispute = await open_dispute(uow, seat, contact, place, fine) if fine is not None else None
    await tell(
        uow,
        contact,
        Template.CANCEL_CONFIRMED,
        place,
        key=(key,),
        question_id=dispute.id if dispute is not None else None,
        account_id=account_id,
        still_open=still_open,
        rating=recorded.rating_after if recorded is not None and costs else None,
        amount_minor=fine.amount_minor if fine is not None else None,
        code=dispute.code if dispute is not None else None,
        minutes=max(1, round(policy.pace.undo_window.total_seconds() / 60)),
    )


async def cancel_seat(
    uow: Uow, seat_id: UUID, said_at: datetime, policy: Policy, *, evidence: dict[str, object]
) -> Recorded | None:
    """End a seat because its man says so, and close the gap; a standby seat ends without a mark.

    Raises:
        SeatIsOver: it ended already, or he is on site.
    """
    seat, shift = await _locked(uow, seat_id)
    if not seat.live or seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        raise SeatIsOver("This seat has ended or its man is on site; release him with POST seats/{id}/release.")
    await move_seat(uow, seat, SeatStatus.CANCELLED_BY_WORKER, reason="worker")
    await unfollow_seat(uow, seat)
    recorded: Recorded | None = None
    if seat.kind is not SeatKind.STANDBY:
        kind = cancel_kind(policy.calendar, shift.starts_at - said_at)
        recorded = await record_breach(
            uow,
            Fact(
                worker_id=seat.worker_id,
                kind=kind,
                occurred_at=said_at,
                shift_id=shift.id,
                seat_id=seat.id,
                evidence=evidence,
            ),
            pay_rate_minor=shift.pay_rate_minor,
        )
    await note(
        uow,
        shift.id,
        "cancelled_by_worker",
        worker_id=seat.worker_id,
        seat_id=seat.id,
        was=seat.kind,
        rating_before=recorded.rating_before if recorded else None,
        rating_after=recorded.rating_after if recorded else None,
    )
    await close_gaps(uow, shift.id, policy)
    return recorded


async def restore_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "take me back" after a cancel: free of cost within the window, while a place is open."""
    policy = (await policy_in_force(uow)).policy
    seat, shift = await _locked(uow, answer.question.subject_id)
    if seat.status is not SeatStatus.CANCELLED_BY_WORKER:
        return PASS_ON
    ended_at = await uow.fetchval("SELECT ended_at FROM seats WHERE id = $1", seat.id)
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    kind = await _free_kind(uow, seat, shift)
    if kind is None or answer.received_at > ended_at + policy.pace.undo_window:
        await tell(uow, contact, Template.NOT_RESTORED, place, key=(answer.inbound_id,), account_id=answer.account_id)
        return "not_restored"
    await restore_seat(uow, seat, kind)
    await reverse_seat_marks(
        uow,
        seat.id,
        [MarkKind.CANCEL_AHEAD, MarkKind.CANCEL_LATE, MarkKind.CANCEL_LAST_MINUTE],
        reason="taken back in time",
    )
    await follow_seat(uow, seat.id, place, contact, policy.pace)
    if kind is not SeatKind.STANDBY:
        await outbox.schedule(uow, SEAT_TAKEN, seat.id, uow.now)
    await note(uow, shift.id, "cancel_taken_back", worker_id=seat.worker_id, seat_id=seat.id, seat_kind=kind)
    await reckon_cover(uow, shift.id, policy)
    await settle_status(uow, shift.id)
    await tell(
        uow, contact, Template.RESTORED, place, key=(answer.inbound_id,), account_id=answer.account_id, seat=str(kind)
    )
    return "restored"


async def _free_kind(uow: Uow, seat: Seat, shift: Shift) -> SeatKind | None:
    """Return the best free kind for a man who wants back, None when there is none or he is booked elsewhere by now."""
    if not shift.ahead:
        return None
    await lock_workers(uow, [seat.worker_id])
    if await booked_at(uow, seat.worker_id, shift):
        return None
    kinds = (SeatKind.RESERVE,) if seat.second_chance else tuple(SeatKind)
    return await free_kind(uow, shift, seat.worker_id, kinds)


async def _locked(uow: Uow, seat_id: UUID) -> tuple[Seat, Shift]:
    shift = await lock_shift(uow, (await read_seat(uow, seat_id)).shift_id)
    return await read_seat(uow, seat_id), shift
