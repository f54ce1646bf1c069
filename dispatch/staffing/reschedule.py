"""Shifts move in time or place: their terms get a new version and every holder of a seat is asked anew.

Silence takes no seat, a no costs nothing. A move that would put a man in two places at once is refused by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.crew.errors import WorkerAlreadyBooked
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, clashing_workers, live_seats, lock_workers, move_seat, set_limits
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.rules import TURNAROUND
from dispatch.orders.shifts import Shift, move_in_time_and_place, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import NewQuestion, QuestionKind, close_questions, fresh_code, open_question
from dispatch.sms.texts import Template
from dispatch.staffing.events import LIMIT_DUE, SEAT_TAKEN
from dispatch.staffing.facts import Contact, Place, contacts_of, place_of
from dispatch.staffing.lifecycle import set_shift_timers
from dispatch.staffing.rules import attendance_limits
from dispatch.staffing.seating import REMINDERS, set_reminders
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Pace


@dataclass(frozen=True, slots=True)
class Move:
    """A locked shift and the times it moves to."""

    shift: Shift
    starts_at: datetime
    ends_at: datetime


async def reschedule(uow: Uow, moves: Sequence[Move], site: Site | None, pace: Pace) -> Mapping[UUID, tuple[UUID, ...]]:
    """Move shifts of one order, to a new site where one is given; return the seats that must answer, by shift.

    Raises:
        WorkerAlreadyBooked: men seated hold another seat at the new times; `workers` lists them.
    """
    crews = {move.shift.id: await live_seats(uow, move.shift.id) for move in moves}
    await lock_workers(uow, [seat.worker_id for crew in crews.values() for seat in crew])
    for move in _way_clear_first(moves):
        await _refuse_clash(uow, move)
        await move_in_time_and_place(uow, move.shift, move.starts_at, move.ends_at, site)
    return {move.shift.id: await _ask_crew(uow, move.shift.id, pace) for move in moves}


def _way_clear_first(moves: Sequence[Move]) -> Iterator[Move]:
    """Yield moves so that none enters times which another shift of the order has still to leave.

    A block shifted by a day would otherwise meet itself: today's shift takes tomorrow's place before that one left.
    """
    waiting = list(moves)
    while waiting:
        free = [move for move in waiting if not any(_enters(move, other) for other in waiting if other is not move)]
        move = (free or waiting)[0]
        waiting.remove(move)
        yield move


def _enters(move: Move, other: Move) -> bool:
    return move.starts_at < other.shift.ends_at + TURNAROUND and other.shift.starts_at < move.ends_at + TURNAROUND


async def _refuse_clash(uow: Uow, move: Move) -> None:
    workers = await clashing_workers(uow, move.shift.id, move.starts_at, move.ends_at)
    if workers:
        raise WorkerAlreadyBooked(
            f"{len(workers)} of the men seated are booked elsewhere at the new time: release them with "
            "POST seats/{id}/release, or choose another time.",
            shift_id=move.shift.id,
            workers=workers,
        )


async def _ask_crew(uow: Uow, shift_id: UUID, pace: Pace) -> tuple[UUID, ...]:
    shift = await read_shift(uow, shift_id)
    await set_shift_timers(uow, shift, pace)
    await note(
        uow,
        shift_id,
        "terms_changed",
        terms_version=shift.terms_version,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        site_id=shift.site_id,
    )
    crew = [seat for seat in await live_seats(uow, shift_id) if seat.status is not SeatStatus.ARRIVED]
    contacts = await contacts_of(uow, [seat.worker_id for seat in crew])
    place = await place_of(uow, shift)
    for seat in crew:
        await _set_moments(uow, shift, seat, place, pace)
        await _ask(uow, shift, seat, contacts[seat.worker_id], place)
    return tuple(seat.id for seat in crew)


async def _set_moments(uow: Uow, shift: Shift, seat: Seat, place: Place, pace: Pace) -> None:
    grace_at, limit_at = attendance_limits(pace, shift.starts_at)
    await set_limits(uow, seat.id, due_at=shift.starts_at, grace_at=grace_at, limit_at=limit_at, announced_min=None)
    if seat.kind is not SeatKind.STANDBY:
        await outbox.schedule(uow, LIMIT_DUE, seat.id, limit_at)
        for kind in REMINDERS:  # those of the old time; a moment that has passed gets no new one
            await outbox.cancel(uow, kind, seat.id)
        await set_reminders(uow, seat, place, pace)
        # At the new time he may be asked or held elsewhere.
        await outbox.schedule(uow, SEAT_TAKEN, seat.id, uow.now)


async def _ask(uow: Uow, shift: Shift, seat: Seat, contact: Contact, place: Place) -> None:
    if seat.status is SeatStatus.RECONFIRMED:
        await move_seat(uow, seat, SeatStatus.BOOKED, reason="terms changed")
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
