"""Clients, the people who speak for them, their sites, and the do-not-return list."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, OnceDep
from dispatch.api.versions import IfMatchDep, VersionMissing, set_version
from dispatch.clients import queries, service, sites
from dispatch.clients.commands import AddClient, AddPerson, AddSite, ChangeClient, ChangeSite, ForbidReturn
from dispatch.clients.errors import (
    ClientArchived,
    ClientChanged,
    ClientNotFound,
    CuratorUnknown,
    DoNotReturnNotFound,
    DoNotReturnStands,
    PersonNotFound,
    SiteChanged,
    SiteNotFound,
    WorkerUnknown,
)
from dispatch.clients.models import AttendanceSource, Client, ClientKind, DecidedBy, Site
from dispatch.kit.geo import ZoneUnknown
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow

router = APIRouter(tags=["clients"])

_ONCE: Final = (IdempotencyKeyReused, IdempotencyKeyMalformed)
SearchText = Annotated[str, Clean(max_length=100, min_length=0)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ClientOut(_Answer):
    """A client; with `archived_at` nothing new may be ordered for it."""

    id: UUID
    name: str
    kind: ClientKind
    tax_number: str | None
    forbids_tier_c: bool
    note: str
    source: str
    curator_id: UUID | None
    archived_at: datetime | None
    created_at: datetime
    version: int


class PersonOut(_Answer):
    """Somebody who speaks for a client; the phone in E.164."""

    id: UUID
    client_id: UUID
    name: str
    phone: str
    role: str
    email: str
    may_order: bool
    version: int


class PeopleOut(_Answer):
    """Everybody who speaks for one client."""

    items: tuple[PersonOut, ...]


class SiteOut(_Answer):
    """A place people are sent to; degrees of WGS 84, and the IANA zone in which its shifts are meant."""

    id: UUID
    client_id: UUID
    address: str
    lat: float
    lon: float
    zone: str
    region: str
    meeting_point: str
    meeting_lat: float | None
    meeting_lon: float | None
    contact_name: str
    contact_phone: str
    attendance_source: AttendanceSource
    archived_at: datetime | None
    created_at: datetime
    version: int


class DoNotReturnOut(_Answer):
    """Who shall not come back to a site, or without `site_id` to any of the client's."""

    id: UUID
    client_id: UUID
    site_id: UUID | None
    worker_id: UUID
    decided_by: DecidedBy
    reason: str
    created_by: str
    created_at: datetime


def _after(cursor: str | None) -> UUID | None:
    return None if cursor is None else read_cursor(cursor, UUID).row_id


@router.get("/clients", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(CursorInvalid))
async def list_clients(
    uow: UowDep,
    q: Annotated[SearchText, Query(description="part of a name or tax number")] = "",
    *,
    archived: bool = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ClientOut]:
    """List clients in the order in which they came."""
    rows = await queries.list_clients(uow, text=q, archived=archived, after=_after(cursor), limit=limit + 1)
    return Page[ClientOut].cut(rows, limit, item=ClientOut.model_validate, key=lambda row: (row.id, row.id))


@router.post(
    "/clients",
    status_code=201,
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(CuratorUnknown, *_ONCE),
)
async def post_client(command: AddClient, uow: UowDep, once: OnceDep) -> ClientOut:
    """Take on a client."""
    return await once(_add_client, uow, command)


async def _add_client(uow: Uow, command: AddClient) -> ClientOut:
    return ClientOut.model_validate(await service.add_client(uow, command))


@router.get("/clients/{client_id}", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(ClientNotFound))
async def read_client(client_id: UUID, uow: UowDep, response: Response) -> ClientOut:
    """Read a client; the version comes as ETag."""
    return _client(response, await queries.client_of(uow, client_id))


@router.patch(
    "/clients/{client_id}",
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(ClientNotFound, ClientChanged, CuratorUnknown, VersionMissing),
)
async def patch_client(
    client_id: UUID, command: ChangeClient, version: IfMatchDep, uow: UowDep, response: Response
) -> ClientOut:
    """Change what is given, from the version read."""
    return _client(response, await service.change_client(uow, client_id, command, version))


@router.post(
    "/clients/{client_id}/archive", dependencies=[allow(Permission.CLIENTS_WRITE)], responses=responses(ClientNotFound)
)
async def archive_client(client_id: UUID, uow: UowDep, response: Response) -> ClientOut:
    """Part with a client; what was ordered stays. Repeating changes nothing."""
    return _client(response, await service.archive_client(uow, client_id))


@router.post(
    "/clients/{client_id}/restore", dependencies=[allow(Permission.CLIENTS_WRITE)], responses=responses(ClientNotFound)
)
async def restore_client(client_id: UUID, uow: UowDep, response: Response) -> ClientOut:
    """Take an archived client back. Repeating changes nothing."""
    return _client(response, await service.restore_client(uow, client_id))


def _client(response: Response, client: Client) -> ClientOut:
    set_version(response, client.version)
    return ClientOut.model_validate(client)


@router.get(
    "/clients/{client_id}/people", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(ClientNotFound)
)
async def list_people(client_id: UUID, uow: UowDep) -> PeopleOut:
    """List who speaks for a client."""
    people = await queries.people_of(uow, client_id)
    return PeopleOut(items=tuple(PersonOut.model_validate(person) for person in people))


@router.post(
    "/clients/{client_id}/people",
    status_code=201,
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(ClientNotFound, ClientArchived, PhoneInvalid, *_ONCE),
)
async def post_person(client_id: UUID, command: AddPerson, uow: UowDep, once: OnceDep) -> PersonOut:
    """Keep somebody who speaks for a client."""
    return await once(_add_person, uow, client_id, command)


async def _add_person(uow: Uow, client_id: UUID, command: AddPerson) -> PersonOut:
    return PersonOut.model_validate(await service.add_person(uow, client_id, command))


@router.delete(
    "/clients/{client_id}/people/{person_id}",
    status_code=204,
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(PersonNotFound),
)
async def delete_person(client_id: UUID, person_id: UUID, uow: UowDep) -> None:
    """Forget somebody who spoke for a client."""
    await service.remove_person(uow, client_id, person_id)


@router.get("/sites", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(CursorInvalid))
async def list_sites(
    uow: UowDep,
    client_id: UUID | None = None,
    *,
    archived: bool = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[SiteOut]:
    """List sites in the order in which they came, of one client or of all."""
    rows = await queries.list_sites(uow, client_id=client_id, archived=archived, after=_after(cursor), limit=limit + 1)
    return Page[SiteOut].cut(rows, limit, item=SiteOut.model_validate, key=lambda row: (row.id, row.id))


@router.post(
    "/sites",
    status_code=201,
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(ClientNotFound, ClientArchived, PhoneInvalid, ZoneUnknown, *_ONCE),
)
async def post_site(command: AddSite, uow: UowDep, once: OnceDep) -> SiteOut:
    """Keep a site of a client; its zone is that of the nearest town unless given."""
    return await once(_add_site, uow, command)


async def _add_site(uow: Uow, command: AddSite) -> SiteOut:
    return SiteOut.model_validate(await sites.add_site(uow, command))


@router.get("/sites/{site_id}", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(SiteNotFound))
async def read_site(site_id: UUID, uow: UowDep, response: Response) -> SiteOut:
    """Read a site; the version comes as ETag."""
    return _site(response, await queries.site_of(uow, site_id))


@router.patch(
    "/sites/{site_id}",
    dependencies=[allow(Permission.CLIENTS_WRITE)],
    responses=responses(SiteNotFound, SiteChanged, PhoneInvalid, ZoneUnknown, VersionMissing),
)
async def patch_site(
    site_id: UUID, command: ChangeSite, version: IfMatchDep, uow: UowDep, response: Response
) -> SiteOut:
    """Change what is given, from the version read; agreed shifts keep their place and times."""
    return _site(response, await sites.change_site(uow, site_id, command, version))


@router.post(
    "/sites/{site_id}/archive", dependencies=[allow(Permission.CLIENTS_WRITE)], responses=responses(SiteNotFound)
)
async def archive_site(site_id: UUID, uow: UowDep, response: Response) -> SiteOut:
    """Offer a site no more for new orders. Repeating changes nothing."""
    return _site(response, await sites.archive_site(uow, site_id))


def _site(response: Response, site: Site) -> SiteOut:
    set_version(response, site.version)
    return SiteOut.model_validate(site)


@router.get("/do-not-return", dependencies=[allow(Permission.CLIENTS_READ)], responses=responses(CursorInvalid))
async def list_do_not_return(
    uow: UowDep,
    client_id: UUID | None = None,
    worker_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[DoNotReturnOut]:
    """List who shall not come back, of one client or one man or of all."""
    rows = await queries.list_do_not_return(
        uow, client_id=client_id, worker_id=worker_id, after=_after(cursor), limit=limit + 1
    )
    return Page[DoNotReturnOut].cut(rows, limit, item=DoNotReturnOut.model_validate, key=lambda row: (row.id, row.id))


@router.post(
    "/do-not-return",
    status_code=201,
    dependencies=[allow(Permission.DO_NOT_RETURN_WRITE)],
    responses=responses(ClientNotFound, SiteNotFound, WorkerUnknown, DoNotReturnStands, *_ONCE),
)
async def post_do_not_return(command: ForbidReturn, uow: UowDep, once: OnceDep) -> DoNotReturnOut:
    """Keep somebody of the network from a site of a client, or without `site_id` from all of them."""
    return await once(_forbid, uow, command)


async def _forbid(uow: Uow, command: ForbidReturn) -> DoNotReturnOut:
    return DoNotReturnOut.model_validate(await sites.forbid_return(uow, command))


@router.delete(
    "/do-not-return/{entry_id}",
    status_code=204,
    dependencies=[allow(Permission.DO_NOT_RETURN_WRITE)],
    responses=responses(DoNotReturnNotFound),
)
async def delete_do_not_return(entry_id: UUID, uow: UowDep) -> None:
    """Take a decision off the list."""
    await sites.lift_do_not_return(uow, entry_id)
