"""The page of one person: who he is, when he can work, how his rating came about, what was texted; and his phone."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Response

from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, UowDep, allow
from dispatch.clients.queries import client_of, list_do_not_return
from dispatch.crew.queries import seats_held
from dispatch.kit.uow import Uow
from dispatch.rating.queries import list_fines, list_marks, rating_history
from dispatch.sms.thread import thread_of
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.person_calendar import month_of
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.cards import reveal_phone
from dispatch.workers.consent import consent_log, number_in_doubt
from dispatch.workers.funnel import recruit_of
from dispatch.workers.models import Worker
from dispatch.workers.queries import documents_of_worker, phones_held, worker_record
from dispatch.workers.rules import WorkerStatus

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_MARKS_SHOWN: Final = 50
_FINES_SHOWN: Final = 20
_TEXTS_SHOWN: Final = 100
_HISTORY: Final = 40
_BARRED_SHOWN: Final = 50
_SEES: Final = [allow(Permission.WORKERS_READ)]


@router.get("/people/{worker_id}", dependencies=_SEES)
async def show_person(worker_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show the whole page."""
    facts = await _facts(uow, worker_id)
    return page.show(
        "person.html",
        **facts,
        **await month_of(uow, facts["worker"], ""),
        **await _record(uow, caller, worker_id),
        **await _past(uow, caller, worker_id),
    )


@router.get("/people/{worker_id}/facts", dependencies=_SEES)
async def show_facts(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show who he is and when he can work."""
    return page.part("person.html", "facts", **await _facts(uow, worker_id))


@router.get("/people/{worker_id}/record", dependencies=_SEES)
async def show_record(worker_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show what he holds, what moved his rating and what was texted."""
    worker = await worker_record(uow, worker_id)
    zone = ZoneInfo(worker.zone)
    return page.part("person.html", "record", worker=worker, zone=zone, **await _record(uow, caller, worker_id))


@router.post("/people/{worker_id}/phone", dependencies=[allow(Permission.CONTACTS_REVEAL), Depends(own_page)])
async def show_phone(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show his number, which is written down."""
    await worker_record(uow, worker_id)
    return page.part("shift.html", "phone", phone=(await reveal_phone(uow, worker_id)).phone)


async def _facts(uow: Uow, worker_id: UUID) -> dict[str, Any]:
    worker = await worker_record(uow, worker_id)
    zone = ZoneInfo(worker.zone)
    return {
        "worker": worker,
        "zone": zone,
        "today": uow.now.astimezone(zone).date(),
        "documents": await documents_of_worker(uow, worker_id),
        "consents": await consent_log(uow, worker_id),
        "in_doubt": await number_in_doubt(uow, worker_id),
        "recruit": await recruit_of(uow, worker_id),
        "acts": _acts(worker),
    }


def _acts(worker: Worker) -> Sequence[str]:
    """Return what his status lets one do."""
    return {
        WorkerStatus.APPLICANT: ("activate", "archive"),
        WorkerStatus.ACTIVE: ("pause", "archive"),
        WorkerStatus.PAUSED: ("activate", "archive"),
        WorkerStatus.ARCHIVED: ("restore",),
        WorkerStatus.BANNED: (),
    }[worker.status]


async def _record(uow: Uow, caller: Caller, worker_id: UUID) -> dict[str, Any]:
    """Read what the caller may see of his work; the rest is left empty."""
    role = caller.role
    marks = fines = texts = barred = ()  # type: Sequence[Any]
    if can(role, Permission.MARKS_READ):
        marks = await list_marks(uow, worker_id, limit=_MARKS_SHOWN, after=None)
    if can(role, Permission.FINES_READ):
        fines = await list_fines(uow, limit=_FINES_SHOWN, after=None, worker_id=worker_id)
    if can(role, Permission.MESSAGES_READ):
        texts = await thread_of(uow, await phones_held(uow, worker_id), worker_id, _TEXTS_SHOWN)
    if can(role, Permission.CLIENTS_READ):
        barred = await _barred(uow, worker_id)
    return {
        "seats": await seats_held(uow, worker_id) if can(role, Permission.ORDERS_READ) else (),
        "marks": marks,
        "fines": fines,
        "texts": list(reversed(texts)),
        "barred": barred,
    }


async def _past(uow: Uow, caller: Caller, worker_id: UUID) -> dict[str, Any]:
    seen = can(caller.role, Permission.MARKS_READ)
    return {"history": await rating_history(uow, worker_id, most=_HISTORY) if seen else ()}


async def _barred(uow: Uow, worker_id: UUID) -> Sequence[Mapping[str, Any]]:
    entries = await list_do_not_return(uow, worker_id=worker_id, limit=_BARRED_SHOWN)
    return [
        {
            "id": entry.id,
            "client": (await client_of(uow, entry.client_id)).name,
            "decided_by": entry.decided_by,
            "reason": entry.reason,
        }
        for entry in entries
    ]
