"""Whole lists of workers: import, what became of each line, attestations of many people at once."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from dispatch.access.roles import Permission
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, OnceDep
from dispatch.kit.errors import Invalid
from dispatch.kit.files import FileKindUnknown
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.text import INT4_MAX, ShortText
from dispatch.sms.tongues import Language
from dispatch.workers import queries, vetting
from dispatch.workers.commands import AttestInBulk, ImportWorkers
from dispatch.workers.csv_import import import_workers
from dispatch.workers.csv_report import report_csv
from dispatch.workers.errors import (
    CityUnknown,
    ImportNotFound,
    ListColumnTwice,
    ListTooLong,
    ListUnreadable,
    ListWithoutPhones,
    WorkerNotFound,
)
from dispatch.workers.models import AttestedInBulk, ImportReport, ImportSummary, LineReject
from dispatch.workers.skills import Service

router = APIRouter(tags=["workers"])

LARGEST_LIST: Final = 5 * 1024 * 1024
_REJECTS_SHOWN: Final = 1_000
_ANY_LIST: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


class ListTooLarge(Invalid):
    """The file is larger than one request may bring."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"Send a list of at most {LARGEST_LIST} bytes, or use `dispatch import-workers` for larger ones.",
            size=size,
            largest=LARGEST_LIST,
        )


class ListMissing(Invalid):
    """The form has no part named `file`."""

    def __init__(self) -> None:
        super().__init__("Send the list as the body with Content-Type text/csv, or as the part `file` of a form.")


async def _uploaded_list(request: Request) -> tuple[bytes, str | None]:
    """Return the list that came, as the body or as a part of a form, and what the form calls it.

    Raises:
        ListMissing: the form has no such part.
        ListTooLarge: it is larger than `LARGEST_LIST`.
    """
    name = None
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=10) as form:
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise ListMissing
            content, name = await part.read(), part.filename
    else:
        content = await request.body()
    if len(content) > LARGEST_LIST:
        raise ListTooLarge(len(content))
    return content, name


@router.post(
    "/workers/import",
    dependencies=[allow(Permission.WORKERS_IMPORT)],
    responses=responses(
        ListMissing, ListTooLarge, ListUnreadable, ListWithoutPhones, ListColumnTwice, ListTooLong, CityUnknown
    ),
    openapi_extra=_ANY_LIST,
)
async def post_list(
    caller: CallerDep,
    resources: ResourcesDep,
    uploaded: Annotated[tuple[bytes, str | None], Depends(_uploaded_list)],
    default_city: Annotated[ShortText | None, Query(description="for lines that name no city")] = None,
    default_skills: Annotated[list[Service] | None, Query(description="for lines that name no skills")] = None,
    language: Language = Language.RU,
) -> ImportReport:
    """Import a list of people: good lines are stored as applicants, every other line is reported with what to do.

    UTF-8 or Windows-1251; semicolons, commas or tabs; titles in Russian or English, one of them of phones. Repeating
    the same list changes nothing, so no Idempotency-Key is needed. The answer shows the first 1,000 rejected lines;
    `workers/imports/{id}/rejects` has all of them.
    """
    content, name = uploaded
    command = ImportWorkers(
        file_name=_file_name(name),
        default_city=default_city,
        default_skills=frozenset(default_skills or ()),
        language=language,
    )
    report = await import_workers(resources.database, caller.franchise_id, caller.actor, content, command)
    return report.model_copy(update={"rejects": report.rejects[:_REJECTS_SHOWN]})


def _file_name(sent: str | None) -> str:
    """Return what the sender calls the file, as far as it can be shown."""
    shown = "".join(character for character in sent or "" if character.isprintable())[:100].strip()
    return shown or "list.csv"


@router.get(
    "/workers/imports/{import_id}", dependencies=[allow(Permission.WORKERS_IMPORT)], responses=responses(ImportNotFound)
)
async def read_import(import_id: UUID, uow: UowDep) -> ImportSummary:
    """Read how far an import is; without `finished_at` it is under way, or was broken off and may be repeated."""
    return await queries.import_summary(uow, import_id)


@router.get(
    "/workers/imports/{import_id}/rejects",
    dependencies=[allow(Permission.WORKERS_IMPORT)],
    responses=responses(ImportNotFound, CursorInvalid),
)
async def list_rejects(
    import_id: UUID, uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[LineReject]:
    """List the lines of an import that were not taken, in the order of the file."""
    await queries.import_summary(uow, import_id)
    after = 0 if cursor is None else min(max(read_cursor(cursor, int).value, 0), INT4_MAX)
    rows = await queries.import_rejects(uow, import_id, after_line=after, limit=limit + 1)
    return Page[LineReject].cut(rows, limit, item=lambda row: row, key=lambda row: (row.line, import_id))


@router.get(
    "/workers/imports/{import_id}/rejects.csv",
    dependencies=[allow(Permission.WORKERS_IMPORT)],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **responses(ImportNotFound)},
)
async def download_rejects(import_id: UUID, uow: UowDep) -> Response:
    """Download all lines of an import that were not taken, as a file that spreadsheets open and never run."""
    await queries.import_summary(uow, import_id)
    content = report_csv(await queries.import_rejects(uow, import_id, limit=200_000))
    headers = {"Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/workers/attest",
    dependencies=[allow(Permission.WORKERS_VET)],
    responses=responses(WorkerNotFound, ImportNotFound, FileKindUnknown, IdempotencyKeyReused, IdempotencyKeyMalformed),
)
async def attest_many(command: AttestInBulk, uow: UowDep, once: OnceDep) -> AttestedInBulk:
    """State the same of many people at once, by ids or by import; applicants become active by it unless told not to."""
    return await once(vetting.attest_in_bulk, uow, command)
