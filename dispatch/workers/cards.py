"""Who sees what of a man: his home everything, a guest only what his relation to him allows."""

from typing import Any, Final
from uuid import UUID

from dispatch.kit.phones import mask_phone
from dispatch.kit.uow import Uow
from dispatch.workers.errors import PhoneNotRevealed, WorkerNotFound
from dispatch.workers.models import CardView, RevealedPhone, WorkerCard, hex_of
from dispatch.workers.rules import ring_of
from dispatch.workers.skills import DocumentKind, from_mask

_POOL_ROW: Final = """
SELECT w.id, w.franchise_id, w.skills, ST_Distance(w.location, f.location) AS metres,
       CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END AS rating
FROM workers w JOIN franchises f ON f.id = $1 WHERE w.id = $2
"""
_CONTACT: Final = """
SELECT c.first_name, c.last_name, c.photo_sha256, p.e164,
       ARRAY(SELECT DISTINCT d.kind FROM worker_documents d WHERE d.worker_id = c.worker_id AND d.franchise_id = $1
             AND (d.valid_until IS NULL OR d.valid_until >= (clock.now() AT TIME ZONE w.zone)::date)
             ORDER BY d.kind) AS documents
FROM worker_contacts c JOIN workers w ON w.id = c.worker_id JOIN home_phones(ARRAY[$2::uuid]) p ON p.worker_id = w.id
WHERE c.franchise_id = $1 AND c.worker_id = $2
"""


async def worker_card(uow: Uow, worker_id: UUID) -> WorkerCard:
    """Return a man of the pool as the tenant may see him; see `WorkerCard`.

    Contacts never leave the home through this: a guest's part comes from definer functions that look at his seats and
    invitations first.

    Raises:
        WorkerNotFound: there is no such man in the network.
    """
    row = await uow.fetchrow(_POOL_ROW, uow.franchise_id, worker_id)
    if row is None:
        raise WorkerNotFound
    facts: dict[str, Any] = {
        "worker_id": worker_id,
        "rating": row["rating"],
        "ring": ring_of(row["metres"]),
        "skills": from_mask(row["skills"]),
    }
    private = await (_home_part if row["franchise_id"] == uow.franchise_id else _guest_part)(uow, worker_id)
    return WorkerCard(**facts, **private)


async def _home_part(uow: Uow, worker_id: UUID) -> dict[str, Any]:
    row = await uow.fetchrow(_CONTACT, uow.franchise_id, worker_id)
    if row is None:
        raise WorkerNotFound
    return {
        "view": CardView.HOME,
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "phone": row["e164"],
        "masked_phone": mask_phone(row["e164"]),
        "photo_sha256": hex_of(row["photo_sha256"]),
        "documents": tuple(DocumentKind(kind) for kind in row["documents"]),
    }


async def _guest_part(uow: Uow, worker_id: UUID) -> dict[str, Any]:
    card = await uow.fetchrow("SELECT first_name, masked_phone, photo_sha256 FROM guest_card($1)", worker_id)
    if card is not None:
        return {
            "view": CardView.SEATED_GUEST,
            "first_name": card["first_name"],
            "masked_phone": card["masked_phone"],
            "photo_sha256": hex_of(card["photo_sha256"]),
        }
    name = await uow.fetchval("SELECT first_name FROM contact_for_text(ARRAY[$1::uuid])", worker_id)
    return {"view": CardView.POOL} if name is None else {"view": CardView.INVITED_GUEST, "first_name": name}


async def reveal_phone(uow: Uow, worker_id: UUID) -> RevealedPhone:
    """Hand out a phone in full and write down who asked: at home always, to a guest while his seat is live.

    A guest's right ends 24 hours after the shift.

    Raises:
        PhoneNotRevealed: the man is not the tenant's and has no such seat there.
    """
    phone = await uow.fetchval("SELECT reveal_phone($1, $2)", uow.franchise_id, worker_id)
    if phone is None:
        raise PhoneNotRevealed
    return RevealedPhone(worker_id=worker_id, phone=phone)
