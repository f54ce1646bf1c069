"""Waves: who is asked, how many, until when; one offer for all days of a block.

A block is the days of one order, or the days of one series that are due together. `consider_orders` is the only place
a wave starts. It runs when an order is placed, at a wave's deadline, when all asked have answered, when a seat is lost,
and when a try that found nobody may find somebody. It may run twice: under the shifts' locks the second run finds
nothing due.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.reasons import Reason, ReasonCode, reason
from dispatch.crew.waves import (
    Invitation,
    NewInvitation,
    Wave,
    close_wave,
    insert_wave,
    pending_invitations,
    silent_but_awaited,
    turned_away_of,
    waves_of,
)
from dispatch.kit import outbox
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate, Need, Terms, find_among, find_candidates
from dispatch.matching.plan import plan_invitations
from dispatch.orders.shifts import Shift, lock_shifts, settle_status, shifts_of_order
from dispatch.orders.timeline import note
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.expiry import expire_overdue
from dispatch.staffing.facts import OrderTerms, order_terms
from dispatch.staffing.needs import need_of
from dispatch.staffing.offers import Asked, send_offers
from dispatch.staffing.regulars import keep_regulars, regulars_of
from dispatch.staffing.rules import next_wave_target, wave_one_target, wave_window
from dispatch.tenancy.policy import OverInviteMode, Policy, Tier
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import next_allowed

MOST_TRIES: Final = 3
"""How often a wave looks for further people when some of the best have no contact budget left."""

MOST_PER_MAN: Final = 4
"""Invitations for each man needed at most, however unsure they are, when the size is found by confidence."""

RETRY_S: Final = 300
"""Seconds between two looks for people when nothing foreseeable opens earlier."""


@dataclass(slots=True)
class PlannedWave:
    """One shift's part in a round of asking: its wave, and who was chosen for it, a second chance marked so.

    The size of a wave `by_hand` was named by a dispatcher and is not reckoned again.
    """

    shift: Shift
    wave: Wave
    need: Need
    factor: Decimal
    by_confidence: bool
    by_hand: bool = False
    chosen: list[tuple[Candidate, bool]] = field(default_factory=list)


async def consider_orders(uow: Uow, order_ids: Sequence[UUID]) -> None:
    """Reckon every shift of a block up and start the waves that are due; set each order's timer for the next look."""
    policy = (await policy_in_force(uow)).policy
    shifts = await lock_shifts(uow, [shift for order in order_ids for shift in await shifts_of_order(uow, order)])
    terms = {order_id: await order_terms(uow, order_id) for order_id in order_ids}
    plans: list[PlannedWave] = []
    looks: dict[UUID, list[datetime]] = {}
    for shift in shifts:
        plan, next_look = await _plan_shift(uow, shift, terms[shift.order_id], policy)
        if plan is not None:
            plans.append(plan)
        if next_look is not None:
            looks.setdefault(shift.order_id, []).append(next_look)
    if plans:
        await choose_people(uow, plans, policy)
        for plan, look in zip(plans, await ask_people(uow, plans, policy), strict=True):
            looks.setdefault(plan.shift.order_id, []).append(look)
    for order_id, moments in looks.items():
        await outbox.schedule(uow, WAVE_DUE, order_id, max(min(moments), uow.now + timedelta(milliseconds=200)))


async def _plan_shift(
    uow: Uow, shift: Shift, terms: OrderTerms, policy: Policy
) -> tuple[PlannedWave | None, datetime | None]:
    """Return the wave due for a shift, or when to look again, or neither (nothing to do for it any more)."""
    if not shift.ahead or shift.paused_at is not None:
        return None, None
    await expire_overdue(uow, shift.id)
    shift = await reckon_cover(uow, shift.id, policy)
    waves = await waves_of(uow, shift.id)
    pending = await pending_invitations(uow, shift.id)
    still_open = await _reckon_up(uow, shift, waves, pending)
    if still_open is not None:
        return None, still_open
    await settle_status(uow, shift.id)
    if shift.seated >= shift.cover and shift.primary_count >= shift.headcount:
        await resolve_alarms(uow, "nobody_to_invite", shift.id)
        await resolve_alarms(uow, "shortfall_predicted", shift.id)
        return None, None
    window = wave_window(policy.pace, uow.now, shift.starts_at)
    if window is None:
        if not pending:
            await _raise_shortfall(uow, shift, "no time for another wave")
        return None, None
    need = await need_of(uow, shift, terms, policy, deadline=uow.now + window, waves=len(waves))
    return await _due(uow, need, shift, terms, policy, waves=waves, pending=pending)


async def _reckon_up(uow: Uow, shift: Shift, waves: Sequence[Wave], pending: Sequence[Invitation]) -> datetime | None:
    """Close the last wave when its time is over or all its people answered; return its deadline while it is open."""
    current = waves[-1] if waves else None
    if current is None or current.closed_at is not None:
        return None
    if current.deadline > uow.now and any(i.wave_id == current.id for i in pending):
        return current.deadline
    await close_wave(uow, current.id)
    await note(uow, shift.id, "wave_closed", n=current.n, invited=current.invited, target=current.target)
    return None


async def _due(
    uow: Uow,
    need: Need,
    shift: Shift,
    terms: OrderTerms,
    policy: Policy,
    *,
    waves: Sequence[Wave],
    pending: Sequence[Invitation],
) -> tuple[PlannedWave | None, datetime | None]:
    wakes_at = next_allowed(uow.now, ZoneInfo(shift.zone), policy.calendar.quiet)
    if not need.urgent and wakes_at >= need.deadline:
        # Nobody may be asked before an answer is due: no wave, and no alarm either, it is simply night.
        await _say_it_waits(uow, shift, wakes_at)
        return None, min(wakes_at, shift.starts_at - policy.calendar.urgent_lead)
    factor = Decimal(str((terms.over_invite or {}).get("factor", policy.staffing.factor)))
    target, why = _target(shift, factor, policy, waves=len(waves), pending=pending)
    if target == 0:
        return None, min((i.deadline for i in pending), default=None)
    wave = new_wave(uow, need, shift, len(waves) + 1, target, why)
    mode = (terms.over_invite or {}).get("mode", policy.staffing.mode)
    return PlannedWave(shift, wave, need, factor, by_confidence=wave.n == 1 and mode == OverInviteMode.CONFIDENCE), None


def new_wave(uow: Uow, need: Need, shift: Shift, n: int, target: int, why: Reason) -> Wave:
    """Return a wave that starts now and is open until the deadline of its need; nothing is written yet."""
    return Wave(
        id=new_id(),
        shift_id=shift.id,
        n=n,
        target=target,
        reason=str(why),
        radius_m=round(need.radius_m),
        starts_at=uow.now,
        deadline=need.deadline,
        closed_at=None,
        why=why,
    )


async def _say_it_waits(uow: Uow, shift: Shift, until: datetime) -> None:
    """Write once into the shift's story that nobody is asked before this moment, so that nobody wonders."""
    said = await uow.fetchval(
        """SELECT EXISTS (SELECT FROM timeline WHERE franchise_id = $1 AND shift_id = $2 AND kind = 'wave_waits'
           AND (detail ->> 'until')::timestamptz = $3)""",
        uow.franchise_id,
        shift.id,
        until,
    )
    if not said:
        await note(uow, shift.id, "wave_waits", until=until, reason="quiet hours")


def _target(
    shift: Shift, factor: Decimal, policy: Policy, *, waves: int, pending: Sequence[Invitation]
) -> tuple[int, Reason]:
    staffing = policy.staffing
    if waves == 0:
        why = reason(ReasonCode.FIRST_WAVE, factor=factor, headcount=shift.headcount)
        return wave_one_target(factor, shift.headcount), why
    target = next_wave_target(staffing.wave_factor, shift.cover, shift.seated, len(pending))
    if shift.cover <= shift.seated:
        return target, reason(ReasonCode.COVERED)
    return target, reason(
        ReasonCode.NEXT_WAVE,
        n=waves + 1,
        factor=staffing.wave_factor,
        cover=shift.cover,
        seated=shift.seated,
        asked=len(pending),
    )


async def choose_people(uow: Uow, plans: Sequence[PlannedWave], policy: Policy) -> None:
    """Choose the people of every wave of the round; who is asked for one day of the block is preferred for the next.

    First come those who said yes when there was no place, last those who were silent to a first offer of the shift.
    The first wave of a day of a series asks those who stay from the day before, and others for the gaps alone.
    """
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    block: list[UUID] = []
    for plan in plans:
        found = await _best(uow, plan, terms, prefer=[*await turned_away_of(uow, plan.shift.id), *block])
        missing = plan.wave.target - len(found)
        if missing > 0:
            barred = [candidate.worker_id for candidate in found] + await silent_but_awaited(uow, plan.shift.id)
            found += await find_candidates(uow, replace(plan.need, again=True), terms, missing, exclude=barred)
            missing = plan.wave.target - len(found)
        plan.chosen = [(candidate, False) for candidate in found]
        if missing > 0 and plan.need.min_tier is Tier.C:
            room = min(missing, await _second_chances_left(uow, plan.shift, policy))
            again = replace(plan.need, second_chance=True)
            barred = [candidate.worker_id for candidate in found]
            plan.chosen += [(c, True) for c in await find_candidates(uow, again, terms, room, exclude=barred)]
        block += [candidate.worker_id for candidate, _ in plan.chosen if candidate.worker_id not in block]


async def _best(uow: Uow, plan: PlannedWave, terms: Terms, *, prefer: Sequence[UUID]) -> list[Candidate]:
    """Return the people of one wave; a first wave in confidence mode takes its size from these very people."""
    first = plan.wave.n == 1 and not plan.by_hand
    kept = await find_among(uow, plan.need, terms, await regulars_of(uow, plan.shift)) if first else []
    if kept:
        plan.wave = keep_regulars(plan.wave, kept, plan.shift.headcount, plan.factor)
    wanted = MOST_PER_MAN * plan.shift.headcount if plan.by_confidence else plan.wave.target
    stay = [candidate.worker_id for candidate in kept]
    others = await find_candidates(uow, plan.need, terms, wanted - len(kept), prefer=prefer, exclude=stay)
    ranked = [*kept, *others]
    if not plan.by_confidence:
        return ranked
    advice = plan_invitations(
        OverInviteMode.CONFIDENCE,
        plan.shift.headcount,
        [candidate.p_comes for candidate in ranked],
        factor=terms.staffing.factor,
        target=terms.staffing.target,
    )
    plan.wave = replace(plan.wave, target=max(advice.n, 1), reason=advice.reason, why=advice.why)
    return ranked[: advice.n]


async def _second_chances_left(uow: Uow, shift: Shift, policy: Policy) -> int:
    """Return how many men under a no-show cap this crew may still take in, as reserve."""
    taken = await uow.fetchval(
        """SELECT count(*) FROM invitations WHERE franchise_id = $1 AND shift_id = $2 AND second_chance
           AND status IN ('queued', 'sent', 'delivered', 'accepted')""",
        uow.franchise_id,
        shift.id,
    )
    return max(0, int(policy.staffing.second_chance_share * shift.headcount) - int(taken))


async def ask_people(uow: Uow, plans: Sequence[PlannedWave], policy: Policy) -> list[datetime]:
    """Reserve contact budget and codes, write waves, invitations, questions and texts; return each plan's next look."""
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    wanted = list(dict.fromkeys(candidate.worker_id for plan in plans for candidate, _ in plan.chosen))
    reserved: dict[UUID, Asked] = {}
    for _ in range(MOST_TRIES):
        reserved |= await _reserve(uow, [worker for worker in wanted if worker not in reserved], policy)
        spent = [worker for worker in wanted if worker not in reserved]
        if not spent:
            break
        wanted = await _replace_spent(uow, plans, terms, spent)
    looks: list[datetime] = []
    invitations: list[NewInvitation] = []
    for plan in plans:
        asked = [(candidate, second) for candidate, second in plan.chosen if candidate.worker_id in reserved]
        if not asked:
            looks.append(await _nobody(uow, plan, policy))
            continue
        await resolve_alarms(uow, "nobody_to_invite", plan.shift.id)
        await insert_wave(uow, plan.wave)
        invitations += [
            NewInvitation(
                id=new_id(),
                shift_id=plan.shift.id,
                worker_id=candidate.worker_id,
                wave_id=plan.wave.id,
                question_id=None,
                terms_version=plan.shift.terms_version,
                rank=rank,
                score=candidate.score,
                distance_m=candidate.distance_m,
                p_accept=candidate.p_accept,
                p_show=candidate.p_show,
                explain=candidate.components | {"rating": str(candidate.rating)},
                deadline=plan.wave.deadline,
                contact_day=reserved[candidate.worker_id].day,
                second_chance=second,
            )
            for rank, (candidate, second) in enumerate(asked, start=1)
        ]
        await note(
            uow,
            plan.shift.id,
            "wave_started",
            n=plan.wave.n,
            target=plan.wave.target,
            invited=len(asked),
            reason=plan.wave.reason,
            why=_kept(plan.wave),
            deadline=plan.wave.deadline,
        )
        looks.append(plan.wave.deadline)
    if invitations:
        await send_offers(
            uow,
            policy,
            [plan.shift for plan in plans],
            list(reserved.values()),
            invitations,
            urgent=any(plan.need.urgent for plan in plans),
        )
    return looks


async def _reserve(uow: Uow, workers: Sequence[UUID], policy: Policy) -> dict[UUID, Asked]:
    if not workers:
        return {}
    rows = await uow.fetch(
        "SELECT * FROM reserve_invitations($1, $2, $3, $4, $5)",
        uow.franchise_id,
        list(workers),
        policy.calendar.unanswered_limit,
        policy.calendar.kept_for_home,
        uow.now,
    )
    return {row["worker_id"]: Asked(**dict(row)) for row in rows}


async def _replace_spent(uow: Uow, plans: Sequence[PlannedWave], terms: Terms, spent: Sequence[UUID]) -> list[UUID]:
    """Put others in the place of those whose budget somebody else took meanwhile; return everybody now chosen."""
    for plan in plans:
        kept = [(candidate, second) for candidate, second in plan.chosen if candidate.worker_id not in spent]
        missing = len(plan.chosen) - len(kept)
        if missing:
            barred = [*spent, *(candidate.worker_id for candidate, _ in kept)]
            others = await find_candidates(uow, plan.need, terms, missing, exclude=barred)
            kept += [(candidate, False) for candidate in others]
        plan.chosen = kept
    return list(dict.fromkeys(candidate.worker_id for plan in plans for candidate, _ in plan.chosen))


async def _nobody(uow: Uow, plan: PlannedWave, policy: Policy) -> datetime:
    """Raise one alarm for a wave with nobody to ask, and return when somebody may be found."""
    shift = plan.shift
    await raise_alarm(
        uow,
        "nobody_to_invite",
        "Nobody eligible is left to invite: widen the radius, lower the tier, borrow, or ring people yourself.",
        shift_id=shift.id,
        severity=Severity.CRITICAL if shift.starts_at - uow.now <= policy.calendar.urgent_lead else Severity.WARNING,
        missing=shift.cover - shift.seated,
    )
    await note(
        uow, shift.id, "nobody_to_invite", target=plan.wave.target, reason=plan.wave.reason, why=_kept(plan.wave)
    )
    urgent_from = shift.starts_at - policy.calendar.urgent_lead
    usual = uow.now + min(timedelta(seconds=RETRY_S), (shift.starts_at - uow.now) / 4)
    return min(urgent_from, usual) if urgent_from > uow.now else usual


def _kept(wave: Wave) -> dict[str, Any] | None:
    return None if wave.why is None else wave.why.stored()


async def _raise_shortfall(uow: Uow, shift: Shift, why: str) -> None:
    if shift.seated >= shift.headcount:
        return
    raised = await raise_alarm(
        uow,
        "shortfall_predicted",
        "The shift will start short: ring the call list, call the standby, or tell the client.",
        shift_id=shift.id,
        severity=Severity.CRITICAL,
        missing=shift.headcount - shift.seated,
    )
    if raised:
        await settle_status(uow, shift.id, short=True)
        await note(uow, shift.id, "shortfall_predicted", missing=shift.headcount - shift.seated, reason=why)
