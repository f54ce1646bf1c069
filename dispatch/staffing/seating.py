"""A yes becomes a seat: the kind from the counts under the lock, its question, its timers, the end of other claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.holds import held_for_others
from dispatch.crew.lead_links import revoke_links_of_gone
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, SeatOffer, lock_workers, read_seat, take_seat
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import NewQuestion, QuestionKind, close_questions, open_question
from dispatch.staffing.events import DOUBTFUL_DUE, EVENING_REMINDER, LEAD_DUE, LIMIT_DUE, RECONFIRM_DUE, SEAT_TAKEN
from dispatch.staffing.facts import Contact, Place
from dispatch.staffing.rules import SeatNumbers, attendance_limits, choose_kind, reminder_times, with_held
from dispatch.tenancy.policy import Pace

REMINDERS: Final = (EVENING_REMINDER, RECONFIRM_DUE, DOUBTFUL_DUE)
"""The timers that ask whether a man still comes, in their order."""

SEAT_WORDS_STAY: Final = timedelta(hours=12)
"""How long after a shift's end attendance words still find its seat: late syncs, a dispute of the same evening."""


@dataclass(frozen=True, slots=True)
class Willing:
    """A man who said yes to a shift, on the terms he was asked with."""

    worker_id: UUID
    invitation_id: UUID | None
    terms_version: int
    p_show: float
    second_chance: bool = False
    due_at: datetime | None = None


async def seat_willing(
    uow: Uow, shift: Shift, man: Willing, pace: Pace, *, kinds: Sequence[SeatKind] = tuple(SeatKind)
) -> tuple[SeatKind | None, UUID | None]:
    """Give a willing man the best seat that is free, under the shift's lock.

    Args:
        uow: holds the lock of the shift, which was read under it.
        shift: the shift.
        man: who said yes.
        pace: for the limits his attendance is judged by.
        kinds: the kinds he may get; a second chance is a reserve seat only.

    Returns:
        (kind, seat id); (None, None) when no such place is free; (kind, None) when he is booked at that time elsewhere.
    """
    allowed = (SeatKind.RESERVE,) if man.second_chance else kinds
    kind = await free_kind(uow, await read_shift(uow, shift.id), man.worker_id, allowed)
    if kind is None:
        return None, None
    await lock_workers(uow, [man.worker_id])
    if kind is SeatKind.STANDBY and await booked_at(uow, man.worker_id, shift):
        return kind, None
    due_at = man.due_at or shift.starts_at
    grace_at, limit_at = attendance_limits(pace, due_at)
    offer = SeatOffer(
        shift_id=shift.id,
        worker_id=man.worker_id,
        invitation_id=man.invitation_id,
        terms_version=man.terms_version,
        p_show=man.p_show,
        second_chance=man.second_chance,
        due_at=due_at,
        grace_at=grace_at,
        limit_at=limit_at,
    )
    seat_id = await take_seat(uow, offer, kind)
    if seat_id is not None:
        await note(uow, shift.id, "seat_taken", worker_id=man.worker_id, seat_id=seat_id, seat_kind=kind)
        if kind is not SeatKind.STANDBY:
            await outbox.emit(uow, SEAT_TAKEN, seat_id)
    return kind, seat_id


async def free_kind(uow: Uow, shift: Shift, worker_id: UUID, kinds: Sequence[SeatKind]) -> SeatKind | None:
    """Return the best kind that is free for a man, places kept for others left out; None when there is none."""
    capacities = capacities_of(shift, kinds)
    if choose_kind(counts_of(shift), capacities) is None:
        return None
    held = await held_for_others(uow, shift.id, worker_id)
    return choose_kind(with_held(counts_of(shift), capacities, held), capacities)


async def booked_at(uow: Uow, worker_id: UUID, shift: Shift) -> bool:
    """Whether a man holds a primary or reserve seat at the time of a shift, anywhere in the network."""
    return bool(
        await uow.fetchval(
            "SELECT EXISTS (SELECT FROM claims_blocking($1, (SELECT busy FROM shifts WHERE id = $2)))",
            worker_id,
            shift.id,
        )
    )


def counts_of(shift: Shift) -> SeatNumbers:
    """Return the live seats of each kind."""
    return SeatNumbers(shift.primary_count, shift.reserve_count, shift.standby_count)


def capacities_of(shift: Shift, kinds: Sequence[SeatKind] = tuple(SeatKind)) -> SeatNumbers:
    """Return the places of each kind, none of the kinds not allowed."""
    return SeatNumbers(
        shift.headcount if SeatKind.PRIMARY in kinds else 0,
        shift.reserve_capacity if SeatKind.RESERVE in kinds else 0,
        shift.standby_capacity if SeatKind.STANDBY in kinds else 0,
    )


async def follow_seat(uow: Uow, seat_id: UUID, place: Place, contact: Contact, pace: Pace) -> None:
    """Open the seat's question for attendance words, and set its reminders and its limit."""
    seat = await read_seat(uow, seat_id)
    await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=contact.worker_id,
            kind=QuestionKind.SEAT,
            subject_id=seat_id,
            shift_id=seat.shift_id,
            closes_at=place.ends_at + SEAT_WORDS_STAY,
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
        ),
    )
    if seat.kind is SeatKind.STANDBY:
        return
    await set_reminders(uow, seat, place, pace)
    await outbox.schedule(uow, LIMIT_DUE, seat_id, seat.limit_at)


async def set_reminders(uow: Uow, seat: Seat, place: Place, pace: Pace) -> None:
    """Set the timers that ask whether he still comes; moments that have passed are not created."""
    times = reminder_times(
        pace, ZoneInfo(str(place.zone)), starts_at=place.starts_at, accepted_at=seat.accepted_at, now=uow.now
    )
    for kind, at in zip(REMINDERS, (times.evening_at, times.reconfirm_at, times.doubtful_at), strict=True):
        if at is not None:
            await outbox.schedule(uow, kind, seat.id, at)


async def unfollow_seat(uow: Uow, seat: Seat) -> None:
    """End a seat's questions and timers, once it is over; if its man led the crew, another one is to."""
    if await revoke_links_of_gone(uow, seat.shift_id, seat.worker_id):
        await outbox.schedule(uow, LEAD_DUE, seat.shift_id, uow.now)
    await close_questions(
        uow,
        subject_ids=[seat.id],
        kinds=[
            QuestionKind.SEAT,
            QuestionKind.RECONFIRM,
            QuestionKind.PROMOTION,
            QuestionKind.CHANGE,
            QuestionKind.ETA,
            QuestionKind.PRESENT,
        ],
    )
    for kind in (*REMINDERS, LIMIT_DUE):
        await outbox.cancel(uow, kind, seat.id)


def is_over(seat: Seat) -> bool:
    """Whether a seat ended, whatever way."""
    return not seat.live or seat.status is SeatStatus.COMPLETED
