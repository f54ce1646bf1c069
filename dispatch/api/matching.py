"""Matching: who would be asked, and why a man is or is not."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.kit.geo import ZoneName
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.matching.candidates import Candidate, Explanation, WorkerNotInPool
from dispatch.orders.shifts import ShiftNotFound
from dispatch.staffing.by_hand import why_him
from dispatch.staffing.preview import Preview, PreviewNeed, preview_match
from dispatch.tenancy.policy import Tier
from dispatch.workers.skills import Service

router = APIRouter(tags=["matching"])


class PreviewMatch(BaseModel):
    """A need not yet ordered: where, what, when, how many."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lat: Annotated[float, Field(strict=True, ge=-90, le=90)]
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)]
    zone: ZoneName
    region: Annotated[str, Clean(max_length=100, min_length=0)] = ""
    service: Service
    headcount: Annotated[int, Field(strict=True, ge=1, le=500)]
    starts_at: Instant
    ends_at: Instant
    radius_km: Annotated[float, Field(strict=True, gt=0, le=500)] | None = None
    min_tier: Tier | None = None
    urgent: bool = False
    client_id: UUID | None = None
    site_id: UUID | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=500)] | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "PreviewMatch":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at: must be later than starts_at")
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class CandidateOut(_Answer):
    """A man who may be asked: no name, distance in whole kilometres rounded up, each part of his score in 0..1."""

    worker_id: UUID
    distance_km: int
    rating: Decimal
    p_accept: float
    p_show: float
    score: float
    components: dict[str, Any]


class PreviewOut(_Answer):
    """Who would be asked first, and what to expect of the first wave.

    Where too few can travel there by the start, `rest_by` is when more could be, and `expected_by_then` how many of
    the headcount are then to be expected.
    """

    candidates: tuple[CandidateOut, ...]
    wave: int
    p_full: float
    expected_short: float
    expected_surplus: float
    expected_at_start: float
    rest_by: datetime | None
    expected_by_then: float | None
    reason: str


class WhyOut(CandidateOut):
    """A named man beside the need; `reasons` is empty when he is eligible."""

    reasons: tuple[str, ...]


@router.post("/matching/preview", dependencies=[allow(Permission.MATCHING_READ)], responses=responses())
async def post_preview(command: PreviewMatch, uow: UowDep) -> PreviewOut:
    """Say who would be asked for such a shift now, best first, and how likely the first wave fills it."""
    return _shown(await preview_match(uow, PreviewNeed(**command.model_dump())))


def _shown(preview: Preview) -> PreviewOut:
    return PreviewOut(
        candidates=tuple(CandidateOut.model_validate(_figures(candidate)) for candidate in preview.candidates),
        wave=preview.plan.n,
        p_full=round(preview.plan.p_full, 4),
        expected_short=round(preview.plan.expected_short, 3),
        expected_surplus=round(preview.plan.expected_surplus, 3),
        expected_at_start=round(preview.at_start, 3),
        rest_by=preview.rest.by if preview.rest else None,
        expected_by_then=round(preview.rest.at_start, 3) if preview.rest else None,
        reason=preview.plan.reason,
    )


def _figures(candidate: Candidate) -> dict[str, Any]:
    return {
        "worker_id": candidate.worker_id,
        "distance_km": -int(-candidate.distance_m // 1000),
        "rating": candidate.rating,
        "p_accept": candidate.p_accept,
        "p_show": candidate.p_show,
        "score": candidate.score,
        "components": candidate.components,
    }


@router.get(
    "/shifts/{shift_id}/why/{worker_id}",
    dependencies=[allow(Permission.MATCHING_READ)],
    responses=responses(ShiftNotFound, WorkerNotInPool),
)
async def get_why(shift_id: UUID, worker_id: UUID, uow: UowDep) -> WhyOut:
    """Say why a man is, or is not, asked for a shift: every rule he fails, and each part of his score."""
    return await _why(uow, shift_id, worker_id)


async def _why(uow: Uow, shift_id: UUID, worker_id: UUID) -> WhyOut:
    found: Explanation = await why_him(uow, shift_id, worker_id)
    return WhyOut.model_validate({**_figures(found), "reasons": tuple(found.reasons)})
