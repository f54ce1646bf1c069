"""Everything pages are made of, in every state, on one page: for whoever builds or looks over a screen."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from dispatch.api.deps import signed_in
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.sms.thread import ThreadText
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Listing

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SOME_ID: Final = UUID(int=7)
_THEN: Final = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
_SHIFT_STATUSES: Final = ("recruiting", "filled", "covered", "short", "running", "closed", "cancelled")
_TONES: Final = ("secondary", "blue", "azure", "green", "lime", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True)
class _Asked:
    id: UUID
    worker_id: UUID
    distance_km: str
    score: float
    status: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Face:
    first_name: str
    last_name: str
    photo_sha256: str
    id: UUID


@dataclass(frozen=True, slots=True)
class _Rejected:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Site:
    id: UUID
    address: str
    meeting_point: str


@dataclass(frozen=True, slots=True)
class _Shift:
    id: UUID


@dataclass(frozen=True, slots=True)
class _Scene:
    zone: ZoneInfo


@router.get("/console/parts", dependencies=[signed_in()])
async def show_parts(page: PageDep) -> Response:
    """Show every macro of the templates; nothing on the page is stored anywhere."""
    return page.show(
        "components.html",
        tones=_TONES,
        shift_statuses=_SHIFT_STATUSES,
        seat_kinds=[str(kind) for kind in SeatKind],
        seat_statuses=[str(status) for status in SeatStatus],
        worker_statuses=("applicant", "active", "paused", "banned"),
        asked=[_Asked(_SOME_ID, _SOME_ID, "2.4", 3.71, "accepted", _THEN)],
        names={_SOME_ID: "Анна И."},
        shift=_Shift(_SOME_ID),
        scene=_Scene(ZoneInfo("Europe/Moscow")),
        texts=[
            ThreadText(_SOME_ID, incoming=False, body="9:00? 1=да 2=нет", at=_THEN, status="delivered", shift_id=None),
            ThreadText(_SOME_ID, incoming=True, body="да, но с 10", at=_THEN, status="done", shift_id=None),
        ],
        rejects=[_Rejected(7, "The phone is missing.")],
        listing=Listing("/console/parts", "", "name", descending=False, page=2),
        found=140,
        sites=[_Site(_SOME_ID, "Сенная пл., 1", "у ворот")],
        finds_addresses="button",
        face=_Face("Анна", "Иванова", "", _SOME_ID),
        faults={"broken": page.say("Type a number.")},
    )
