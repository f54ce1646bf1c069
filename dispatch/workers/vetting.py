"""Attesting that men were interviewed and agreed to texts: one man, or many at once."""

from typing import Any, Final
from uuid import UUID

from dispatch.kit.filestore import store_file
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.workers.bulk import Attested, insert_attestations
from dispatch.workers.commands import AttestInBulk, RecordAttestation
from dispatch.workers.errors import ImportNotFound, WorkerNotFound
from dispatch.workers.models import AttestationRecord, AttestedInBulk, hex_of
from dispatch.workers.rules import WORKER_MOVES, Attestation, WorkerStatus

_STATES: Final = {
    Attestation.VETTING: "vetted_at = CASE WHEN $3 THEN coalesce(vetted_at, $4) END",
    Attestation.CONSENT_OFFERS: "consent_at = CASE WHEN $3 THEN coalesce(consent_at, $4) END",
    Attestation.CONSENT_URGENT: "urgent_ok = $3 AND $4::timestamptz IS NOT NULL",
}
"""What a statement changes in the pool row; the others are looked up where they matter."""
_NOT_YET: Final = {
    Attestation.VETTING: "vetted_at IS NULL",
    Attestation.CONSENT_OFFERS: "consent_at IS NULL",
    Attestation.CONSENT_URGENT: "NOT urgent_ok",
} | {
    what: f"""NOT coalesce((
        SELECT a.given FROM attestations a WHERE a.worker_id = workers.id AND a.what = '{what}'
        ORDER BY a.at DESC, a.id DESC LIMIT 1), false)"""
    for what in Attestation
    if what not in _STATES
}


async def record_attestation(uow: Uow, worker_id: UUID, command: RecordAttestation) -> AttestationRecord:
    """State something of one man of the tenant, or take it back, and let it count from now on.

    The statement itself can never be changed; what counts is the newest. Activating is a step of its own.

    Raises:
        WorkerNotFound: he is not the tenant's.
        FileKindUnknown: the file is neither PNG nor JPEG nor PDF.
    """
    await _lock(uow, [worker_id])
    sha256 = await keep(uow, command.file)
    record = AttestationRecord(
        id=new_id(),
        what=command.what,
        given=command.given,
        basis=command.basis,
        author=uow.actor,
        batch_id=None,
        sha256=hex_of(sha256),
        at=uow.now,
    )
    await uow.run(
        """INSERT INTO attestations (id, franchise_id, worker_id, what, given, basis, author, sha256, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        record.id,
        uow.franchise_id,
        worker_id,
        str(record.what),
        record.given,
        record.basis,
        record.author,
        sha256,
        record.at,
    )
    if command.what in _STATES:
        await uow.run(
            f"UPDATE workers SET {_STATES[command.what]}, version = version + 1 WHERE franchise_id = $1 AND id = $2",
            uow.franchise_id,
            worker_id,
            command.given,
            uow.now,
        )
    return record


async def attest_in_bulk(uow: Uow, command: AttestInBulk) -> AttestedInBulk:
    """State the same of many of the tenant's men in one transaction; who has it stated already is left as he is.

    Banned and archived men are passed over. Each statement carries the named author and, in brackets, the actor.

    Raises:
        WorkerNotFound: one of the ids is not the tenant's.
        ImportNotFound: it made no such import.
        FileKindUnknown: the file is neither PNG nor JPEG nor PDF.
    """
    ids = await _concerned(uow, command)
    sha256 = await keep(uow, command.file)
    batch_id = new_id()
    attested = Attested(command.what, command.basis, f"{command.author} ({uow.actor})", batch_id, sha256)
    concerned: set[UUID] = set()
    for what in sorted(command.what):
        rows = await uow.fetch(f"SELECT id FROM workers WHERE id = ANY ($1) AND {_NOT_YET[what]}", ids)
        missing = [row["id"] for row in rows]
        await insert_attestations(uow, [(worker_id, what) for worker_id in missing], attested)
        concerned.update(missing)
        if what in _STATES and missing:
            await uow.run(
                f"""UPDATE workers SET {_STATES[what]}, version = version + 1
                    WHERE franchise_id = $1 AND id = ANY ($2)""",
                uow.franchise_id,
                missing,
                True,
                uow.now,
            )
    activated = await _activate(uow, ids) if command.activate else 0
    return AttestedInBulk(batch_id=batch_id, workers=len(concerned), activated=activated)


async def keep(uow: Uow, file: bytes | None) -> bytes | None:
    """Store what came inside a request and return its digest; None where nothing did.

    Raises:
        FileKindUnknown: it is neither PNG nor JPEG nor PDF.
    """
    return None if file is None else await store_file(uow, file)


async def _concerned(uow: Uow, command: AttestInBulk) -> list[UUID]:
    if command.worker_ids is not None:
        rows = await _lock(uow, command.worker_ids)
    else:
        known = await uow.fetchval(
            "SELECT EXISTS (SELECT FROM worker_imports WHERE franchise_id = $1 AND id = $2)",
            uow.franchise_id,
            command.import_id,
        )
        if not known:
            raise ImportNotFound
        imported = await uow.fetch(
            "SELECT worker_id FROM worker_contacts WHERE franchise_id = $1 AND import_id = $2",
            uow.franchise_id,
            command.import_id,
        )
        rows = await _lock(uow, [row["worker_id"] for row in imported])
    passed_over = {WorkerStatus.BANNED, WorkerStatus.ARCHIVED}
    return [row["id"] for row in rows if row["status"] not in passed_over]


async def _lock(uow: Uow, ids: Any) -> list[Any]:  # noqa: ANN401 - any collection of ids; a driver's rows
    wanted = sorted(set(ids))
    rows = await uow.fetch(
        "SELECT id, status FROM workers WHERE franchise_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE",
        uow.franchise_id,
        wanted,
    )
    if len(rows) != len(wanted):
        raise WorkerNotFound
    return rows


async def _activate(uow: Uow, ids: list[UUID]) -> int:
    """Make applicants active who may be; a paused man was paused on purpose and stays so."""
    assert WorkerStatus.APPLICANT in WORKER_MOVES.sources(WorkerStatus.ACTIVE)
    return await uow.run(
        """UPDATE workers SET status = 'active', version = version + 1
           WHERE franchise_id = $1 AND id = ANY ($2) AND status = 'applicant'
             AND vetted_at IS NOT NULL AND consent_at IS NOT NULL""",
        uow.franchise_id,
        ids,
    )
