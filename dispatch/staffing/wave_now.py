"""The next wave at a dispatcher's word: foreseen first, with the very people it would ask, then started."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from dispatch.crew.reasons import ReasonCode, reason
from dispatch.crew.waves import close_wave, pending_invitations, waves_of
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate, Terms, find_candidates
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.accounts import segment_price
from dispatch.sms.own_texts import wording_of
from dispatch.sms.segments import measure
from dispatch.sms.texts import Language, Template
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.expiry import expire_overdue
from dispatch.staffing.facts import Contact, order_terms, place_of
from dispatch.staffing.needs import need_of
from dispatch.staffing.rules import next_wave_target, wave_window
from dispatch.staffing.tell import text_about
from dispatch.staffing.waves import PlannedWave, ask_people, choose_people, new_wave
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import next_allowed

MOST_AT_ONCE: Final = 300
_CODE: Final = 99


class NoWaveNow(Conflict):
    """The shift has started or is over, is paused, or has all its people."""


class TooLateForWave(Conflict):
    """Nobody could answer in time any more."""

    def __init__(self) -> None:
        super().__init__("It is too late for a wave: ring people yourself, or call the standby.")


class NobodyToAsk(Conflict):
    """Nobody eligible is left, or nobody with contact budget."""

    def __init__(self) -> None:
        super().__init__("Nobody eligible is left to ask: lower the tier, borrow, or ring people yourself.")


class StartWave(BaseModel):
    """How many more to ask now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]


@dataclass(frozen=True, slots=True)
class ForeseenWave:
    """What the next wave would be.

    Attributes:
        n: its number.
        advised: how many the house rule would ask for what is missing and not yet promised.
        people: whom it would ask, best first; fewer than asked for where no more may be.
        asked: how many still have an offer to answer.
        deadline: until when answers would count.
        asks_at: when the texts would leave where quiet hours hold them until then; None for at once.
        segments: billed parts of one text.
        text_minor: what all the texts cost, in minor units; None where the account has no price.
    """

    n: int
    advised: int
    people: Sequence[Candidate]
    asked: int
    deadline: datetime
    asks_at: datetime | None
    segments: int
    text_minor: int | None


async def foresee_wave(uow: Uow, shift_id: UUID, command: StartWave | None = None) -> ForeseenWave:
    """Say whom the next wave would ask and what it costs. Nothing is stored, nobody is asked.

    Without a command as many as the house rule advises.

    Raises:
        ShiftNotFound: there is none.
        NoWaveNow, TooLateForWave: none could start.
    """
    policy = (await policy_in_force(uow)).policy
    shift = _ready(await read_shift(uow, shift_id))
    asked, waves = await pending_invitations(uow, shift.id), await waves_of(uow, shift.id)
    advised = _advised(shift, policy, len(asked))
    plan = await _plan(uow, shift, policy, waves=len(waves), count=command.count if command else advised, asked=0)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    people = await find_candidates(uow, plan.need, terms, plan.wave.target)
    place = await place_of(uow, shift)
    sample = Contact(shift.id, shift.id, shift.zone, Language.RU, "", "", opted_out=False)
    offer = text_about(await wording_of(uow), sample, Template.OFFER, place, days=[place], code=_CODE)
    segments = measure(offer).segments
    price = await segment_price(uow, test=shift.test)
    wakes_at = next_allowed(uow.now, ZoneInfo(shift.zone), policy.calendar.quiet)
    return ForeseenWave(
        n=plan.wave.n,
        advised=advised,
        people=people,
        asked=len(asked),
        deadline=plan.need.deadline,
        asks_at=wakes_at if wakes_at > uow.now and not plan.need.urgent else None,
        segments=segments,
        text_minor=len(people) * segments * price if price else None,
    )


async def start_wave(uow: Uow, shift_id: UUID, command: StartWave) -> int:
    """Ask so many more now, whatever wave is open; return how many were asked.

    The open wave is reckoned up; its people may still answer until their own deadline, and a place goes to whoever
    says yes first. All or nothing: where nobody can be asked, the open wave stays as it is.

    Raises:
        ShiftNotFound: there is none.
        NoWaveNow, TooLateForWave: none may start.
        NobodyToAsk: nobody eligible is left.
    """
    policy = (await policy_in_force(uow)).policy
    shift = await lock_shift(uow, shift_id)
    if shift.ahead and shift.paused_at is None:
        await expire_overdue(uow, shift.id)
        shift = await reckon_cover(uow, shift.id, policy)
    shift = _ready(shift)
    asked, waves = await pending_invitations(uow, shift.id), await waves_of(uow, shift.id)
    plan = await _plan(uow, shift, policy, waves=len(waves), count=command.count, asked=len(asked))
    await choose_people(uow, [plan], policy)
    if not plan.chosen:
        raise NobodyToAsk
    if waves and waves[-1].closed_at is None:
        await close_wave(uow, waves[-1].id)
        await note(uow, shift.id, "wave_closed", n=waves[-1].n, invited=waves[-1].invited, target=waves[-1].target)
    await ask_people(uow, [plan], policy)
    invited = next((wave.invited for wave in await waves_of(uow, shift.id) if wave.id == plan.wave.id), 0)
    if not invited:
        raise NobodyToAsk
    await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)
    return invited


def _ready(shift: Shift) -> Shift:
    if not shift.ahead:
        raise NoWaveNow("The shift has started or is over: ask a named man instead.")
    if shift.paused_at is not None:
        raise NoWaveNow("Asking is paused: resume it first.")
    if shift.seated >= shift.cover and shift.primary_count >= shift.headcount:
        raise NoWaveNow("Everybody needed is seated: who is asked now would be turned away.")
    return shift


def _advised(shift: Shift, policy: Policy, asked: int) -> int:
    """Return how many to propose: the house rule's number, or the bare gap where enough are asked already."""
    wanted = next_wave_target(policy.staffing.wave_factor, shift.cover, shift.seated, asked)
    gap = max(shift.cover - shift.seated, shift.headcount - shift.primary_count, 1)
    return min(MOST_AT_ONCE, wanted or gap)


async def _plan(uow: Uow, shift: Shift, policy: Policy, *, waves: int, count: int, asked: int) -> PlannedWave:
    window = wave_window(policy.pace, uow.now, shift.starts_at)
    if window is None:
        raise TooLateForWave
    need = await need_of(
        uow, shift, await order_terms(uow, shift.order_id), policy, deadline=uow.now + window, waves=max(waves, 1)
    )
    if not need.urgent and next_allowed(uow.now, ZoneInfo(shift.zone), policy.calendar.quiet) >= need.deadline:
        raise NoWaveNow("It is night there: mark the shift as urgent, or wait until texts may be sent.")
    why = reason(ReasonCode.BY_HAND, n=waves + 1, count=count, cover=shift.cover, seated=shift.seated, asked=asked)
    wave = new_wave(uow, need, shift, waves + 1, count, why)
    return PlannedWave(shift, wave, need, policy.staffing.factor, by_confidence=False, by_hand=True)
