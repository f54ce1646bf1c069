"""What an answer to an offer becomes: a seat of some kind on every day that has a place, or a thank-you."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from dispatch.crew.holds import seat_to_take_over
from dispatch.crew.rules import PENDING, InvitationStatus, SeatKind, SeatStatus
from dispatch.crew.seats import last_seat_of, lock_workers, move_seat, read_seat
from dispatch.crew.waves import (
    Invitation,
    awaits_answers,
    give_back,
    invitation_of,
    invitations_of_question,
    move_invitations,
    renew_terms,
)
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shifts, read_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.sms.service import (
    NOT_MEANT,
    PASS_ON,
    Answer,
    answer_question,
    read_question,
    reopen_question,
)
from dispatch.sms.texts import Template
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.digests import leave_out_full
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.facts import Contact, Place, contact_of, place_of
from dispatch.staffing.leave import cancel_seat, confirm_cancel
from dispatch.staffing.party import keep_places
from dispatch.staffing.reminders import doubt_unreachable
from dispatch.staffing.seating import Willing, booked_at, follow_seat, seat_willing, unfollow_seat
from dispatch.staffing.stated import speaks_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

_ACCEPTED: Final = {
    SeatKind.PRIMARY: Template.ACCEPTED_PRIMARY,
    SeatKind.RESERVE: Template.ACCEPTED_RESERVE,
    SeatKind.STANDBY: Template.ACCEPTED_STANDBY,
}
_BEST_FIRST: Final = (
    *_ACCEPTED.values(),
    Template.TURNED_AWAY,
    Template.OFFER_WITHDRAWN,
    Template.BUSY,
    Template.CHANGE,
)


async def accept_offer(uow: Uow, answer: Answer) -> str:
    """Settle a yes to an offer: every day of the block with a place, in order of start; one text says what he got.

    A yes that names another day or a time further off than the policy tolerates is nobody's yes; it is asked back. A
    yes after the deadline counts while a place is open. The same yes twice changes nothing.
    """
    policy = (await policy_in_force(uow)).policy
    answer = await _to_last_ask(uow, answer)
    invitations = await invitations_of_question(uow, answer.question.id)
    if not invitations:
        return PASS_ON
    contact = await contact_of(uow, invitations[0].worker_id)
    shifts = {shift.id: shift for shift in await lock_shifts(uow, [i.shift_id for i in invitations])}
    places = {shift.id: await place_of(uow, shift) for shift in shifts.values()}
    if not speaks_of(answer, list(places.values()), policy.pace):
        return NOT_MEANT
    outcomes: list[tuple[Template, Invitation]] = []
    locked = await invitations_of_question(uow, answer.question.id)
    for invitation in sorted(locked, key=lambda i: (shifts[i.shift_id].starts_at, i.id)):
        shift = shifts[invitation.shift_id]
        outcomes.append((await settle_day(uow, shift, invitation, places[shift.id], contact, policy), invitation))
    await answer_question(uow, answer.question.id)
    if any(outcome is Template.CHANGE for outcome, _ in outcomes):
        await reopen_question(uow, answer.question.id, closes_at=min(shift.starts_at for shift in shifts.values()))
    if any(invitation.status in PENDING for invitation in locked):
        await give_back(uow, invitations[0], unsent=False)
    await reckon_seated(uow, [day.shift_id for outcome, day in outcomes if outcome in _ACCEPTED.values()], policy)
    for shift in shifts.values():
        await look_again_if_all_answered(uow, shift)
    await _say(uow, answer, outcomes, places, contact, policy)
    if (answer.reply.party or 1) > 1:
        seated = [
            (shifts[invitation.shift_id], places[invitation.shift_id])
            for outcome, invitation in outcomes
            if outcome in {Template.ACCEPTED_PRIMARY, Template.ACCEPTED_RESERVE}
        ]
        await keep_places(uow, answer, seated, contact, policy)
    return _best(outcomes)


async def reckon_seated(uow: Uow, shift_ids: Collection[UUID], policy: Policy) -> None:
    """Reckon locked shifts again whose seats changed; who is turned away changes nothing there, and costs nothing."""
    for shift_id in shift_ids:
        await reckon_cover(uow, shift_id, policy)
        await settle_status(uow, shift_id)
    await leave_out_full(uow, shift_ids)


async def settle_day(
    uow: Uow, shift: Shift, invitation: Invitation, place: Place, contact: Contact, policy: Policy
) -> Template:
    """Seat a man on one day and return what became of it, as the last word of the text he gets."""
    held = await last_seat_of(uow, shift.id, invitation.worker_id)
    if held is not None and held.live:
        return _ACCEPTED[held.kind]
    if shift.open and invitation.terms_version < shift.terms_version:
        await renew_terms(uow, invitation.id, shift.terms_version)
        return Template.CHANGE
    if not shift.ahead and not (invitation.by_hand and shift.open):
        return await _over(uow, shift, invitation)
    man = Willing(
        worker_id=invitation.worker_id,
        invitation_id=invitation.id,
        terms_version=invitation.terms_version,
        p_show=invitation.p_show,
        second_chance=invitation.second_chance,
        due_at=None if shift.ahead else max(shift.starts_at, uow.now + policy.pace.promotion_window),
    )
    took_over = await _take_over(uow, shift, invitation.worker_id)
    kind, seat_id = await seat_willing(uow, shift, man, policy.pace)
    if took_over and seat_id is None:
        await reckon_seated(uow, [shift.id], policy)
    if kind is None:
        return await _turn_away(uow, shift, invitation, "every place is taken")
    if seat_id is None:
        await move_invitations(uow, [invitation.id], InvitationStatus.WITHDRAWN, reason="booked elsewhere")
        await note(uow, shift.id, "yes_but_booked_elsewhere", worker_id=invitation.worker_id)
        return Template.BUSY
    in_time = invitation.status in PENDING
    await move_invitations(uow, [invitation.id], InvitationStatus.ACCEPTED)
    if in_time:
        await uow.run("SELECT note_answers($1, true)", [invitation.worker_id])
    await follow_seat(uow, seat_id, place, contact, policy.pace)
    if contact.opted_out and kind is not SeatKind.STANDBY:
        await doubt_unreachable(uow, shift, await read_seat(uow, seat_id))
    return _ACCEPTED[kind]


async def _take_over(uow: Uow, shift: Shift, worker_id: UUID) -> bool:
    """End the seat of the man who named this one as his substitute, without a mark; tell whether that freed a place."""
    seat_id = await seat_to_take_over(uow, shift.id, worker_id)
    if seat_id is None:
        return False
    first = (await read_seat(uow, seat_id)).worker_id
    await lock_workers(uow, [first, worker_id])
    seat = await read_seat(uow, seat_id)
    on_site = seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED)
    if not seat.live or on_site or await booked_at(uow, worker_id, shift):
        return False
    await move_seat(uow, seat, SeatStatus.RELEASED, reason="substituted")
    await unfollow_seat(uow, seat)
    contact = await contact_of(uow, first)
    await tell(uow, contact, Template.SUBSTITUTED, await place_of(uow, shift), key=(seat.id,))
    await note(uow, shift.id, "substituted", worker_id=worker_id, seat_id=seat.id, instead_of=first)
    return True


async def _over(uow: Uow, shift: Shift, invitation: Invitation) -> Template:
    """Answer a yes to a shift that takes nobody any more."""
    if shift.status is ShiftStatus.CANCELLED:
        return Template.OFFER_WITHDRAWN
    return await _turn_away(uow, shift, invitation, "recruiting has ended")


async def _turn_away(uow: Uow, shift: Shift, invitation: Invitation, why: str) -> Template:
    await move_invitations(uow, [invitation.id], InvitationStatus.TURNED_AWAY, reason=why)
    await note(uow, shift.id, "turned_away", worker_id=invitation.worker_id, reason=why)
    return Template.TURNED_AWAY


async def _say(
    uow: Uow,
    answer: Answer,
    outcomes: Sequence[tuple[Template, Invitation]],
    places: dict[UUID, Place],
    contact: Contact,
    policy: Policy,
) -> None:
    """Send one text per kind of outcome, naming the days it holds for."""
    by_outcome: dict[Template, list[Place]] = {}
    for outcome, invitation in outcomes:
        by_outcome.setdefault(outcome, []).append(places[invitation.shift_id])
    for outcome, days in by_outcome.items():
        first = days[0]
        await tell_outcome(
            uow,
            contact,
            outcome,
            days,
            policy,
            key=(answer.inbound_id, first.shift_id),
            account_id=answer.account_id,
            still_open=answer.still_open,
            code=answer.question.code,
        )


async def tell_outcome(
    uow: Uow,
    contact: Contact,
    outcome: Template,
    days: Sequence[Place],
    policy: Policy,
    *,
    key: Sequence[object],
    code: int | None,
    account_id: UUID | None = None,
    still_open: Sequence[int] = (),
) -> None:
    """Tell a man what his yes became on the days named; `key` makes it the only text of its kind."""
    first = days[0]
    await tell(
        uow,
        contact,
        outcome,
        first,
        days=days,
        key=key,
        account_id=account_id,
        still_open=still_open,
        code=code,
        hours=policy.money.call_out_hours,
        number=await _standby_number(uow, first.shift_id) if outcome is Template.ACCEPTED_STANDBY else None,
        time=(first.starts_at + policy.pace.no_show_limit).astimezone(first.zone),
    )


async def _standby_number(uow: Uow, shift_id: UUID) -> int:
    return (await read_shift(uow, shift_id)).standby_count


def _best(outcomes: Sequence[tuple[Template, Invitation]]) -> str:
    return min((outcome for outcome, _ in outcomes), key=_BEST_FIRST.index)


async def decline_offer(uow: Uow, answer: Answer) -> str:
    """Settle a no to an offer: it counts in his p_accept alone, gives contact budget back, and needs no answer."""
    answer = await _to_last_ask(uow, answer)
    invitations = await invitations_of_question(uow, answer.question.id)
    shifts = await lock_shifts(uow, [i.shift_id for i in invitations])
    invitations = await invitations_of_question(uow, answer.question.id)
    moved = await move_invitations(uow, [i.id for i in invitations], InvitationStatus.DECLINED)
    await answer_question(uow, answer.question.id)
    if not moved:
        return await _leave_seat(uow, answer, invitations)
    if any(i.status in PENDING for i in invitations):
        await uow.run("SELECT note_answers($1, false)", [invitations[0].worker_id])
        await give_back(uow, invitations[0], unsent=False)
    for shift in shifts:
        await note(uow, shift.id, "declined", worker_id=invitations[0].worker_id)
        await look_again_if_all_answered(uow, shift)
    return "declined"


async def _leave_seat(uow: Uow, answer: Answer, invitations: Sequence[Invitation]) -> str:
    """Settle a no that comes after his yes: it ends his seat; of several days he must say which."""
    found = [await last_seat_of(uow, i.shift_id, i.worker_id) for i in invitations]
    held = [seat for seat in found if seat is not None and seat.live]
    if not held:
        return "declined_already"
    if len(held) > 1 or held[0].status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        return PASS_ON
    policy = (await policy_in_force(uow)).policy
    recorded = await cancel_seat(
        uow, held[0].id, answer.received_at, policy, evidence={"inbound_id": answer.inbound_id}
    )
    await confirm_cancel(
        uow,
        held[0],
        recorded,
        policy,
        key=answer.inbound_id,
        account_id=answer.account_id,
        still_open=answer.still_open,
    )
    return "cancelled"


async def _to_last_ask(uow: Uow, answer: Answer) -> Answer:
    """Return an answer to an offer as one to the last ask of that shift, where he was asked again since."""
    asked = answer.question
    if asked.shift_id is None or asked.worker_id is None or await invitations_of_question(uow, asked.id):
        return answer
    invitation = await invitation_of(uow, asked.shift_id, asked.worker_id)
    if invitation is None or invitation.question_id is None:
        return answer
    return replace(answer, question=await read_question(uow, invitation.question_id))


async def look_again_if_all_answered(uow: Uow, shift: Shift) -> None:
    """Start the next look at once when nobody is left whose answer is awaited."""
    if shift.ahead and not await awaits_answers(uow, shift.id):
        await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)
