"""Asking a named man, and asking why a man is or is not asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.crew.seats import last_seat_of
from dispatch.crew.waves import NewInvitation
from dispatch.kit.errors import Conflict
from dispatch.kit.ids import new_id
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate, Explanation, Need, Terms, explain_candidate, find_candidates
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.staffing.facts import order_terms
from dispatch.staffing.needs import need_of
from dispatch.staffing.offers import Asked, send_offers
from dispatch.staffing.operate import ShiftIsOver
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

SHORTEST_WINDOW = timedelta(minutes=3)
"""A man asked by hand has at least this long to answer, whatever is left to the start."""

OVERRULED = frozenset({"rating_below_tier", "too_far", "under_no_show_cap", "not_lent_here"})
"""Reasons a dispatcher may overrule for one man; the others protect the man or the law."""

_ABOUT_TEXTS = frozenset({"contact_budget_spent", "quiet_hours"})


class NotEligible(Conflict):
    """A hard rule forbids asking this man; `reasons` names each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"This man cannot be asked for this shift: {', '.join(reasons)}.", reasons=list(reasons))


class InviteByHand(BaseModel):
    """Whom to ask and why him; `urgent` reaches him in quiet hours if he agreed to that."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker_id: UUID
    reason: ShortText
    urgent: bool = False


class InvitedByHand(BaseModel):
    """The invitation as written."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    shift_id: UUID
    worker_id: UUID


async def invite_by_hand(uow: Uow, shift_id: UUID, command: InviteByHand) -> InvitedByHand:
    """Ask a named man, outside the waves. Distance, tier, cap and lending may be overruled; budget and rest may not.

    Raises:
        ShiftNotFound, ShiftIsOver: there is no such shift, or it is over.
        NotEligible: a hard rule forbids it.
        WorkerNotInPool: there is no such worker.
    """
    shift = await lock_shift(uow, shift_id)
    if not shift.open:
        raise ShiftIsOver(f"The shift is {shift.status}.", status=shift.status)
    policy = (await policy_in_force(uow)).policy
    found, need = await _look(uow, shift, command, policy)
    reasons = [reason for reason in found.reasons if reason not in OVERRULED]
    if reasons:
        raise NotEligible(reasons)
    rows = await uow.fetch(
        "SELECT * FROM reserve_invitations($1, $2, $3, $4, $5)",
        uow.franchise_id,
        [command.worker_id],
        policy.calendar.unanswered_limit,
        policy.calendar.kept_for_home,
        uow.now,
    )
    if not rows:
        raise NotEligible(["contact_budget_spent"])
    draft = NewInvitation(
        id=new_id(),
        shift_id=shift.id,
        worker_id=command.worker_id,
        wave_id=None,
        question_id=None,
        terms_version=shift.terms_version,
        rank=0,
        score=found.score,
        distance_m=found.distance_m,
        p_accept=found.p_accept,
        p_show=found.p_show,
        explain=found.components | {"rating": str(found.rating), "by_hand": command.reason},
        deadline=need.deadline,
        contact_day=rows[0]["day"],
        by_hand=True,
    )
    (written,) = await send_offers(uow, policy, [shift], [Asked(**dict(rows[0]))], [draft], urgent=need.urgent)
    await note(uow, shift.id, "invited_by_hand", worker_id=command.worker_id, reason=command.reason)
    return InvitedByHand(id=written.id, shift_id=shift.id, worker_id=command.worker_id)


async def why_him(uow: Uow, shift_id: UUID, worker_id: UUID, *, once_asked: bool = False) -> Explanation:
    """Say how a man ranks for a shift now, and every rule that keeps him from being asked (none: he is eligible).

    Of a man who was asked `once_asked` leaves out that very fact, and the seat he holds here.

    Raises:
        ShiftNotFound: there is none.
        WorkerNotInPool: there is no such worker.
    """
    shift = await read_shift(uow, shift_id)
    policy = (await policy_in_force(uow)).policy
    need = await _need(uow, shift, policy)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    if not once_asked:
        return await explain_candidate(uow, need, terms, worker_id)
    # Of no shift in particular: then the matcher's exclusions are the lists that bar him, not the offers he had.
    found = await explain_candidate(uow, replace(need, shift_id=None), terms, worker_id)
    seat = await last_seat_of(uow, shift_id, worker_id)
    if seat is None or not seat.live:
        return found
    return replace(found, reasons=[reason for reason in found.reasons if reason != "booked_elsewhere"])


async def reasons_against_seating(uow: Uow, shift: Shift, worker_id: UUID) -> list[str]:
    """Return the hard rules that forbid seating a man who agreed, none of them for having been asked before.

    He needs no further text, so neither contact budget nor quiet hours stand in the way.

    Raises:
        WorkerNotInPool: there is no such worker.
    """
    found = await why_him(uow, shift.id, worker_id, once_asked=True)
    return [reason for reason in found.reasons if reason not in OVERRULED | _ABOUT_TEXTS]


async def best_people(uow: Uow, shift_id: UUID, limit: int) -> Sequence[Candidate]:
    """Return the best people who may be asked for a shift now, whatever wave is open; nobody is asked by it.

    Raises:
        ShiftNotFound: there is none.
        ShiftIsOver: nobody is asked for it any more.
    """
    shift = await read_shift(uow, shift_id)
    if not shift.open:
        raise ShiftIsOver(f"The shift is {shift.status}.", status=shift.status)
    policy = (await policy_in_force(uow)).policy
    need = await _need(uow, shift, policy)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    return await find_candidates(uow, need, terms, limit)


async def _look(uow: Uow, shift: Shift, command: InviteByHand, policy: Policy) -> tuple[Explanation, Need]:
    need = await _need(uow, shift, policy)
    if command.urgent:
        need = replace(need, urgent=True)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    return await explain_candidate(uow, need, terms, command.worker_id), need


async def _need(uow: Uow, shift: Shift, policy: Policy) -> Need:
    left = shift.starts_at - uow.now
    window = max(SHORTEST_WINDOW, left / 2)
    need = await need_of(
        uow, shift, await order_terms(uow, shift.order_id), policy, deadline=uow.now + window, waves=99
    )
    if shift.status is ShiftStatus.RUNNING:
        need = replace(need, due_at=max(shift.ends_at, uow.now))
    return replace(need, again=True)
