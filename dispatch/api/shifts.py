"""Shifts: how full, who, why, and everything a dispatcher does to one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dispatch.access.errors import UserNotFound
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyReused, OnceDep
from dispatch.api.shift_models import (
    CallKept,
    CallOut,
    Calls,
    Closed,
    Done,
    Excused,
    Fill,
    InvitationOut,
    Invitations,
    ListTaken,
    MoneyOut,
    SeatCompleted,
    SeatOut,
    Seats,
    ShiftOut,
    ShiftRow,
    StepOut,
    Timeline,
    WaveOut,
    Waves,
)
from dispatch.api.versions import set_version
from dispatch.crew.calls import BeingRung
from dispatch.crew.errors import NoShowTooEarly, SeatNotFound
from dispatch.crew.queries import call_list, fill_counts, invitations_with_people, seats_with_people
from dispatch.crew.waves import waves_of
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.text import INT8_MAX
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.matching.candidates import WorkerNotInPool
from dispatch.money.shift_money import money_of_shift
from dispatch.orders.queries import list_shifts, timeline_of
from dispatch.orders.shifts import ShiftNotFound, read_shift
from dispatch.staffing.by_hand import InviteByHand, InvitedByHand, NotEligible, invite_by_hand
from dispatch.staffing.calls import RecordCall, WorkerNotOfThisShift, record_call_result
from dispatch.staffing.close import CloseShift, HoursOfUnknownSeat, ShiftNotRunning, close_shift
from dispatch.staffing.complete import CompleteSeat, SeatNotOnSite, complete_seat
from dispatch.staffing.cover import probability_full
from dispatch.staffing.excuse import ExcuseShift, excuse_shift
from dispatch.staffing.handover import HandOver, NotADispatcher, hand_over
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.no_show import SeatNotExpected, confirm_absence
from dispatch.staffing.operate import (
    ArrivalTooEarly,
    ListOutOfTime,
    ReleaseSeat,
    SeatNotOfThisShift,
    ShiftIsOver,
    TakeList,
    mark_arrived,
    pause_shift,
    release_seat,
    resume_shift,
    take_list,
)

router = APIRouter(tags=["shifts"])


@router.get("/shifts", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(CursorInvalid))
async def get_shifts(
    uow: UowDep,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
    from_at: Annotated[Instant | None, Query(alias="from")] = None,
    to_at: Annotated[Instant | None, Query(alias="to")] = None,
) -> Page[ShiftRow]:
    """List shifts by start, those that overlap the span given."""
    after = read_cursor(cursor, datetime) if cursor is not None else None
    rows = await list_shifts(uow, limit=limit + 1, after=after, from_at=from_at, to_at=to_at)
    return Page[ShiftRow].cut(
        rows,
        limit,
        item=lambda row: ShiftRow.model_validate(dict(row)),
        key=lambda row: (row["starts_at"], row["id"]),
    )


@router.get("/shifts/{shift_id}", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound))
async def get_shift(shift_id: UUID, uow: UowDep, response: Response) -> ShiftOut:
    """Read a shift and how full it is; its version comes as ETag."""
    shift = await read_shift(uow, shift_id)
    counts = await fill_counts(uow, shift_id)
    money = await money_of_shift(uow, shift_id)
    set_version(response, shift.version)
    p_full = round(await probability_full(uow, shift), 4)
    return ShiftOut(
        id=shift.id,
        order_id=shift.order_id,
        test=shift.test,
        client_id=shift.client_id,
        site_id=shift.site_id,
        service=shift.service,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        zone=shift.zone,
        status=shift.status,
        paused_at=shift.paused_at,
        attendance_source=shift.attendance_source,
        terms_version=shift.terms_version,
        version=shift.version,
        fill=Fill(headcount=shift.headcount, cover=shift.cover, p_full=p_full, **counts),
        money=MoneyOut.model_validate(money) if money else None,
    )


@router.get(
    "/shifts/{shift_id}/timeline", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound)
)
async def get_timeline(
    shift_id: UUID, uow: UowDep, after: Annotated[int, Query(ge=0, le=INT8_MAX)] = 0, limit: Limit = DEFAULT_LIMIT
) -> Timeline:
    """Read what happened, by whom and why, in order."""
    await read_shift(uow, shift_id)
    rows = await timeline_of(uow, shift_id, after=after, limit=limit)
    return Timeline(items=tuple(StepOut.model_validate(dict(row)) for row in rows))


@router.get(
    "/shifts/{shift_id}/waves", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound)
)
async def get_waves(shift_id: UUID, uow: UowDep) -> Waves:
    """Read the waves of a shift."""
    await read_shift(uow, shift_id)
    return Waves(items=tuple(WaveOut.model_validate(wave) for wave in await waves_of(uow, shift_id)))


@router.get(
    "/shifts/{shift_id}/invitations", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound)
)
async def get_invitations(shift_id: UUID, uow: UowDep) -> Invitations:
    """Read who was asked, wave by wave."""
    await read_shift(uow, shift_id)
    rows = await invitations_with_people(uow, shift_id)
    return Invitations(items=tuple(InvitationOut.model_validate(dict(row)) for row in rows))


@router.post(
    "/shifts/{shift_id}/invitations",
    status_code=201,
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(ShiftNotFound, ShiftIsOver, WorkerNotInPool, NotEligible, IdempotencyKeyReused),
)
async def post_invitation(shift_id: UUID, command: InviteByHand, uow: UowDep, once: OnceDep) -> InvitedByHand:
    """Ask a named man; the hard rules hold for him as for everybody."""
    return await once(invite_by_hand, uow, shift_id, command)


@router.get(
    "/shifts/{shift_id}/seats", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound)
)
async def get_seats(shift_id: UUID, uow: UowDep) -> Seats:
    """Read the seats of a shift, primary first."""
    await read_shift(uow, shift_id)
    return Seats(items=tuple(SeatOut.model_validate(dict(r)) for r in await seats_with_people(uow, shift_id)))


@router.get(
    "/shifts/{shift_id}/calls", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(ShiftNotFound)
)
async def get_calls(shift_id: UUID, uow: UowDep) -> Calls:
    """Read whom to ring, best first."""
    await read_shift(uow, shift_id)
    return Calls(items=tuple(CallOut.model_validate(dict(row)) for row in await call_list(uow, shift_id)))


@router.post(
    "/shifts/{shift_id}/calls",
    status_code=201,
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(ShiftNotFound, WorkerNotOfThisShift, BeingRung, IdempotencyKeyReused),
)
async def post_call(shift_id: UUID, command: RecordCall, uow: UowDep, once: OnceDep) -> CallKept:
    """Keep what came of ringing a man; a yes or a no on the phone counts like a text."""
    return await once(_record_call, uow, shift_id, command)


async def _record_call(uow: Uow, shift_id: UUID, command: RecordCall) -> CallKept:
    return CallKept.model_validate(await record_call_result(uow, shift_id, command))


@router.post(
    "/shifts/{shift_id}/excuse",
    dependencies=[allow(Permission.SHIFTS_EXCUSE)],
    responses=responses(ShiftNotFound, IdempotencyKeyReused),
)
async def post_excuse(shift_id: UUID, command: ExcuseShift, uow: UowDep, once: OnceDep) -> Excused:
    """Take back what the crew was marked for: snow, the metro, a guard, a wrong address. Each man is told."""
    return await once(_excuse, uow, shift_id, command)


async def _excuse(uow: Uow, shift_id: UUID, command: ExcuseShift) -> Excused:
    return Excused.model_validate(await excuse_shift(uow, shift_id, command))


@router.post(
    "/shifts/{shift_id}/attendance",
    status_code=201,
    dependencies=[allow(Permission.ATTENDANCE_WRITE)],
    responses=responses(ShiftNotFound, ShiftIsOver, ListOutOfTime, SeatNotOfThisShift, IdempotencyKeyReused),
)
async def post_attendance(shift_id: UUID, command: TakeList, uow: UowDep, once: OnceDep) -> ListTaken:
    """Take a list of who is on site; past his limit, a man it lacks is a no-show."""
    return await once(_take_list, uow, shift_id, command)


async def _take_list(uow: Uow, shift_id: UUID, command: TakeList) -> ListTaken:
    return ListTaken.model_validate(await take_list(uow, shift_id, command))


@router.post(
    "/shifts/{shift_id}/pause",
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(ShiftNotFound, ShiftIsOver, IdempotencyKeyReused),
)
async def post_pause(shift_id: UUID, uow: UowDep, once: OnceDep) -> Done:
    """Stop asking people; seats, reminders and attendance go on."""
    return await once(_pause, uow, shift_id)


async def _pause(uow: Uow, shift_id: UUID) -> Done:
    await pause_shift(uow, shift_id)
    return Done(shift_id=shift_id, outcome="paused")


@router.post(
    "/shifts/{shift_id}/resume",
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(ShiftNotFound, ShiftIsOver, IdempotencyKeyReused),
)
async def post_resume(shift_id: UUID, uow: UowDep, once: OnceDep) -> Done:
    """Ask people again, from now."""
    return await once(_resume, uow, shift_id)


async def _resume(uow: Uow, shift_id: UUID) -> Done:
    await resume_shift(uow, shift_id)
    return Done(shift_id=shift_id, outcome="resumed")


@router.post(
    "/shifts/{shift_id}/handover",
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(ShiftNotFound, UserNotFound, NotADispatcher, IdempotencyKeyReused),
)
async def post_handover(shift_id: UUID, command: HandOver, uow: UowDep, once: OnceDep) -> Done:
    """Give a shift into a dispatcher's care, or into nobody's."""
    return await once(_hand_over, uow, shift_id, command)


async def _hand_over(uow: Uow, shift_id: UUID, command: HandOver) -> Done:
    await hand_over(uow, shift_id, command)
    return Done(shift_id=shift_id, outcome="handed_over")


@router.post(
    "/shifts/{shift_id}/close",
    dependencies=[allow(Permission.SHIFTS_CLOSE)],
    responses=responses(ShiftNotFound, ShiftNotRunning, HoursOfUnknownSeat, IdempotencyKeyReused),
)
async def post_close(shift_id: UUID, command: CloseShift, uow: UowDep, once: OnceDep) -> Closed:
    """Close a running shift: hours as planned unless stated, marks, bill, pay."""
    return await once(_close, uow, shift_id, command)


async def _close(uow: Uow, shift_id: UUID, command: CloseShift) -> Closed:
    return Closed.model_validate(await close_shift(uow, shift_id, command))


@router.post(
    "/seats/{seat_id}/arrive",
    dependencies=[allow(Permission.ATTENDANCE_WRITE)],
    responses=responses(SeatNotFound, ArrivalTooEarly, SeatIsOver, IdempotencyKeyReused),
)
async def post_arrive(seat_id: UUID, uow: UowDep, once: OnceDep) -> Done:
    """Say that a man is on site now; it undoes a no-show exactly."""
    return await once(_arrive, uow, seat_id)


async def _arrive(uow: Uow, seat_id: UUID) -> Done:
    return Done(seat_id=seat_id, outcome=await mark_arrived(uow, seat_id))


@router.post(
    "/seats/{seat_id}/no-show",
    dependencies=[allow(Permission.ATTENDANCE_WRITE)],
    responses=responses(SeatNotFound, SeatNotExpected, NoShowTooEarly, IdempotencyKeyReused),
)
async def post_no_show(seat_id: UUID, uow: UowDep, once: OnceDep) -> Done:
    """Say, as a named person, that a man did not come; only past his limit."""
    return await once(_no_show, uow, seat_id)


async def _no_show(uow: Uow, seat_id: UUID) -> Done:
    await confirm_absence(uow, seat_id)
    return Done(seat_id=seat_id, outcome="no_show")


@router.post(
    "/seats/{seat_id}/complete",
    dependencies=[allow(Permission.SHIFTS_CLOSE)],
    responses=responses(SeatNotFound, SeatNotOnSite, IdempotencyKeyReused),
)
async def post_complete(seat_id: UUID, command: CompleteSeat, uow: UowDep, once: OnceDep) -> SeatCompleted:
    """Settle one man who is done before the others, or whose arrival became known after the shift was closed."""
    return await once(_complete, uow, seat_id, command)


async def _complete(uow: Uow, seat_id: UUID, command: CompleteSeat) -> SeatCompleted:
    return SeatCompleted.model_validate(await complete_seat(uow, seat_id, command))


@router.post(
    "/seats/{seat_id}/release",
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(SeatNotFound, SeatIsOver, IdempotencyKeyReused),
)
async def post_release(seat_id: UUID, command: ReleaseSeat, uow: UowDep, once: OnceDep) -> Done:
    """End a seat from our side, without a mark; the man is told."""
    return await once(_release, uow, seat_id, command)


async def _release(uow: Uow, seat_id: UUID, command: ReleaseSeat) -> Done:
    await release_seat(uow, seat_id, command)
    return Done(seat_id=seat_id, outcome="released")
