"""A mark becomes what it says: once, at its own moment, however late it reaches us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.attendance import new_list
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, live_seats, lock_workers, read_seat
from dispatch.crew.site_marks import StoredMark, known_mark, store_mark
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift
from dispatch.orders.timeline import note
from dispatch.staffing.attendance import TOO_EARLY, announce_delay, arrive
from dispatch.staffing.gaps import call_standby
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.on_site.commands import (
    AnyMark,
    MarkArrived,
    MarkCameInstead,
    MarkFinished,
    MarkLate,
    MarkLeft,
    MarkMissing,
    MarkRegister,
    MarkStandbyCalled,
    MarkTurnedAway,
    MarkUnlisted,
    MarkWalkIn,
    SeatMark,
)
from dispatch.staffing.on_site.leaving import come_back, note_leaving
from dispatch.staffing.on_site.newcomers import register_walk_in, seat_unlisted, substitute, whom
from dispatch.staffing.on_site.reports import note_finish, store_picture
from dispatch.staffing.on_site.rules import moment_of
from dispatch.staffing.on_site.standby import bring_up
from dispatch.staffing.on_site.turning_away import turn_away
from dispatch.staffing.operate import ArrivalTooEarly, SeatNotOfThisShift, ShiftIsOver
from dispatch.staffing.site import apply_list
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force


class Source(StrEnum):
    """Who marks."""

    FOREMAN = "foreman"
    CREW_LEAD = "crew_lead"
    DISPATCHER = "dispatcher"


class MissedTooEarly(Conflict):
    """Within his grace a man is not missing."""


class NobodyOnStandby(Conflict):
    """There is no standby, or all of it was asked."""


class MarkOfAnotherShift(Conflict):
    """A mark with this id was kept for another shift."""


@dataclass(frozen=True, slots=True)
class KeptMark:
    """What a mark came to; `known` when it had come before, and nothing was done again."""

    outcome: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What an act came to, and what of it is kept with the mark."""

    outcome: str
    detail: Mapping[str, object] = field(default_factory=dict)
    sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What an act needs to know: the locked shift, the moment that counts, who says so."""

    shift: Shift
    at: datetime
    source: Source
    policy: Policy


async def keep_mark(uow: Uow, shift_id: UUID, mark: AnyMark, *, source: Source, overtaken: bool = False) -> KeptMark:
    """Do what a mark says and keep it; a mark that was kept before does nothing.

    Its moment is the device's, corrected by the offset: an arrival that reaches us hours later than a no-show was
    decided reverses it exactly.

    Args:
        uow: the tenant's unit of work, for this mark alone.
        shift_id: the shift whose list he has.
        mark: what he saw.
        source: who he is.
        overtaken: a later mark, come with this one, says that the man was seen: nobody is judged in between.

    Raises:
        ShiftNotFound, SeatNotFound, SeatNotOfThisShift: it speaks of what is not there.
        MarkInTheFuture, MarkBeforeTheShift: its moment cannot be true.
        MarkOfAnotherShift: its id belongs to a mark elsewhere.
        ArrivalTooEarly, MissedTooEarly, SeatIsOver, SeatNotOnSite, ShiftIsOver: it contradicts what is known.
        NobodyOfYours, SeveralMen, OnTheListAlready, NotEligible: a newcomer cannot be placed.
        ShiftFull, WorkerAlreadyBooked: there is no place for him, or none is his.
        NobodyOnStandby, NotAPicture, HoursOfUnknownSeat: what it asks for or brings is none.
    """
    shift = await lock_shift(uow, shift_id)
    before = await known_mark(uow, mark.id)
    if before is not None:
        if before[0] != shift.id:
            raise MarkOfAnotherShift("This mark was kept for another shift. Mark it again.")
        return KeptMark(before[1], known=True)
    policy = (await policy_in_force(uow)).policy
    opens_at = shift.starts_at - policy.pace.arrival_early
    at = moment_of(mark.made_at, mark.offset, opens_at=opens_at, now=uow.now)
    done = await _do(uow, Sight(shift, at, source, policy), mark, overtaken=overtaken)
    await store_mark(
        uow,
        StoredMark(
            id=mark.id,
            shift_id=shift.id,
            kind=mark.kind,
            seat_id=mark.seat_id if isinstance(mark, SeatMark) else None,
            made_at=mark.made_at,
            clock_offset=mark.offset,
            at=at,
            source=source,
            outcome=done.outcome,
            detail=done.detail,
            sha256=done.sha256,
        ),
    )
    await resolve_alarms(uow, "site_silent", shift.id)
    return KeptMark(done.outcome)


async def _do(uow: Uow, sight: Sight, mark: AnyMark, *, overtaken: bool) -> Done:
    match mark:
        case SeatMark():
            return await _about_a_man(uow, sight, mark, overtaken=overtaken)
        case MarkRegister(image=image):
            sha256 = await store_picture(uow, image)
            await note(uow, sight.shift.id, "register_photographed", mark_id=mark.id, source=sight.source)
            return Done("stored", sha256=sha256)
        case MarkFinished(image=image):
            kept = await note_finish(uow, sight.shift, mark, source=sight.source)
            return Done("stored", kept, None if image is None else await store_picture(uow, image))
        case MarkStandbyCalled():
            _require_open(sight.shift)
            if not await call_standby(uow, sight.shift.id, sight.policy):
                raise NobodyOnStandby("Nobody is on standby who was not asked yet. Ring the dispatcher.")
            return Done("standby_called")
        case MarkUnlisted(who=who):
            _require_open(sight.shift)
            worker_id = await whom(uow, who)
            await lock_workers(uow, [worker_id])
            outcome = await seat_unlisted(
                uow, sight.shift, worker_id, sight.at, source=sight.source, policy=sight.policy
            )
            return Done(outcome, {"worker_id": worker_id})
        case MarkWalkIn():
            _require_open(sight.shift)
            return Done(
                "registered", {"worker_id": await register_walk_in(uow, sight.shift, mark, source=sight.source)}
            )
    raise AssertionError(mark.kind)  # the union above is whole


async def _about_a_man(uow: Uow, sight: Sight, mark: SeatMark, *, overtaken: bool) -> Done:
    other = await whom(uow, mark.who) if isinstance(mark, MarkCameInstead) else None
    others = [] if other is None else [other]
    if isinstance(mark, MarkMissing):  # a list takes the locks of the whole crew, and locks are taken in one go
        others = [seat.worker_id for seat in await live_seats(uow, sight.shift.id)]
    seat = await _locked(uow, sight.shift, mark.seat_id, others)
    match mark:
        case MarkArrived():
            return Done(await _arrived(uow, sight, seat))
        case MarkMissing():
            return Done(await _missing(uow, sight, seat, overtaken=overtaken))
    _require_open(sight.shift)
    match mark:
        case MarkLate(minutes=minutes):
            return Done(await _late(uow, sight, seat, minutes))
        case MarkLeft(let_go=let_go):
            return Done(await note_leaving(uow, sight.shift, seat, sight.at, let_go=let_go, source=sight.source))
        case MarkTurnedAway(reason=reason):
            away = await turn_away(
                uow, sight.shift, seat, sight.at, reason=reason, source=sight.source, policy=sight.policy
            )
            return Done(away, {"reason": reason})
        case MarkCameInstead() if other is not None:
            outcome = await substitute(
                uow, sight.shift, seat, other, sight.at, source=sight.source, policy=sight.policy
            )
            return Done(outcome, {"worker_id": other})
    raise AssertionError(type(mark))  # every mark about a man is above


async def _late(uow: Uow, sight: Sight, seat: Seat, minutes: int) -> str:
    if seat.status not in EXPECTED or seat.kind is SeatKind.STANDBY:
        raise SeatIsOver("He is here already, or is not expected any more.", seat_id=seat.id)
    await announce_delay(uow, sight.shift, seat, sight.at, minutes, sight.policy)
    return "delay_noted"


async def _locked(uow: Uow, shift: Shift, seat_id: UUID, others: Sequence[UUID]) -> Seat:
    """Lock a man and others, in order; read his seat under the lock."""
    found = await read_seat(uow, seat_id)
    if found.shift_id != shift.id:
        raise SeatNotOfThisShift("This man is on another shift's list.", seat_id=seat_id)
    await lock_workers(uow, [found.worker_id, *others])
    return await read_seat(uow, seat_id)


def _require_open(shift: Shift) -> None:
    if not shift.open:
        raise ShiftIsOver("The shift is closed or cancelled. Tell the dispatcher.", status=shift.status)


async def _arrived(uow: Uow, sight: Sight, seat: Seat) -> str:
    shift = sight.shift
    if seat.status is SeatStatus.ARRIVED and seat.left_at is not None:
        return await come_back(uow, shift, seat, source=sight.source)
    if seat.kind is SeatKind.STANDBY and seat.live and seat.status is not SeatStatus.ARRIVED:
        _require_open(shift)
        seat = await bring_up(uow, shift, seat, sight.at, sight.policy.pace)
    outcome = await arrive(uow, shift, seat, sight.at, source=sight.source, policy=sight.policy)
    if outcome == TOO_EARLY:
        raise ArrivalTooEarly("The shift starts much later: look whether this is the right day.", seat_id=seat.id)
    if outcome == "seat_over":
        raise SeatIsOver(
            "He is not expected here any more, or the shift is over. Tell the dispatcher.", seat_id=seat.id
        )
    return outcome


async def _missing(uow: Uow, sight: Sight, seat: Seat, *, overtaken: bool) -> str:
    """One line of a list. Past his limit it makes a no-show, now or when the limit comes."""
    _require_open(sight.shift)
    if seat.status is SeatStatus.NO_SHOW:
        return "no_show"
    if seat.kind is SeatKind.STANDBY or seat.status not in (*EXPECTED, SeatStatus.ARRIVED):
        raise SeatIsOver("He is not expected here any more.", seat_id=seat.id)
    if seat.arrived_at is not None and seat.arrived_at > sight.at:
        return "came_later"
    if sight.at < seat.grace_at:
        raise MissedTooEarly("His grace is not over yet: wait for it, then mark him missing.", grace_at=seat.grace_at)
    if overtaken:
        return "came_later"
    seen = new_list(taken_at=sight.at, source=sight.source, author=uow.actor, present=[], missing=[seat.id])
    await apply_list(uow, sight.shift, seen)
    now = await read_seat(uow, seat.id)
    return {SeatStatus.NO_SHOW: "no_show", SeatStatus.ARRIVED: "contradicts"}.get(now.status, "noted")
