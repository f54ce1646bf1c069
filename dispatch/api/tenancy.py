"""Franchises, and the policy of the caller's own."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.access.roles import Permission, can
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.versions import IfMatchDep, VersionMissing, set_version
from dispatch.kit.geo import ZoneUnknown
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.tenancy import queries, service
from dispatch.tenancy.commands import ChangeFranchise
from dispatch.tenancy.errors import (
    FranchiseChanged,
    NetworkSectionRefused,
    PolicyChanged,
    PolicyInvalid,
    PolicySectionUnknown,
)
from dispatch.tenancy.models import Franchise, FranchiseKind, FranchiseStatus
from dispatch.tenancy.policy import NETWORK_SECTIONS, SECTIONS

router = APIRouter(tags=["tenancy"])


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class FranchiseOut(_Answer):
    """A franchise as everybody in the network may know it."""

    id: UUID
    slug: str
    name: str
    city: str
    zone: str
    currency: str
    kind: FranchiseKind
    status: FranchiseStatus


class OwnFranchise(FranchiseOut):
    """The caller's franchise; latitude and longitude in degrees, WGS 84."""

    lat: float
    lon: float
    version: int


class SectionOut(_Answer):
    """One section of the policy and the version in force; 0 is the house default."""

    section: str
    version: int
    network: bool = Field(description="whether it is one for the whole network, so that no franchise changes it")
    since: datetime | None
    author: str
    reason: str
    body: dict[str, Any]


class PolicyOut(_Answer):
    """Every section in force."""

    items: list[SectionOut]


class WritePolicy(BaseModel):
    """A complete section, and why it changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    body: dict[str, Any]
    reason: Annotated[str, Clean(max_length=500, min_length=3)]


@router.get("/franchises", dependencies=[allow(Permission.FRANCHISE_READ)], responses=responses(CursorInvalid))
async def list_franchises(
    caller: CallerDep, uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[FranchiseOut]:
    """List the network's franchises by short name to who may read the network, and to everybody else his own."""
    rows = await queries.franchises(
        uow,
        after=read_cursor(cursor, str) if cursor is not None else None,
        limit=limit + 1,
        only=None if can(caller.role, Permission.NETWORK_READ) else uow.franchise_id,
    )
    return Page[FranchiseOut].cut(rows, limit, item=FranchiseOut.model_validate, key=lambda row: (row.slug, row.id))


@router.get("/franchises/own", dependencies=[allow(Permission.FRANCHISE_READ)], responses=responses())
async def own_franchise(uow: UowDep, response: Response) -> OwnFranchise:
    """Read the caller's franchise; its version comes as ETag."""
    return await _own(uow, response, await service.franchise_of(uow))


@router.patch(
    "/franchises/own",
    dependencies=[allow(Permission.FRANCHISE_WRITE)],
    responses=responses(FranchiseChanged, VersionMissing, ZoneUnknown),
)
async def change_franchise(
    command: ChangeFranchise, version: IfMatchDep, uow: UowDep, response: Response
) -> OwnFranchise:
    """Change what is given of the caller's franchise."""
    return await _own(uow, response, await service.change_franchise(uow, command, version))


@router.get("/policies", dependencies=[allow(Permission.FRANCHISE_READ)], responses=responses())
async def read_policies(uow: UowDep) -> PolicyOut:
    """Read every section in force, by its name."""
    in_force = await queries.sections_in_force(uow)
    return PolicyOut(items=[_section(in_force[name]) for name in SECTIONS])


@router.get(
    "/policies/{section}",
    dependencies=[allow(Permission.FRANCHISE_READ)],
    responses=responses(PolicySectionUnknown),
)
async def read_policy(section: str, uow: UowDep, response: Response) -> SectionOut:
    """Read one section in force; its version comes as ETag."""
    queries.section_model(section)
    found = (await queries.sections_in_force(uow))[section]
    set_version(response, found.version)
    return _section(found)


@router.put(
    "/policies/{section}",
    dependencies=[allow(Permission.POLICIES_WRITE)],
    responses=responses(PolicySectionUnknown, NetworkSectionRefused, PolicyInvalid, PolicyChanged, VersionMissing),
)
async def write_policy(
    section: str, given: WritePolicy, version: IfMatchDep, uow: UowDep, response: Response
) -> SectionOut:
    """Put a complete section in force from now on; the version it replaces stays readable and is never changed."""
    body = service.section_from(section, given.body)
    await service.write_policy(uow, section, body, given.reason, based_on=version)
    return await read_policy(section, uow, response)


async def _own(uow: Uow, response: Response, franchise: Franchise) -> OwnFranchise:
    lat, lon = await queries.place_of(uow)
    set_version(response, franchise.version)
    facts = FranchiseOut.model_validate(franchise).model_dump()
    return OwnFranchise(**facts, lat=lat, lon=lon, version=franchise.version)


def _section(found: queries.SectionInForce) -> SectionOut:
    return SectionOut(
        section=found.section,
        version=found.version,
        network=found.section in NETWORK_SECTIONS,
        since=found.since,
        author=found.author,
        reason=found.reason,
        body=found.body.model_dump(mode="json"),
    )
