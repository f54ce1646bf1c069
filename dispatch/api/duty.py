"""The duty roster: whose phone an alarm goes to that nobody takes."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.errors import UserNotFound
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyReused, OnceDep
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.staffing.duty import TakeTurn, TurnNotFound, TurnTaken, remove_turn, take_turn, turns
from dispatch.staffing.handover import NotADispatcher

router = APIRouter(tags=["duty"])

_SHOWN: Final = timedelta(days=31)


class TurnOut(BaseModel):
    """One turn of duty; without a phone on the account his alarms go to the owners."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    user_id: UUID
    name: str
    has_phone: bool
    from_at: AwareDatetime
    to_at: AwareDatetime


class Roster(BaseModel):
    """Turns by start."""

    model_config = ConfigDict(frozen=True)

    items: tuple[TurnOut, ...]


class TurnMade(BaseModel):
    """The turn as put on the roster, or taken off it."""

    model_config = ConfigDict(frozen=True)

    id: UUID


@router.get("/duty", dependencies=[allow(Permission.ALARMS_READ)], responses=responses())
async def get_roster(
    uow: UowDep,
    from_at: Annotated[Instant | None, Query(alias="from")] = None,
    to_at: Annotated[Instant | None, Query(alias="to")] = None,
) -> Roster:
    """Read the turns that overlap a span; the coming 31 days where none is given."""
    begins = from_at or uow.now
    found = await turns(uow, from_at=begins, to_at=to_at or begins + _SHOWN)
    return Roster(items=tuple(TurnOut.model_validate(turn) for turn in found))


@router.post(
    "/duty",
    status_code=201,
    dependencies=[allow(Permission.SHIFTS_OPERATE)],
    responses=responses(UserNotFound, NotADispatcher, TurnTaken, IdempotencyKeyReused),
)
async def post_turn(command: TakeTurn, uow: UowDep, once: OnceDep) -> TurnMade:
    """Put somebody on duty for a time that nobody has."""
    return await once(_take, uow, command)


async def _take(uow: Uow, command: TakeTurn) -> TurnMade:
    return TurnMade(id=await take_turn(uow, command))


@router.delete("/duty/{turn_id}", dependencies=[allow(Permission.SHIFTS_OPERATE)], responses=responses(TurnNotFound))
async def delete_turn(turn_id: UUID, uow: UowDep) -> TurnMade:
    """Take a turn off the roster."""
    await remove_turn(uow, turn_id)
    return TurnMade(id=turn_id)
