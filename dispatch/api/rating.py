"""Marks and fines: what this franchise holds of a man, and his appeal, phoned in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyReused, OnceDep
from dispatch.kit.pages import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.uow import Uow
from dispatch.rating.appeals import AppealByPhone, appeal_by_phone
from dispatch.rating.errors import AppealTooLate, FineNotFound
from dispatch.rating.moves import FineStatus
from dispatch.rating.queries import list_fines, list_marks, require_known
from dispatch.tenancy.policy import MarkKind
from dispatch.workers.errors import WorkerNotFound

router = APIRouter(tags=["rating"])

CursorParameter = Annotated[str | None, Query(description="`next_cursor` of the page before")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class MarkOut(_Answer):
    """One rating fact; `seq` is its place among all marks of the man, those of other franchises included."""

    id: UUID
    seq: int
    kind: MarkKind
    weight: float
    value: float
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    shift_id: UUID | None
    seat_id: UUID | None
    evidence: dict[str, Any]
    author: str
    policy_version: int
    reverses_id: UUID | None
    reversed_by: UUID | None


class FineOut(_Answer):
    """One fine: a proposal with its legal basis until the time to appeal is over."""

    id: UUID
    worker_id: UUID
    shift_id: UUID
    seat_id: UUID
    mark_id: UUID
    kind: MarkKind
    amount_minor: int
    currency: str
    legal_basis: str
    policy_version: int
    status: FineStatus
    reason: str
    on_day: date
    proposed_at: AwareDatetime
    appeal_until: AwareDatetime
    appealed_at: AwareDatetime | None
    decided_at: AwareDatetime | None
    decided_by: str | None


class Appealed(_Answer):
    """Where the fine is after the appeal: `appealed`, or `voided` where it had been taken back already."""

    id: UUID
    status: FineStatus


@router.get(
    "/workers/{worker_id}/marks",
    dependencies=[allow(Permission.MARKS_READ)],
    responses=responses(WorkerNotFound, CursorInvalid),
)
async def get_marks(
    worker_id: UUID, uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: CursorParameter = None
) -> Page[MarkOut]:
    """Read the marks this franchise gave a man, the newest first; what others gave shows in his rating alone."""
    await require_known(uow, worker_id)
    after = None if cursor is None else read_cursor(cursor, int)
    rows = await list_marks(uow, worker_id, limit=limit + 1, after=after)
    return Page[MarkOut].cut(
        rows, limit, item=lambda row: MarkOut.model_validate(dict(row)), key=lambda row: (row["seq"], row["id"])
    )


@router.get(
    "/workers/{worker_id}/fines",
    dependencies=[allow(Permission.FINES_READ)],
    responses=responses(WorkerNotFound, CursorInvalid),
)
async def get_fines_of_worker(
    worker_id: UUID,
    uow: UowDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
    status: FineStatus | None = None,
) -> Page[FineOut]:
    """Read the fines this franchise proposed to a man, the newest first."""
    await require_known(uow, worker_id)
    after = _after(cursor)
    return _fines(await list_fines(uow, limit=limit + 1, after=after, worker_id=worker_id, status=status), limit)


@router.get("/fines", dependencies=[allow(Permission.FINES_READ)], responses=responses(CursorInvalid))
async def get_fines(
    uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: CursorParameter = None, status: FineStatus | None = None
) -> Page[FineOut]:
    """Read the fines of this franchise, the newest first; `status=appealed` are those that wait for a judgement."""
    return _fines(await list_fines(uow, limit=limit + 1, after=_after(cursor), status=status), limit)


def _after(cursor: str | None) -> Cursor[datetime] | None:
    return None if cursor is None else read_cursor(cursor, datetime)


def _fines(rows: Sequence[Mapping[str, Any]], limit: int) -> Page[FineOut]:
    return Page[FineOut].cut(
        rows, limit, item=lambda row: FineOut.model_validate(dict(row)), key=lambda row: (row["proposed_at"], row["id"])
    )


@router.post(
    "/fines/{fine_id}/appeal",
    dependencies=[allow(Permission.INBOX_WORK)],
    responses=responses(FineNotFound, AppealTooLate, IdempotencyKeyReused),
)
async def post_appeal(fine_id: UUID, command: AppealByPhone, uow: UowDep, once: OnceDep) -> Appealed:
    """Note that a man contests a fine, in his words as he said them on the phone; a person decides later."""
    return await once(_appeal, uow, fine_id, command)


async def _appeal(uow: Uow, fine_id: UUID, command: AppealByPhone) -> Appealed:
    return Appealed(id=fine_id, status=await appeal_by_phone(uow, fine_id, command))
