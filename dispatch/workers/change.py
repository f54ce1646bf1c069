"""Changing one man: his facts, what he can do, where he is with his home franchise."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from dispatch.kit.phones import parse_phone
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow
from dispatch.sms.proofs import Doubt
from dispatch.workers.commands import ChangeWorker, SetSkills
from dispatch.workers.errors import (
    WorkerBanned,
    WorkerChanged,
    WorkerHasNotConsented,
    WorkerNotFound,
    WorkerNotVetted,
)
from dispatch.workers.models import Worker
from dispatch.workers.phones import doubt_number, refuse_held, release_phone, take_phone
from dispatch.workers.queries import home_phones, phones_held, worker_record
from dispatch.workers.residence import locate, surroundings_of
from dispatch.workers.rules import WORKER_MOVES, WorkerStatus
from dispatch.workers.skills import Service, to_mask


@dataclass(frozen=True, slots=True)
class _NewPhone:
    phone_id: UUID
    before: Sequence[UUID]


_LOCK: Final = """
SELECT version, status, vetted_at, consent_at, zone FROM workers WHERE franchise_id = $1 AND id = $2 FOR NO KEY UPDATE
"""
_POOL_FIELDS: Final = ("radius_m", "engagement", "short_rest_ok", "daily_offers")
_CONTACT_FIELDS: Final = ("first_name", "last_name", "language", "address", "external_id", "note")


async def change_worker(uow: Uow, worker_id: UUID, command: ChangeWorker, version: int) -> Worker:
    """Change what the command gives and return the man as he is now, one version on.

    With a new number the hold on the old one ends now. Offers go to the new one once he has answered from there what
    is texted to it; until then what was asked before is answered at the old one.

    Args:
        uow: the tenant's.
        worker_id: one of its own men.
        command: what changes.
        version: the version the change was made from.

    Raises:
        WorkerNotFound: he is not the tenant's.
        WorkerChanged: another change came first.
        PhoneInvalid: the new phone is none that can receive texts.
        PhoneBelongsToWorker: another man of the tenant holds the new number.
        PhoneAlreadyInNetwork: somebody else's man holds it.
        WorkerExternalIdTaken: another man of the tenant carries that external id.
        CityUnknown: the residence names a city nobody knows.
    """
    row = await _lock(uow, worker_id)
    if row["version"] != version:
        raise WorkerChanged(row["version"])
    pool: dict[str, Any] = {name: getattr(command, name) for name in _POOL_FIELDS if name in command.model_fields_set}
    contact: dict[str, Any] = {
        name: getattr(command, name) for name in _CONTACT_FIELDS if name in command.model_fields_set
    }
    if command.skills is not None:
        pool["skills"] = to_mask(command.skills)
    zone: str = row["zone"]
    if command.residence is not None and command.residence.model_fields_set == {"zone"}:
        zone = pool["zone"] = command.residence.zone or zone
    elif command.residence is not None:
        home = await asyncio.to_thread(locate, command.residence, await surroundings_of(uow))
        zone = home.zone
        pool |= {"location": home.point, "location_quality": str(home.quality), "zone": zone}
    new = None if command.phone is None else await _new_phone(uow, worker_id, command.phone, zone)
    if new is not None:
        contact["phone_id"] = new.phone_id
    await _write_pool(uow, worker_id, pool)
    if contact:
        await _write_contact(uow, worker_id, contact)
    if new is not None:
        await doubt_number(uow, worker_id, new.phone_id, Doubt.NEW_NUMBER, before=new.before)
    if zone != row["zone"]:
        await uow.fetchval("SELECT set_phone_zone($1, $2)", worker_id, zone)
    return await worker_record(uow, worker_id)


async def set_skills(uow: Uow, worker_id: UUID, command: SetSkills) -> tuple[Service, ...]:
    """Say everything a man can do and return it.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await _lock(uow, worker_id)
    await _write_pool(uow, worker_id, {"skills": to_mask(command.skills)})
    return (await worker_record(uow, worker_id)).skills


async def activate_worker(uow: Uow, worker_id: UUID) -> bool:
    """Let an applicant or a paused man be invited; False when he is active already.

    Raises:
        WorkerNotFound: he is not the tenant's.
        WorkerNotVetted: he was not interviewed.
        WorkerHasNotConsented: he did not agree to get offers.
        WorkerBanned: the network banned him.
        IllegalMove: he is archived; take him back first.
    """
    row = await _lock(uow, worker_id)
    if row["status"] == WorkerStatus.BANNED:
        raise WorkerBanned
    if row["vetted_at"] is None:
        raise WorkerNotVetted
    if row["consent_at"] is None:
        raise WorkerHasNotConsented
    return await _move(uow, worker_id, row, WorkerStatus.ACTIVE)


async def pause_worker(uow: Uow, worker_id: UUID) -> bool:
    """Invite a man no more for now; seats he holds stay. False when he is paused already.

    Raises:
        WorkerNotFound: he is not the tenant's.
        IllegalMove: he is not active.
    """
    return await _move(uow, worker_id, await _lock(uow, worker_id), WorkerStatus.PAUSED)


async def archive_worker(uow: Uow, worker_id: UUID) -> bool:
    """Part with a man: he is invited no more and his number is free for its next holder. False when parted already.

    What was recorded of him stays. Whoever asks for this makes sure that he holds no seat.

    Raises:
        WorkerNotFound: he is not the tenant's.
        WorkerBanned: the network banned him; his number stays known, so that he is not taken on elsewhere.
    """
    row = await _lock(uow, worker_id)
    if row["status"] == WorkerStatus.BANNED:
        raise WorkerBanned
    moved = await _move(uow, worker_id, row, WorkerStatus.ARCHIVED)
    if moved:
        await release_phone(uow, worker_id)
    return moved


async def restore_worker(uow: Uow, worker_id: UUID) -> bool:
    """Take an archived man back as an applicant, with his number; False when he is an applicant already.

    Raises:
        WorkerNotFound: he is not the tenant's.
        PhoneBelongsToWorker: another man of the tenant holds his number now.
        PhoneAlreadyInNetwork: somebody else's man does.
        IllegalMove: he is not archived.
    """
    moved = await _move(uow, worker_id, await _lock(uow, worker_id), WorkerStatus.APPLICANT)
    if moved:
        e164 = (await home_phones(uow, [worker_id]))[worker_id]
        await refuse_held(uow, e164, worker_id)
        zone = await uow.fetchval("SELECT zone FROM workers WHERE id = $1", worker_id)
        await take_phone(uow, worker_id, e164, zone)
    return moved


async def _lock(uow: Uow, worker_id: UUID) -> Any:  # noqa: ANN401 - a driver's row
    row = await uow.fetchrow(_LOCK, uow.franchise_id, worker_id)
    if row is None:
        raise WorkerNotFound
    return row


async def _move(uow: Uow, worker_id: UUID, row: Any, new: WorkerStatus) -> bool:  # noqa: ANN401 - a driver's row
    if WORKER_MOVES.check(WorkerStatus(row["status"]), new) is MoveResult.NOOP:
        return False
    await _write_pool(uow, worker_id, {"status": str(new)})
    return True


async def _new_phone(uow: Uow, worker_id: UUID, written: str, zone: str) -> _NewPhone | None:
    e164 = parse_phone(written, (await surroundings_of(uow)).dialling_region, mobile=True)
    if (await home_phones(uow, [worker_id])).get(worker_id) == e164:
        return None
    await refuse_held(uow, e164, worker_id)
    before = [held.phone_id for held in await phones_held(uow, worker_id)]
    await release_phone(uow, worker_id)
    phone_id = await take_phone(uow, worker_id, e164, zone)
    return _NewPhone(phone_id, before)


async def _write_pool(uow: Uow, worker_id: UUID, facts: dict[str, Any]) -> None:
    point = facts.pop("location", None)
    settings = _settings(facts, first=3)
    values: list[object] = list(facts.values())
    if point is not None:
        at = len(values) + 3
        settings.append(f"location = ST_SetSRID(ST_MakePoint(${at}, ${at + 1}), 4326)::geography")
        values += [point.lon, point.lat]
    settings.append("version = version + 1")
    await uow.run(
        f"UPDATE workers SET {', '.join(settings)} WHERE franchise_id = $1 AND id = $2",
        uow.franchise_id,
        worker_id,
        *values,
    )


async def _write_contact(uow: Uow, worker_id: UUID, facts: dict[str, Any]) -> None:
    settings = [*_settings(facts, first=3), "version = version + 1"]
    await uow.run(
        f"UPDATE worker_contacts SET {', '.join(settings)} WHERE franchise_id = $1 AND worker_id = $2",
        uow.franchise_id,
        worker_id,
        *facts.values(),
    )


def _settings(names: Iterable[str], *, first: int) -> list[str]:
    """Return `column = $n` for each; the names come from this module's own lists, never from outside."""
    return [f"{name} = ${position}" for position, name in enumerate(names, start=first)]
