"""Use cases of tenancy: found and change a franchise, write its policy, lend, decide standings.

What is network-wide (franchises, entitlements, the rating section) is written by the database's owner only, from the
command line of the operator; the role that serves requests has no right to, whatever the code above it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from dispatch.kit.clock import instant
from dispatch.kit.ids import new_id
from dispatch.kit.locks import LockKind, advisory_lock
from dispatch.kit.money import Currency
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow
from dispatch.tenancy.commands import ChangeFranchise, GrantLending, OpenFranchise
from dispatch.tenancy.errors import (
    FranchiseChanged,
    FranchiseNotFound,
    LendingToOneself,
    NetworkSectionRefused,
    PolicyChanged,
    PolicyInvalid,
    PresetUnknown,
    SuspensionInPast,
)
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.moves import STANDING_MOVES
from dispatch.tenancy.policy import NETWORK_SECTIONS, SECTIONS, Section, StandingStatus
from dispatch.tenancy.presets import PRESETS
from dispatch.tenancy.queries import (
    LendingHome,
    PolicyInForce,
    Standing,
    franchise_of,
    has_entitlement,
    homes_in_ring,
    policy_in_force,
    policy_version,
    section_model,
    standing_of,
)

__all__ = [
    "LendingHome",
    "PolicyInForce",
    "Standing",
    "apply_preset",
    "change_franchise",
    "franchise_of",
    "grant_lending",
    "has_entitlement",
    "homes_in_ring",
    "open_franchise",
    "policy_in_force",
    "policy_version",
    "preset_sections",
    "revoke_lending",
    "section_from",
    "set_standing",
    "standing_of",
    "write_network_policy",
    "write_policy",
]

_TICK = timedelta(microseconds=1)


async def open_franchise(uow: Uow, command: OpenFranchise) -> Franchise:
    """Found a franchise with the complete policy of a preset, and enter it as the tenant.

    Args:
        uow: of the owner's login and without a tenant, from the operator's command line.
        command: what the franchise is.

    Raises:
        FranchiseSlugTaken: the short name is in use.
        PresetUnknown: there is no such preset.
    """
    franchise = Franchise(
        id=new_id(),
        slug=command.slug,
        name=command.name,
        city=command.city,
        zone=command.zone,
        currency=command.currency,
        kind=command.kind,
        status="active",
        created_at=uow.now,
        version=1,
    )
    await uow.run(
        """INSERT INTO franchises (id, slug, name, city, zone, currency, location, kind, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, st_makepoint($7, $8)::geography, $9, $10)""",
        franchise.id,
        franchise.slug,
        franchise.name,
        franchise.city,
        franchise.zone,
        franchise.currency,
        command.lon,
        command.lat,
        franchise.kind,
        franchise.created_at,
    )
    await uow.enter_tenant(franchise.id)
    await apply_preset(uow, command.preset, "The franchise opens")
    for feature in sorted(command.entitlements):
        await uow.run("INSERT INTO entitlements (franchise_id, feature) VALUES ($1, $2)", franchise.id, feature)
    return franchise


async def change_franchise(uow: Uow, command: ChangeFranchise, version: int) -> Franchise:
    """Change the tenant's own facts and return them.

    Args:
        uow: the tenant's.
        command: what changes.
        version: the version the change was made from.

    Raises:
        FranchiseChanged: another change came first.
    """
    touched = await uow.run(
        """UPDATE franchises SET name = coalesce($3, name), city = coalesce($4, city), zone = coalesce($5, zone),
               location = coalesce(st_makepoint($6, $7)::geography, location), version = version + 1
           WHERE id = $1 AND version = $2""",
        uow.franchise_id,
        version,
        command.name,
        command.city,
        command.zone,
        command.lon,
        command.lat,
    )
    if touched == 0:
        raise FranchiseChanged
    return await franchise_of(uow)


def section_from(section: str, body: Mapping[str, Any]) -> Section:
    """Read the body of a section as it came from outside.

    Raises:
        PolicySectionUnknown: there is no such section.
        PolicyInvalid: a field breaks a rule; every broken one is named.
    """
    try:
        return section_model(section).model_validate(body)
    except ValidationError as error:
        problems = [
            {"field": ".".join(str(step) for step in problem["loc"]), "problem": problem["msg"]}
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise PolicyInvalid(section, problems) from None


async def write_policy(uow: Uow, section: str, body: Section, reason: str, *, based_on: int | None = None) -> int:
    """Put the next version of a section in force, from this moment on, and return its number.

    Versions are final and their times of validity never overlap, so whatever was judged by one can be judged again.
    The same body again writes nothing and returns the version in force.

    Args:
        uow: the tenant's.
        section: its name.
        body: complete.
        reason: why, for the people who read the history.
        based_on: the version the change was made from, where somebody edits; None puts it in force whatever was.

    Raises:
        PolicySectionUnknown: there is no such section.
        NetworkSectionRefused: the section is one for the whole network.
        PolicyChanged: `based_on` is no longer in force.
    """
    assert isinstance(body, section_model(section))
    if section in NETWORK_SECTIONS:
        raise NetworkSectionRefused(section)
    # All policy writes of a franchise take turns, the first version of a section included, which has no row to lock.
    await uow.run("SELECT FROM franchises WHERE id = $1 FOR NO KEY UPDATE", uow.franchise_id)
    return await _put_in_force(uow, _OWN, section, body, reason, based_on=based_on)


async def write_network_policy(uow: Uow, section: str, body: Section, reason: str) -> int:
    """Put the next version of a network-wide section in force and return its number, as `write_policy` does.

    Args:
        uow: of the owner's login; no other may write here.
        section: one of `NETWORK_SECTIONS`.
        body: complete.
        reason: why, for the people who read the history.
    """
    assert section in NETWORK_SECTIONS
    assert isinstance(body, section_model(section))
    await uow.run("LOCK TABLE network_policy_versions IN SHARE ROW EXCLUSIVE MODE")
    return await _put_in_force(uow, _NETWORK, section, body, reason)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where versions are kept, as fragments of SQL; $1 is the franchise, or NULL for the network."""

    table: str
    scope: str
    columns: str
    values: str


_OWN = _Shelf("policy_versions", "franchise_id = $1", "franchise_id, id", "owner.id, $3")
_NETWORK = _Shelf("network_policy_versions", "$1::uuid IS NULL", "id", "$3")


async def _put_in_force(
    uow: Uow, shelf: _Shelf, section: str, body: Section, reason: str, *, based_on: int | None = None
) -> int:
    franchise_id = uow.franchise_id if shelf is _OWN else None
    current = await uow.fetchrow(
        f"""SELECT version, body::text, lower(valid) AS since FROM {shelf.table}
            WHERE {shelf.scope} AND section = $2 AND upper_inf(valid)""",
        franchise_id,
        section,
    )
    version: int = 0 if current is None else current["version"]
    if based_on not in (None, version):
        raise PolicyChanged(section, version)
    if current is not None and type(body).model_validate_json(current["body"]) == body:
        return version
    since = await instant(uow)
    if current is not None:
        since = max(since, current["since"] + _TICK)
        await uow.run(
            f"""UPDATE {shelf.table} SET valid = tstzrange(lower(valid), $3)
                WHERE {shelf.scope} AND section = $2 AND upper_inf(valid)""",
            franchise_id,
            section,
            since,
        )
    await uow.run(
        f"""INSERT INTO {shelf.table} ({shelf.columns}, section, version, body, valid, author, reason)
            SELECT {shelf.values}, $2, $4, $5, tstzrange($6, NULL), $7, $8 FROM (SELECT $1::uuid AS id) AS owner""",
        franchise_id,
        section,
        new_id(),
        version + 1,
        body.model_dump_json(),
        since,
        uow.actor,
        reason,
    )
    return version + 1


async def preset_sections(uow: Uow, name: str) -> dict[str, Section]:
    """Return the sections of a preset that a franchise may set, as this one would get them: in its own currency.

    Raises:
        PresetUnknown: there is no such preset.
    """
    if name not in PRESETS:
        raise PresetUnknown(name, PRESETS)
    preset = PRESETS[name]
    currency = Currency((await franchise_of(uow)).currency)
    sections: dict[str, Section] = {
        section: getattr(preset, section) for section in SECTIONS if section not in NETWORK_SECTIONS
    }
    return sections | {"money": preset.money.model_copy(update={"currency": currency})}


async def apply_preset(
    uow: Uow, name: str, reason: str, *, based_on: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Put every section of a preset in force that a franchise may set; return the versions now in force.

    The currency stays the franchise's own. `based_on` names the versions the decision was made from, by section; None
    puts the preset in force whatever was.

    Raises:
        PresetUnknown: there is no such preset.
        PolicyChanged: a section is no longer at the version it was decided from.
    """
    return {
        section: await write_policy(
            uow, section, body, reason, based_on=None if based_on is None else based_on.get(section, 0)
        )
        for section, body in (await preset_sections(uow, name)).items()
    }


async def grant_lending(uow: Uow, borrower_id: UUID, command: GrantLending) -> None:
    """Let another franchise borrow the tenant's people, or change the terms; past seats keep theirs.

    Raises:
        LendingToOneself: the borrower is the tenant.
        FranchiseNotFound: there is no such borrower.
    """
    if borrower_id == uow.franchise_id:
        raise LendingToOneself
    await uow.run(
        """INSERT INTO lending_grants (franchise_id, borrower_id, ring, fee_percent) VALUES ($1, $2, $3, $4)
           ON CONFLICT (franchise_id, borrower_id)
           DO UPDATE SET ring = excluded.ring, fee_percent = excluded.fee_percent""",
        uow.franchise_id,
        borrower_id,
        command.ring,
        command.fee_percent,
    )


async def revoke_lending(uow: Uow, borrower_id: UUID) -> None:
    """Stop lending to a franchise; seats already taken stay. Nothing happens where nothing was lent.

    Raises:
        FranchiseNotFound: there is no such borrower.
    """
    if not await uow.fetchval("SELECT EXISTS (SELECT FROM franchises WHERE id = $1)", borrower_id):
        raise FranchiseNotFound
    await uow.run(
        "DELETE FROM lending_grants WHERE franchise_id = $1 AND borrower_id = $2", uow.franchise_id, borrower_id
    )


async def set_standing(
    uow: Uow,
    worker_id: UUID,
    status: StandingStatus,
    *,
    until: datetime | None = None,
    reason: str,
    strikes: int | None = None,
) -> Standing:
    """Suspend, exclude or restore a worker with the tenant, and return what stands now.

    Of two suspensions the later end counts, an open end before any other. Excluding twice, or suspending an excluded
    man, changes nothing. Seats already taken are not touched: cooperation ends after the current shift.

    Args:
        uow: the tenant's.
        worker_id: anybody of the pool.
        status: what he shall be.
        until: the end of a suspension; None suspends until somebody restores him. Not used otherwise.
        reason: why, as it may be shown to him.
        strikes: his live strikes, where a ladder decided; None leaves the number as it is.

    Raises:
        SuspensionInPast: the end lies before now.
    """
    suspends = status is StandingStatus.SUSPENDED
    if suspends and until is not None and until <= uow.now:
        raise SuspensionInPast
    await advisory_lock(uow, LockKind.WORKER, [worker_id])
    current = await standing_of(uow, worker_id)
    moved = STANDING_MOVES.check(current.status, status) is MoveResult.MOVE
    lengthened = suspends and current.status is status and _ends_later(until, current.suspended_until)
    if not moved and not lengthened and strikes in (None, current.strikes):
        return current
    decided = replace(current, strikes=current.strikes if strikes is None else strikes)
    if moved or lengthened:
        decided = replace(decided, status=status, suspended_until=until if suspends else None, reason=reason)
    await uow.run(
        """INSERT INTO standings (franchise_id, worker_id, status, suspended_until, reason, strikes, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (franchise_id, worker_id)
           DO UPDATE SET status = excluded.status, suspended_until = excluded.suspended_until,
                         reason = excluded.reason, strikes = excluded.strikes, changed_at = excluded.changed_at""",
        uow.franchise_id,
        worker_id,
        decided.status,
        decided.suspended_until,
        decided.reason,
        decided.strikes,
        uow.now,
    )
    return decided


def _ends_later(until: datetime | None, than: datetime | None) -> bool:
    return than is not None and (until is None or until > than)
