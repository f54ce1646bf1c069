"""Reads of franchises, policies, lending and standings.

Policy reads are on every hot path: one round trip, and no parsing of what was parsed before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import select, tuple_

from dispatch.kit.pages import Cursor
from dispatch.kit.uow import Uow
from dispatch.tenancy.errors import FranchiseNotFound, PolicySectionUnknown, PolicyVersionUnknown
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.policy import NETWORK_SECTIONS, SECTIONS, Pace, Policy, Section, StandingStatus

_IN_FORCE: Final = """
SELECT section, version, body::text FROM policy_versions WHERE franchise_id = $1 AND upper_inf(valid)
UNION ALL
SELECT section, version, body::text FROM network_policy_versions WHERE upper_inf(valid)
"""
_SECTIONS_IN_FORCE: Final = """
SELECT section, version, body::text, lower(valid) AS since, author, reason FROM policy_versions
WHERE franchise_id = $1 AND upper_inf(valid)
UNION ALL
SELECT section, version, body::text, lower(valid), author, reason FROM network_policy_versions WHERE upper_inf(valid)
"""
_VERSION: Final = """
SELECT body::text FROM policy_versions WHERE franchise_id = $1 AND section = $2 AND version = $3
"""
_NETWORK_VERSION: Final = "SELECT body::text FROM network_policy_versions WHERE section = $1 AND version = $2"
_VERSIONS: Final = """
SELECT version, lower(valid) AS since, upper(valid) AS until, author, reason FROM policy_versions
WHERE franchise_id = $1 AND section = $2
UNION ALL
SELECT version, lower(valid), upper(valid), author, reason FROM network_policy_versions WHERE section = $2
ORDER BY version DESC LIMIT $3
"""
_LENDERS: Final = "SELECT franchise_id, ring, fee_percent FROM lenders_to($1) WHERE ring <= $2"
_STANDING: Final = """
SELECT status, suspended_until, reason, strikes FROM standings WHERE franchise_id = $1 AND worker_id = $2
"""


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """A franchise's policy now, and which version of each section that is.

    Attributes:
        policy: complete; a section never written is the house default.
        versions: section name -> version; 0 for the house default.
    """

    policy: Policy
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SectionInForce:
    """One section in force with its origin; version 0 is the house default, in force since ever."""

    section: str
    version: int
    body: Section
    since: datetime | None = None
    author: str = "system:house"
    reason: str = "The house default"


@dataclass(frozen=True, slots=True)
class SectionVersion:
    """One version of a section without its body; `until` is None for the one in force."""

    version: int
    since: datetime
    until: datetime | None
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class LendingHome:
    """A franchise that lends to us; `fee_percent` is part of the worker's pay."""

    franchise_id: UUID
    ring: int
    fee_percent: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker's standing with one franchise.

    Attributes:
        status: as last decided; a suspension whose end has passed is still written as one, see `allows`.
        suspended_until: None with `suspended` means until somebody restores him.
        reason: why, as it may be shown to him.
        strikes: live strikes when it was last decided.
    """

    status: StandingStatus = StandingStatus.OK
    suspended_until: datetime | None = None
    reason: str = ""
    strikes: int = 0

    def allows(self, moment: datetime) -> bool:
        """Tell whether he may be asked for work at this moment."""
        match self.status:
            case StandingStatus.OK:
                return True
            case StandingStatus.SUSPENDED:
                return self.suspended_until is not None and self.suspended_until <= moment
            case StandingStatus.EXCLUDED:
                return False


async def policy_in_force(uow: Uow) -> PolicyInForce:
    """Return the tenant's policy as this transaction sees it, in one statement over one index.

    Nothing is remembered but the reading of texts already read, so a change counts from the next statement on.
    """
    rows = await uow.fetch(_IN_FORCE, uow.franchise_id)
    return _assembled(tuple(sorted((row["section"], row["version"], row["body"]) for row in rows)))


async def paces_in_force(uow: Uow, franchise_ids: Collection[UUID]) -> Mapping[UUID, Pace]:
    """Return the pace of several franchises, the house's where one set none. Only the job role may ask.

    For a reply that concerns several of them before it has a tenant.
    """
    rows = await uow.fetch("SELECT franchise_id, body FROM paces_in_force($1)", list(franchise_ids))
    set_by = {row["franchise_id"]: Pace.model_validate_json(row["body"]) for row in rows}
    return {franchise_id: set_by.get(franchise_id, Pace()) for franchise_id in franchise_ids}


async def sections_in_force(uow: Uow) -> dict[str, SectionInForce]:
    """Return every section in force by name, with who wrote it, when and why: for people to read."""
    in_force = {name: SectionInForce(name, 0, model()) for name, model in SECTIONS.items()}
    for row in await uow.fetch(_SECTIONS_IN_FORCE, uow.franchise_id):
        body = read_section(row["section"], row["body"])
        in_force[row["section"]] = SectionInForce(**{**dict(row), "body": body})
    return in_force


async def policy_version(uow: Uow, section: str, version: int) -> Section:
    """Return one version of a section of the tenant, to judge by the rules of then; 0 is the house default.

    Raises:
        PolicySectionUnknown: there is no such section.
        PolicyVersionUnknown: the tenant never had that version.
    """
    model = section_model(section)
    if version == 0:
        return model()
    if section in NETWORK_SECTIONS:
        body = await uow.fetchval(_NETWORK_VERSION, section, version)
    else:
        body = await uow.fetchval(_VERSION, uow.franchise_id, section, version)
    if body is None:
        raise PolicyVersionUnknown(section, version)
    return read_section(section, body)


async def section_versions(uow: Uow, section: str, most: int) -> list[SectionVersion]:
    """Return the versions of a section of the tenant, or of the network where it is one for all, newest first.

    Raises:
        PolicySectionUnknown: there is no such section.
    """
    section_model(section)
    return [SectionVersion(**dict(row)) for row in await uow.fetch(_VERSIONS, uow.franchise_id, section, most)]


def section_model(section: str) -> type[Section]:
    """Return the model of a section.

    Raises:
        PolicySectionUnknown: there is no such section.
    """
    if section not in SECTIONS:
        raise PolicySectionUnknown(section, SECTIONS)
    return SECTIONS[section]


@lru_cache(maxsize=4096)
def read_section(section: str, body: str) -> Section:
    """Read a stored section; the same text is read once per process."""
    return SECTIONS[section].model_validate_json(body)


@lru_cache(maxsize=1024)
def _assembled(stored: tuple[tuple[str, int, str], ...]) -> PolicyInForce:
    policy = Policy.model_validate({section: read_section(section, body) for section, _, body in stored})
    versions = dict.fromkeys(SECTIONS, 0) | {section: version for section, version, _ in stored}
    return PolicyInForce(policy, MappingProxyType(versions))


async def franchises(
    uow: Uow, *, after: Cursor[str] | None, limit: int, only: UUID | None = None
) -> Sequence[Franchise]:
    """Return franchises of the network by short name, from after a cursor on; or one of them alone."""
    wanted = select(Franchise).order_by(Franchise.slug, Franchise.id).limit(limit)
    if after is not None:
        wanted = wanted.where(tuple_(Franchise.slug, Franchise.id) > tuple_(*after))
    if only is not None:
        wanted = wanted.where(Franchise.id == only)
    return (await uow.session.execute(wanted)).scalars().all()


async def has_begun(uow: Uow) -> bool:
    """Tell whether the installation has a franchise at all; every role may ask, in whatever tenant."""
    return bool(await uow.fetchval("SELECT EXISTS (SELECT FROM franchises)"))


async def franchise_of(uow: Uow) -> Franchise:
    """Return the tenant itself.

    Raises:
        FranchiseNotFound: the tenant of this unit of work does not exist.
    """
    found: Franchise | None = await uow.session.get(Franchise, uow.franchise_id, populate_existing=True)
    if found is None:
        raise FranchiseNotFound
    return found


async def place_of(uow: Uow) -> tuple[float, float]:
    """Return latitude and longitude of the tenant in degrees, WGS 84."""
    row = await uow.fetchrow(
        "SELECT st_y(location::geometry) AS lat, st_x(location::geometry) AS lon FROM franchises WHERE id = $1",
        uow.franchise_id,
    )
    if row is None:
        raise FranchiseNotFound
    return row["lat"], row["lon"]


async def homes_in_ring(uow: Uow, ring: int) -> list[LendingHome]:
    """Return the active franchises that lend to the tenant in this ring or a nearer one, nearest ring first."""
    return [LendingHome(**dict(row)) for row in await uow.fetch(_LENDERS, uow.franchise_id, ring)]


async def has_entitlement(uow: Uow, feature: str) -> bool:
    """Tell whether the tenant may use a paid feature now."""
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM entitlements WHERE franchise_id = $1 AND feature = $2
                              AND (valid_until IS NULL OR valid_until > $3))""",
            uow.franchise_id,
            feature,
            uow.now,
        )
    )


async def standing_of(uow: Uow, worker_id: UUID) -> Standing:
    """Return the worker's standing with the tenant; good where nothing was ever decided."""
    row = await uow.fetchrow(_STANDING, uow.franchise_id, worker_id)
    if row is None:
        return Standing()
    return Standing(StandingStatus(row["status"]), row["suspended_until"], row["reason"], row["strikes"])
