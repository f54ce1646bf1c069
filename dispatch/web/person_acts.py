"""What one may do about a person: take him on, change him, move him between statuses, keep his calendar and papers."""

import base64
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import UploadFile

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.commands import ForbidReturn
from dispatch.clients.models import DecidedBy
from dispatch.clients.queries import list_clients
from dispatch.clients.sites import forbid_return, lift_do_not_return
from dispatch.sms.tongues import Language
from dispatch.staffing.parting import part_with_worker, pause_and_tell
from dispatch.tenancy.policy import Engagement
from dispatch.web.doors import own_page
from dispatch.web.forms import chosen_in, day_in, fit, text_in
from dispatch.web.frame import PageDep
from dispatch.web.person_forms import person, residence
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.calendar import (
    add_document,
    remove_document,
)
from dispatch.workers.change import activate_worker, change_worker, restore_worker
from dispatch.workers.commands import (
    AddDocument,
    ChangeWorker,
    RecordAttestation,
    RegisterWorker,
    Weekday,
)
from dispatch.workers.funnel import take_up
from dispatch.workers.queries import calendar_of, worker_record
from dispatch.workers.register import register_worker
from dispatch.workers.rules import Attestation
from dispatch.workers.skills import DocumentKind, Service
from dispatch.workers.vetting import record_attestation

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_MOST_CLIENTS: Final = 500
_SEES_FORM: Final = [allow(Permission.WORKERS_WRITE)]
_WRITES: Final = [allow(Permission.WORKERS_WRITE), Depends(own_page)]
_FORMS: Final = {"availability", "absence", "document", "archive"}
_CHOICES: Final[dict[str, Any]] = {
    "services": list(Service),
    "languages": list(Language),
    "engagements": list(Engagement),
    "weekdays": list(Weekday),
    "kinds": list(DocumentKind),
}


@router.get("/people/new", dependencies=_SEES_FORM)
async def ask_new(page: PageDep) -> Response:
    """Show the form of a new person."""
    return page.show("person_new.html", worker=None, **_CHOICES)


@router.post("/people/new", dependencies=_WRITES)
async def take_on(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Take somebody into the pool, as an applicant, and into the funnel, as a lead."""
    form = await request.form()
    typed = person(form) | {"phone": text_in(form, "phone"), "shares_phone": "shares_phone" in form}
    worker = await register_worker(uow, fit(RegisterWorker, typed | {"residence": residence(form)}))
    await take_up(uow, worker.id)
    return page.go(f"/people/{worker.id}")


@router.get("/people/{worker_id}/change", dependencies=_SEES_FORM)
async def ask_change(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of his facts."""
    return page.part("person_forms.html", "change", worker=await worker_record(uow, worker_id), **_CHOICES)


@router.post("/people/{worker_id}/change", dependencies=_WRITES)
async def change(
    worker_id: UUID, request: Request, page: PageDep, uow: UowDep, version: Annotated[int, Form()]
) -> Response:
    """Change his facts, from the version that was shown; an empty phone or place leaves what is."""
    form = await request.form()
    given = person(form)
    if phone := text_in(form, "phone"):
        given["phone"] = phone
    if place := residence(form):
        given["residence"] = place
    await change_worker(uow, worker_id, fit(ChangeWorker, given), version)
    return page.go(f"/people/{worker_id}")


@router.get("/people/{worker_id}/ask/{form}", dependencies=_SEES_FORM)
async def ask(worker_id: UUID, form: str, page: PageDep, uow: UowDep) -> Response:
    """Show one of the smaller forms."""
    worker = await worker_record(uow, worker_id)
    today = uow.now.astimezone(ZoneInfo(worker.zone)).date()
    calendar = await calendar_of(uow, worker_id)
    block = form if form in _FORMS else "availability"
    return page.part("person_forms.html", block, worker=worker, calendar=calendar, today=today, **_CHOICES)


@router.post("/people/{worker_id}/documents", dependencies=_WRITES)
async def keep_document(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a document of his, with a scan where one was chosen."""
    async with request.form(max_files=1, max_fields=10) as form:
        typed: dict[str, object] = {
            "kind": text_in(form, "kind"),
            "number": text_in(form, "number"),
            "region": text_in(form, "region") or None,
            "valid_until": day_in(form, "valid_until"),
            "file": await _scan(form.get("file")),
        }
    await add_document(uow, worker_id, fit(AddDocument, typed))
    return page.done(page.say("Document kept"), f"/people/{worker_id}")


@router.post("/people/{worker_id}/documents/{document_id}/remove", dependencies=_WRITES)
async def drop_document(worker_id: UUID, document_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Remove a document."""
    await remove_document(uow, worker_id, document_id)
    return page.done(page.say("Document removed"), f"/people/{worker_id}")


@router.get("/people/{worker_id}/attest", dependencies=[allow(Permission.WORKERS_VET)])
async def ask_attest(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a statement."""
    worker = await worker_record(uow, worker_id)
    return page.part("person_forms.html", "attest", worker=worker, statements=list(Attestation))


@router.post("/people/{worker_id}/attest", dependencies=[allow(Permission.WORKERS_VET), Depends(own_page)])
async def attest(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """State that he was interviewed or agreed to texts, or take such a statement back."""
    form = await request.form()
    typed = {"given": "taken_back" not in form, "basis": text_in(form, "basis")}
    for what in chosen_in(form, "what") or [""]:
        await record_attestation(uow, worker_id, fit(RecordAttestation, typed | {"what": what}))
    return page.done(page.say("Statement kept"), f"/people/{worker_id}")


@router.post("/people/{worker_id}/activate", dependencies=_WRITES)
async def activate(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Let him be invited."""
    await activate_worker(uow, worker_id)
    return page.done(page.say("He is invited from now on"), f"/people/{worker_id}", f"/people/{worker_id}/pause")


@router.post("/people/{worker_id}/pause", dependencies=_WRITES)
async def pause(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Invite him no more for now; seats he holds stay."""
    held = await pause_and_tell(uow, worker_id)
    words = page.say("Paused; he keeps %(num)d seats", num=len(held)) if held else page.say("Paused")
    return page.done(words, f"/people/{worker_id}", f"/people/{worker_id}/activate")


@router.post("/people/{worker_id}/archive", dependencies=_WRITES)
async def archive(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Part with him; not while he holds a seat."""
    await part_with_worker(uow, worker_id)
    return page.done(page.say("Archived; his number is free"), f"/people/{worker_id}", f"/people/{worker_id}/restore")


@router.post("/people/{worker_id}/restore", dependencies=_WRITES)
async def restore(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take him back as an applicant."""
    await restore_worker(uow, worker_id)
    return page.done(page.say("He is back, as an applicant"), f"/people/{worker_id}")


@router.get("/people/{worker_id}/do-not-return", dependencies=[allow(Permission.DO_NOT_RETURN_WRITE)])
async def ask_bar(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form that keeps him from a client."""
    worker, clients = await worker_record(uow, worker_id), await list_clients(uow, limit=_MOST_CLIENTS)
    return page.part("person_forms.html", "bar", worker=worker, clients=clients, deciders=list(DecidedBy))


@router.post(
    "/people/{worker_id}/do-not-return",
    dependencies=[allow(Permission.DO_NOT_RETURN_WRITE), Depends(own_page)],
)
async def bar(
    worker_id: UUID, request: Request, page: PageDep, uow: UowDep, client_id: Annotated[UUID, Form()]
) -> Response:
    """Keep him from all sites of a client."""
    form = await request.form()
    await worker_record(uow, worker_id)
    typed = {name: text_in(form, name) for name in ("decided_by", "reason")}
    entry = await forbid_return(uow, fit(ForbidReturn, typed | {"client_id": client_id, "worker_id": worker_id}))
    undo = f"/people/{worker_id}/do-not-return/{entry.id}/lift"
    return page.done(page.say("He is not sent there any more"), f"/people/{worker_id}", undo)


@router.post(
    "/people/{worker_id}/do-not-return/{entry_id}/lift",
    dependencies=[allow(Permission.DO_NOT_RETURN_WRITE), Depends(own_page)],
)
async def lift_bar(worker_id: UUID, entry_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Let him be sent there again."""
    await lift_do_not_return(uow, entry_id)
    return page.done(page.say("He may be sent there again"), f"/people/{worker_id}")


async def _scan(sent: object) -> bytes | None:
    """Return a chosen file as the command takes it; None where none was."""
    content = await sent.read() if isinstance(sent, UploadFile) else b""
    return base64.b64encode(content) if content else None
