"""Importing a list of people: look first what would be taken and which lines not, and why; then take it.

What is known of everybody on the list is attested with it or after it; what was broken off goes on where it ended.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData, UploadFile

from dispatch.access.errors import PermissionMissing
from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, ResourcesDep, UowDep, allow
from dispatch.api.worker_lists import LARGEST_LIST, ListMissing, ListTooLarge
from dispatch.kit.errors import Invalid
from dispatch.sms.tongues import Language
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import PAGE_HEADERS, own_page
from dispatch.web.forms import chosen_in, fit, text_in
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.commands import AttestInBulk, ImportAttestation, ImportWorkers
from dispatch.workers.csv_columns import Column
from dispatch.workers.csv_import import import_workers, resume_import
from dispatch.workers.csv_preview import preview_list
from dispatch.workers.csv_report import report_csv
from dispatch.workers.csv_sheet import sheet_as_csv
from dispatch.workers.queries import attested_of_import, import_rejects, import_summary, recent_imports
from dispatch.workers.rules import Attestation
from dispatch.workers.skills import Service
from dispatch.workers.vetting import attest_in_bulk

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SEES: Final = [allow(Permission.WORKERS_IMPORT)]
_IMPORTS: Final = [allow(Permission.WORKERS_IMPORT), Depends(own_page)]
_REJECTS_SHOWN: Final = 200
_MOST_REJECTS: Final = 200_000
_MOST_FIELDS: Final = 40
_SHEET: Final = b"PK\x03\x04"
_IMPORTS_SHOWN: Final = 10
_ATTESTED: Final = {"what": "Choose what is attested."}


class AnotherList(Invalid):
    """The file sent is not the one that was looked at."""

    def __init__(self) -> None:
        super().__init__("This is another file than the one you looked at: look at it first.")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A list as it came."""

    content: bytes
    command: ImportWorkers


@router.get("/people/import", dependencies=_SEES)
async def ask_list(page: PageDep, uow: UowDep) -> Response:
    """Show where to choose the file, and what became of the last ones."""
    return page.show(
        "people_import.html",
        languages=list(Language),
        services=list(Service),
        statements=list(Attestation),
        imports=await recent_imports(uow, limit=_IMPORTS_SHOWN),
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.post("/people/import/look", dependencies=_IMPORTS)
async def look(request: Request, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show what would become of a list; nothing is stored."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        sent = await _uploaded(form, caller)
    preview = await preview_list(uow, sent.content, sent.command)
    context: dict[str, Any] = {"preview": preview, "most": _REJECTS_SHOWN, "sha256": preview.given.sha256.hex()}
    return page.part("people_import.html", "preview", columns=_columns(preview.given.header.at), **context)


@router.post("/people/import", dependencies=_IMPORTS)
async def take_list(request: Request, page: PageDep, caller: CallerDep, resources: ResourcesDep) -> Response:
    """Store the people of the list that was looked at, and show what became of every line.

    Raises:
        AnotherList: it is another one.
    """
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        sent, looked_at = await _uploaded(form, caller), text_in(form, "sha256")
    if looked_at and looked_at != hashlib.sha256(sent.content).hexdigest():
        raise AnotherList
    report = await import_workers(resources.database, caller.franchise_id, caller.actor, sent.content, sent.command)
    return page.go(f"/people/imports/{report.id}")


@router.get("/people/imports/{import_id}", dependencies=_SEES)
async def show_import(import_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what became of a list."""
    summary = await import_summary(uow, import_id)
    rejects = await import_rejects(uow, import_id, limit=_REJECTS_SHOWN)
    attested = await attested_of_import(uow, import_id)
    return page.show("people_imported.html", summary=summary, rejects=rejects, attested=attested, most=_REJECTS_SHOWN)


@router.post("/people/imports/{import_id}/resume", dependencies=_IMPORTS)
async def go_on(import_id: UUID, page: PageDep, caller: CallerDep, resources: ResourcesDep) -> Response:
    """Go on with an import that was broken off."""
    await resume_import(resources.database, caller.franchise_id, caller.actor, import_id)
    return page.go(f"/people/imports/{import_id}")


@router.get("/people/imports/{import_id}/attest", dependencies=[allow(Permission.WORKERS_VET)])
async def ask_attest_all(import_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a statement about everybody an import brought."""
    summary = await import_summary(uow, import_id)
    return page.part("person_forms.html", "attest_all", summary=summary, statements=list(Attestation))


@router.post("/people/imports/{import_id}/attest", dependencies=[allow(Permission.WORKERS_VET), Depends(own_page)])
async def attest_all(import_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """State the same of everybody an import brought; who is vetted and consenting thereby is invited from now on."""
    form = await request.form()
    typed = {"what": frozenset(chosen_in(form, "what")), "import_id": import_id}
    await attest_in_bulk(
        uow, fit(AttestInBulk, typed | {name: text_in(form, name) for name in ("author", "basis")}, _ATTESTED)
    )
    return page.go(f"/people/imports/{import_id}")


@router.get("/people/imports/{import_id}/rejects.csv", dependencies=_SEES)
async def take_rejects(import_id: UUID, uow: UowDep) -> Response:
    """Hand out the lines that were not taken, as a file that spreadsheets open and never run."""
    await import_summary(uow, import_id)
    content = report_csv(await import_rejects(uow, import_id, limit=_MOST_REJECTS))
    headers = dict(PAGE_HEADERS) | {"Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"'}
    return Response(content, 200, headers, "text/csv; charset=utf-8")


async def _uploaded(form: FormData, caller: Caller) -> Uploaded:
    part = form.get("file")
    if not isinstance(part, UploadFile):
        raise ListMissing
    content = await part.read()
    if not content:
        raise ListMissing
    if len(content) > LARGEST_LIST:
        raise ListTooLarge(len(content))
    if content.startswith(_SHEET):
        content = await asyncio.to_thread(sheet_as_csv, content)
    name = "".join(character for character in part.filename or "" if character.isprintable())[:100].strip()
    typed: dict[str, object] = {
        "file_name": name or "list.csv",
        "default_city": text_in(form, "default_city") or None,
        "default_skills": frozenset(chosen_in(form, "skills")),
        "language": text_in(form, "language") or "ru",
    }
    if what := chosen_in(form, "what"):
        if not can(caller.role, Permission.WORKERS_VET):
            raise PermissionMissing(Permission.WORKERS_VET, caller.role)
        said = {name: text_in(form, name) for name in ("author", "basis")}
        typed["attestation"] = fit(ImportAttestation, {"what": frozenset(what)} | said, _ATTESTED)
    return Uploaded(content, fit(ImportWorkers, typed))


def _columns(at: Mapping[Column, int]) -> Sequence[str]:
    """Return what the columns of a list were understood as, in their order."""
    return [str(column) for column, _ in sorted(at.items(), key=lambda pair: pair[1])]
