"""What people must be told of, and the stream of what happened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.crew.alarms import AlarmNotFound, AlarmStatus, Severity, acknowledge_alarm
from dispatch.crew.queries import open_alarms
from dispatch.kit.pages import DEFAULT_LIMIT, Limit
from dispatch.kit.text import INT8_MAX
from dispatch.orders.queries import events_after

router = APIRouter(tags=["alarms"])


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class AlarmOut(_Answer):
    """What is wrong and what to do."""

    id: UUID
    shift_id: UUID | None
    kind: str
    severity: Severity
    sentence: str
    detail: dict[str, Any]
    status: AlarmStatus
    raised_at: AwareDatetime
    acknowledged_at: AwareDatetime | None


class Alarms(_Answer):
    """Alarms that stand, the worst first."""

    items: tuple[AlarmOut, ...]


class EventOut(_Answer):
    """One step of some shift."""

    id: int
    shift_id: UUID
    at: AwareDatetime
    actor: str
    kind: str
    worker_id: UUID | None
    detail: dict[str, Any]


class Events(_Answer):
    """Steps in order; ask again with `after` = `last`."""

    items: tuple[EventOut, ...]
    last: int


class Acknowledged(_Answer):
    """The alarm somebody looks after now."""

    id: UUID


@router.get("/alarms", dependencies=[allow(Permission.ALARMS_READ)], responses=responses())
async def get_alarms(uow: UowDep, shift_id: UUID | None = None, limit: Limit = DEFAULT_LIMIT) -> Alarms:
    """Read the alarms that stand, the worst and oldest first."""
    rows = await open_alarms(uow, shift_id=shift_id, limit=limit)
    return Alarms(items=tuple(AlarmOut.model_validate(dict(row)) for row in rows))


@router.post("/alarms/{alarm_id}/ack", dependencies=[allow(Permission.ALARMS_ACK)], responses=responses(AlarmNotFound))
async def post_ack(alarm_id: UUID, uow: UowDep) -> Acknowledged:
    """Say that you look after it; a second time changes nothing."""
    await acknowledge_alarm(uow, alarm_id)
    return Acknowledged(id=alarm_id)


@router.get("/events", dependencies=[allow(Permission.EVENTS_READ)], responses=responses())
async def get_events(
    uow: UowDep, after: Annotated[int, Query(ge=0, le=INT8_MAX)] = 0, limit: Limit = DEFAULT_LIMIT
) -> Events:
    """Read what happened on all shifts after a step; nothing is skipped, whatever commits in which order."""
    rows = await events_after(uow, after=after, limit=limit)
    items = tuple(EventOut.model_validate(dict(row)) for row in rows)
    return Events(items=items, last=items[-1].id if items else after)
