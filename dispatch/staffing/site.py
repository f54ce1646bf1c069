"""Asking the site who is there. Silence from the site is never a no-show; a list taken after the grace may be one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.attendance import AttendanceList, new_list, store_list
from dispatch.crew.lead_links import leads_with_link
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, live_seats, lock_workers, read_seat
from dispatch.crew.site_marks import marked_since
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import Answer, NewQuestion, QuestionKind, answer_question, close_questions, open_question
from dispatch.sms.texts import CrewEntry, Template
from dispatch.staffing.attendance import arrive
from dispatch.staffing.events import SITE_QUESTION_DUE
from dispatch.staffing.facts import Contact, contact_of, contacts_of, place_of
from dispatch.staffing.leads import led_lists
from dispatch.staffing.no_show import decide_no_show
from dispatch.staffing.rules import hand_over, missing_seats
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

CREW_LEAD: Final = "crew_lead"


async def ask_site(uow: Uow, job: Job) -> None:
    """Timer: the grace has ended, or the man asked last stayed silent. Ask who is there, list by list."""
    shift = await lock_shift(uow, job.subject_id)
    if shift.status is not ShiftStatus.RUNNING:
        return
    policy = (await policy_in_force(uow)).policy
    if shift.attendance_source != CREW_LEAD:
        if not await _list_taken(uow, shift) and not await marked_since(uow, shift.id, shift.starts_at):
            await _alarm_silent(uow, shift, "The grace has ended and the site has sent no list: ring it.")
        return
    seats = {s.id: s for s in await live_seats(uow, shift.id) if s.kind is not SeatKind.STANDBY}
    if job.n == 0:
        told = {worker_id for worker_id, _ in await leads_with_link(uow, shift.id)}
        lists: list[tuple[Sequence[UUID], list[str]]] = [(led, []) for led in led_lists(list(seats.values()), told)]
    else:
        lists = await _unanswered(uow, shift, seats)
    asked = False
    for crew_list, silent in lists:
        ordered = crew_list if job.n == 0 else _next_lead(crew_list, silent, seats)
        if ordered is None:
            await _alarm_silent(uow, shift, "Nobody on site answers who is there: ring the site or the crew.")
            continue
        await _ask_lead(uow, shift, [seats[seat_id] for seat_id in ordered], silent, policy)
        asked = True
    if asked:
        due_at = uow.now + policy.pace.site_question_repeat
        await outbox.schedule(uow, SITE_QUESTION_DUE, shift.id, due_at, n=job.n + 1)


async def _list_taken(uow: Uow, shift: Shift) -> bool:
    return bool(
        await uow.fetchval(
            "SELECT EXISTS (SELECT FROM attendance_lists WHERE franchise_id = $1 AND shift_id = $2 AND taken_at >= $3)",
            uow.franchise_id,
            shift.id,
            shift.starts_at,
        )
    )


async def _unanswered(uow: Uow, shift: Shift, seats: dict[UUID, Seat]) -> list[tuple[Sequence[UUID], list[str]]]:
    """Close the lists nobody answered and return each with the men who were silent to it."""
    rows = await uow.fetch(
        """SELECT id, subject_id, detail FROM questions
           WHERE franchise_id = $1 AND shift_id = $2 AND kind = 'present' AND status = 'open' ORDER BY opened_at, id""",
        uow.franchise_id,
        shift.id,
    )
    await close_questions(uow, question_ids=[row["id"] for row in rows])
    lists: list[tuple[Sequence[UUID], list[str]]] = []
    for row in rows:
        detail: dict[str, Any] = row["detail"]
        left = [UUID(seat) for seat in detail["list"] if UUID(seat) in seats]
        lists.append((left, [*detail["silent"], str(row["subject_id"])]))
    return lists


def _next_lead(crew_list: Sequence[UUID], silent: Collection[str], seats: dict[UUID, Seat]) -> Sequence[UUID] | None:
    """Return the list led by the next man who reported his arrival himself, None when nobody is left to ask."""
    there = [
        seats[seat_id]
        for seat_id in crew_list
        if seats[seat_id].status is SeatStatus.ARRIVED and str(seat_id) not in silent
    ]
    there.sort(key=lambda seat: (seat.arrived_at or seat.accepted_at, seat.id))
    return hand_over(crew_list, there[0].id) if there else None


async def _ask_lead(uow: Uow, shift: Shift, crew: Sequence[Seat], silent: Sequence[str], policy: Policy) -> None:
    lead = crew[0]
    contacts = await contacts_of(uow, [seat.worker_id for seat in crew])
    contact = contacts[lead.worker_id]
    place = await place_of(uow, shift)
    question = await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=lead.worker_id,
            kind=QuestionKind.PRESENT,
            subject_id=lead.id,
            shift_id=shift.id,
            closes_at=uow.now + policy.pace.site_question_repeat + timedelta(minutes=30),
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            detail={"list": [str(seat.id) for seat in crew], "silent": list(silent)},
        ),
    )
    others = _entries(crew[1:], contacts)
    await tell(
        uow,
        contact,
        Template.PRESENT,
        place,
        key=(question.id,),
        question_id=question.id,
        count=len(crew),
        entries=others or [CrewEntry(number=1, name=contact.short_name)],
    )
    await note(uow, shift.id, "site_asked", worker_id=lead.worker_id, seat_id=lead.id, people=len(crew))


def _entries(crew: Sequence[Seat], contacts: dict[UUID, Contact]) -> list[CrewEntry]:
    """Number the others from 2 on, the lead being 1; namesakes are told apart by their number alone."""
    return [
        CrewEntry(number=number, name=contacts[seat.worker_id].short_name) for number, seat in enumerate(crew, start=2)
    ]


async def answer_present(uow: Uow, answer: Answer) -> str:
    """Settle a crew lead's answer: all here, or the numbers of who is missing. It becomes a list and what follows."""
    detail = answer.question.detail
    crew = [UUID(seat) for seat in detail["list"]]
    numbers = answer.reply.numbers or (1,)
    missing = missing_seats(crew, numbers)
    lead = await read_seat(uow, answer.question.subject_id)
    shift = await lock_shift(uow, lead.shift_id)
    contact = await contact_of(uow, lead.worker_id)
    place = await place_of(uow, shift)
    if missing is None:
        await tell(uow, contact, Template.CLARIFY_LIST, place, key=(answer.inbound_id,), account_id=answer.account_id)
        return "list_unclear"
    await answer_question(uow, answer.question.id)
    seen = new_list(
        taken_at=answer.received_at,
        source=CREW_LEAD,
        author=f"worker:{lead.worker_id}",
        present=[seat for seat in crew if seat not in missing],
        missing=list(missing),
    )
    await apply_list(uow, shift, seen)
    await tell(
        uow,
        contact,
        Template.PRESENT_NOTED,
        place,
        key=(answer.inbound_id,),
        account_id=answer.account_id,
        count=len(missing) or None,
    )
    return "list_taken"


async def apply_list(uow: Uow, shift: Shift, seen: AttendanceList) -> None:
    """Store a list of a locked shift and draw what follows: arrivals, no-shows past their limit, contradictions.

    A man whom the list lacks although he reported himself is nobody's no-show: people are asked to look.
    """
    policy = (await policy_in_force(uow)).policy
    await store_list(uow, shift.id, seen)
    await resolve_alarms(uow, "site_silent", shift.id)
    await note(
        uow,
        shift.id,
        "list_taken",
        list_id=seen.id,
        source=seen.source,
        present=len(seen.present),
        missing=len(seen.missing),
        taken_at=seen.taken_at,
    )
    seats = {seat.id: seat for seat in await live_seats(uow, shift.id)}
    await lock_workers(uow, [seat.worker_id for seat in seats.values()])
    for seat_id in sorted(seen.present, key=lambda s: _primary_first(s, seats)):
        await _present(uow, shift, seat_id, seen, policy)
    for seat_id in seen.missing:
        await _missing(uow, shift, await read_seat(uow, seat_id), seen)


def _primary_first(seat_id: UUID, seats: dict[UUID, Seat]) -> tuple[bool, datetime | None, UUID]:
    seat = seats.get(seat_id)
    return (seat is None or seat.kind is not SeatKind.PRIMARY, None, seat_id)


async def _present(uow: Uow, shift: Shift, seat_id: UUID, seen: AttendanceList, policy: Policy) -> None:
    seat = await read_seat(uow, seat_id)
    if seat.status in EXPECTED or seat.status is SeatStatus.NO_SHOW:
        fresh = await read_shift(uow, shift.id)
        await arrive(uow, fresh, seat, seen.taken_at, source=seen.source, policy=policy, punctual=True)


async def _missing(uow: Uow, shift: Shift, seat: Seat, seen: AttendanceList) -> None:
    if seat.status is SeatStatus.ARRIVED:
        await raise_alarm(
            uow,
            "list_contradicts",
            "A man reported his arrival and the list lacks him: ask the site.",
            shift_id=shift.id,
            severity=Severity.WARNING,
            key=str(seat.id),
            seat_id=seat.id,
            list_id=seen.id,
        )
    elif seat.status in EXPECTED and seen.taken_at >= seat.grace_at and uow.now >= seat.limit_at:
        await decide_no_show(uow, await read_shift(uow, shift.id), seat, list_id=seen.id, named_by=None)


async def _alarm_silent(uow: Uow, shift: Shift, sentence: str) -> None:
    raised = await raise_alarm(uow, "site_silent", sentence, shift_id=shift.id, severity=Severity.CRITICAL)
    if raised:
        await note(uow, shift.id, "site_silent")
