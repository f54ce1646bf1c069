"""He did not come: looked for first, decided only by a list or a named person, with all that follows at once."""

from decimal import Decimal
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.attendance import insert_no_show, list_lacking
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, lock_workers, move_seat, read_seat
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.rating.service import Fact, ProposedFine, record_breach
from dispatch.sms.texts import Template
from dispatch.staffing.disputes import open_dispute
from dispatch.staffing.eta import open_eta
from dispatch.staffing.events import LIMIT_DUE
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.outage import inbound_is_silent
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import MarkKind
from dispatch.tenancy.queries import policy_in_force


class SeatNotExpected(Conflict):
    """The man came, or his seat ended otherwise, or he is on standby: he cannot be a no-show."""


async def pass_limit(uow: Uow, job: Job) -> None:
    """Timer: a man's limit has passed. A list that lacks him decides; without one he is looked for, unmarked.

    While we cannot hear what people text us, his silence says nothing and the timer waits.
    """
    found = await read_seat(uow, job.subject_id)
    shift = await lock_shift(uow, found.shift_id)
    await lock_workers(uow, [found.worker_id])
    seat = await read_seat(uow, found.id)
    if not shift.open or seat.status not in EXPECTED or seat.kind is SeatKind.STANDBY or uow.now < seat.limit_at:
        return
    seen = await list_lacking(uow, shift.id, seat.id, seat.grace_at)
    if seen is not None:
        await decide_no_show(uow, shift, seat, list_id=seen.id, named_by=None)
        return
    if seat.status is SeatStatus.UNACCOUNTED:
        return
    pace = (await policy_in_force(uow)).policy.pace
    if await inbound_is_silent(uow, pace):
        await outbox.schedule(uow, LIMIT_DUE, seat.id, uow.now + pace.outage_gap)
        return
    await move_seat(uow, seat, SeatStatus.UNACCOUNTED)
    await note(uow, shift.id, "unaccounted", worker_id=seat.worker_id, seat_id=seat.id)
    await raise_alarm(
        uow,
        "unaccounted",
        "Past his limit and nobody saw him: ring him and the site, then mark him arrived or absent.",
        shift_id=shift.id,
        severity=Severity.CRITICAL,
        key=str(seat.id),
        seat_id=seat.id,
    )
    await _ask_where(uow, shift, seat)


async def _ask_where(uow: Uow, shift: Shift, seat: Seat) -> None:
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    policy = (await policy_in_force(uow)).policy
    question = await open_eta(uow, seat, contact, place, policy.pace)
    await tell(uow, contact, Template.UNACCOUNTED, place, key=(seat.id,), question_id=question.id)


async def decide_no_show(uow: Uow, shift: Shift, seat: Seat, *, list_id: UUID | None, named_by: str | None) -> None:
    """Decide that a man did not come, under the shift's lock: mark, rating drop, strike, fine, text, replacement.

    Exactly one of `list_id` and `named_by` names the source. Twice decides nothing new.

    Raises:
        SeatNotExpected: he came, or his seat is over, or it is a standby seat.
        NoShowTooEarly: his limit has not passed, or the list was taken before his grace ended.
    """
    if seat.status is SeatStatus.NO_SHOW:
        return
    if seat.status not in EXPECTED or seat.kind is SeatKind.STANDBY:
        raise SeatNotExpected(
            "Only a primary or reserve seat whose man was not seen can be a no-show.", seat_id=seat.id
        )
    await lock_workers(uow, [seat.worker_id])
    fresh = await insert_no_show(
        uow, seat_id=seat.id, shift_id=shift.id, worker_id=seat.worker_id, list_id=list_id, named_by=named_by
    )
    if not fresh:
        return
    await move_seat(uow, seat, SeatStatus.NO_SHOW, reason="list" if list_id else "person")
    await unfollow_seat(uow, seat)
    await resolve_alarms(uow, "unaccounted", shift.id, key=str(seat.id))
    recorded = await record_breach(
        uow,
        Fact(
            worker_id=seat.worker_id,
            kind=MarkKind.NO_SHOW,
            occurred_at=uow.now,
            shift_id=shift.id,
            seat_id=seat.id,
            evidence={"list_id": list_id, "named_by": named_by, "limit_at": seat.limit_at},
        ),
        pay_rate_minor=shift.pay_rate_minor,
    )
    await note(
        uow,
        shift.id,
        "no_show",
        worker_id=seat.worker_id,
        seat_id=seat.id,
        was=seat.kind,
        source="list" if list_id else "person",
        list_id=list_id,
        named_by=named_by,
        rating_before=recorded.rating_before,
        rating_after=recorded.rating_after,
        fine_id=recorded.fine.id if recorded.fine else None,
        fine_minor=recorded.fine.amount_minor if recorded.fine else None,
    )
    await _tell_him(uow, shift, seat, recorded.rating_after, recorded.fine)
    await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)


async def confirm_absence(uow: Uow, seat_id: UUID) -> None:
    """A named dispatcher says that a man did not come.

    Raises:
        SeatNotFound, SeatNotExpected, NoShowTooEarly: see `decide_no_show`.
    """
    shift = await lock_shift(uow, (await read_seat(uow, seat_id)).shift_id)
    await decide_no_show(
        uow, await read_shift(uow, shift.id), await read_seat(uow, seat_id), list_id=None, named_by=uow.actor
    )


async def _tell_him(uow: Uow, shift: Shift, seat: Seat, rating: Decimal, fine: ProposedFine | None) -> None:
    """Tell a man what was decided and how to contest it."""
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    question = await open_dispute(uow, seat, contact, place, fine)
    await tell(
        uow,
        contact,
        Template.NO_SHOW,
        place,
        key=(seat.id,),
        question_id=question.id,
        code=question.code,
        rating=rating,
        amount_minor=fine.amount_minor if fine else None,
    )
