"""Men on site who were not on the list: in somebody's stead, besides the others, or known to nobody."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.attendance import reverse_no_show
from dispatch.crew.errors import ShiftFull, WorkerAlreadyBooked
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, last_seat_of, move_seat, read_seat
from dispatch.kit.errors import Conflict, NotFound
from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Terms, explain_candidate
from dispatch.orders.shifts import Shift, read_shift
from dispatch.orders.timeline import note
from dispatch.rating.service import reverse_seat_marks
from dispatch.sms.texts import Template
from dispatch.staffing.attendance import arrive
from dispatch.staffing.by_hand import NotEligible
from dispatch.staffing.cover import PRIOR_SHOW
from dispatch.staffing.facts import contact_of, order_terms, place_of
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.needs import need_of
from dispatch.staffing.on_site.commands import MarkWalkIn
from dispatch.staffing.seating import Willing, follow_seat, seat_willing, unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import MarkKind, Policy
from dispatch.workers.commands import RegisterWorker
from dispatch.workers.queries import find_by_phone_or_code
from dispatch.workers.register import register_worker

BINDING: Final = frozenset(
    {
        "test_and_real_kept_apart",
        "not_active_or_vetted",
        "lacks_skill",
        "documents_missing",
        "booked_elsewhere",
        "already_asked_or_barred",
    }
)
"""The hard rules that still bind when a man stands on site: they protect him, the client or the law. How far he lives,
how he is rated and whether he may be texted are questions of asking him, and nobody asks him any more."""


class NobodyOfYours(NotFound):
    """No man of this franchise has that phone or code."""


class SeveralMen(Conflict):
    """Two of this franchise's men are reached at that phone."""


class OnTheListAlready(Conflict):
    """He has a seat on this shift: he is marked there."""


async def whom(uow: Uow, said: str) -> UUID:
    """Return which of the tenant's own men somebody means by a phone or a code.

    Raises:
        NobodyOfYours, SeveralMen: none of them, or not one alone.
    """
    found = await find_by_phone_or_code(uow, said)
    if not found:
        raise NobodyOfYours("None of your people has this phone or code. Register him as new.")
    if len(found) > 1:
        raise SeveralMen("Several of your people have this phone. Give his code.")
    return found[0]


async def seat_unlisted(uow: Uow, shift: Shift, worker_id: UUID, at: datetime, *, source: str, policy: Policy) -> str:
    """Seat a man who is here without having been asked: what he was not told he sees, and that he stays is his yes.

    The caller holds the locks of the shift and the worker.

    Raises:
        OnTheListAlready: he has a seat here.
        ShiftFull: every place is taken, as long as nobody is marked missing.
        WorkerAlreadyBooked: he has another seat at that time.
        NotEligible: a rule that binds on site forbids it.
    """
    held = await last_seat_of(uow, shift.id, worker_id)
    if held is not None and held.status not in (SeatStatus.RELEASED, SeatStatus.CANCELLED_BY_WORKER):
        raise OnTheListAlready("He is on the list of this shift: mark him there.", seat_id=held.id)
    await _require_fit(uow, shift, worker_id, policy)
    man = Willing(worker_id, None, shift.terms_version, PRIOR_SHOW, due_at=max(shift.starts_at, at))
    kinds = (SeatKind.PRIMARY, SeatKind.RESERVE)
    kind, seat_id = await seat_willing(uow, shift, man, policy.pace, kinds=kinds)
    if kind is None:
        raise ShiftFull("Every place is taken. Mark first who is missing.")
    if seat_id is None:
        raise WorkerAlreadyBooked("He is booked elsewhere at that time.")
    contact = await contact_of(uow, worker_id)
    place = await place_of(uow, shift)
    await follow_seat(uow, seat_id, place, contact, policy.pace)
    now = await read_shift(uow, shift.id)
    outcome = await arrive(uow, now, await read_seat(uow, seat_id), at, source=source, policy=policy)
    await tell(uow, contact, Template.ARRIVED_NOTED, place, key=(seat_id, "unlisted"), time=at.astimezone(place.zone))
    return "seated" if outcome == "arrived" else outcome


async def substitute(
    uow: Uow, shift: Shift, seat: Seat, worker_id: UUID, at: datetime, *, source: str, policy: Policy
) -> str:
    """Give a man's place to the one who came in his stead; neither is marked for it, and a no-show is reversed.

    The caller holds the locks of the shift and of both men.

    Raises:
        SeatIsOver: the first man is here himself, or his seat ended otherwise.
        OnTheListAlready, ShiftFull, WorkerAlreadyBooked, NotEligible: see `seat_unlisted`.
    """
    if seat.kind is SeatKind.STANDBY or seat.status not in (*EXPECTED, SeatStatus.NO_SHOW):
        raise SeatIsOver("He is here himself, or is not expected any more.", seat_id=seat.id)
    if await reverse_no_show(uow, seat.id, f"{uow.actor} by {source}"):
        await reverse_seat_marks(uow, seat.id, [MarkKind.NO_SHOW], reason=f"another came: {source}")
    await move_seat(uow, seat, SeatStatus.RELEASED, reason="another came instead")
    await unfollow_seat(uow, seat)
    await resolve_alarms(uow, "unaccounted", shift.id, key=str(seat.id))
    await note(uow, shift.id, "came_instead", worker_id=seat.worker_id, seat_id=seat.id, by=worker_id, source=source)
    return await seat_unlisted(uow, await read_shift(uow, shift.id), worker_id, at, source=source, policy=policy)


async def register_walk_in(uow: Uow, shift: Shift, mark: MarkWalkIn, *, source: str) -> UUID:
    """Register a man nobody knows, as an applicant, and tell the dispatchers that he stands there.

    He has no seat: he is to be interviewed first. Then he is marked as not on the list, by his phone.

    The house rule: whoever takes the list of a shift may register who stands before him there, with nothing but a name
    and a phone, and without the right to write people's cards. What that makes is an applicant: no shift is offered to
    him, he works nowhere, and everything else about him (interview, consent, skills, status) is the office's to write.

    Raises:
        PhoneInvalid, PhoneBelongsToWorker, PhoneAlreadyInNetwork: the phone is no mobile, or somebody's already.
    """
    if shift.test:
        await uow.enter_trial()
    worker = await register_worker(
        uow, RegisterWorker(phone=mark.phone, first_name=mark.name, last_name=mark.last_name)
    )
    await note(uow, shift.id, "walk_in", worker_id=worker.id, source=source)
    await raise_alarm(
        uow,
        "walk_in",
        "A new man stands on site and was registered: interview him and activate him, or send him home.",
        shift_id=shift.id,
        severity=Severity.WARNING,
        key=str(worker.id),
        worker_id=worker.id,
    )
    return worker.id


async def _require_fit(uow: Uow, shift: Shift, worker_id: UUID, policy: Policy) -> None:
    need = await need_of(uow, shift, await order_terms(uow, shift.order_id), policy, deadline=shift.ends_at, waves=99)
    # Without the shift his having been asked for it does not count, and his standing and do-not-return lists do.
    need = replace(need, shift_id=None, due_at=shift.ends_at)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    found = await explain_candidate(uow, need, terms, worker_id)
    reasons = [reason for reason in found.reasons if reason in BINDING]
    if reasons:
        raise NotEligible(reasons)
