"""Who holds a number: one live holder in the whole network, others reached there by consent of both."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import emit
from dispatch.kit.uow import Uow
from dispatch.sms.events import NUMBER_DOUBTED
from dispatch.sms.proofs import Doubt
from dispatch.workers.errors import PhoneAlreadyInNetwork, PhoneBelongsToWorker
from dispatch.workers.links import revoke_links

_HOLD: Final = """
INSERT INTO phone_holders (id, franchise_id, worker_id, phone_id, holder, valid)
VALUES ($1, $2, $3, $4, $5, tstzrange($6, NULL))
"""
_RELEASE: Final = """
UPDATE phone_holders SET valid = tstzrange(lower(valid), greatest($3, lower(valid) + interval '1 microsecond'))
WHERE franchise_id = $1 AND worker_id = $2 AND upper_inf(valid)
"""
"""A hold that began in this very transaction lasts one tick, because a range of time may not be empty."""


async def refuse_held(uow: Uow, e164: str, worker_id: UUID | None = None) -> None:
    """Check that nobody but `worker_id` holds the number now; the constraint says the same to whoever races.

    Raises:
        PhoneBelongsToWorker: another man of the tenant holds it.
        PhoneAlreadyInNetwork: somebody else's does.
    """
    found = await uow.fetchrow("SELECT held, own_worker_id FROM phones_in_use(ARRAY[$1::text])", e164)
    if found is None or not found["held"]:
        return
    held_here = await uow.fetchval(
        """SELECT worker_id FROM phone_holders
           WHERE franchise_id = $1 AND worker_id = $2 AND holder AND upper_inf(valid)""",
        uow.franchise_id,
        found["own_worker_id"],
    )
    if held_here is None:
        raise PhoneAlreadyInNetwork
    if held_here != worker_id:
        raise PhoneBelongsToWorker(held_here)


async def take_phone(uow: Uow, worker_id: UUID, e164: str, zone: str, *, holds: bool = True) -> UUID:
    """Make the man the number's holder from now on, or a man reached there; return the phone's id.

    Raises:
        PhoneAlreadyInNetwork: somebody became its holder meanwhile.
    """
    phone_id: UUID = await uow.fetchval(
        "SELECT phone_id FROM phones_for(ARRAY[$1::text], ARRAY[$2::text], ARRAY[$3::uuid])", e164, zone, new_id()
    )
    await uow.run(_HOLD, new_id(), uow.franchise_id, worker_id, phone_id, holds, uow.now)
    return phone_id


async def release_phone(uow: Uow, worker_id: UUID) -> None:
    """End his hold on every number now, so that its next owner can be registered; who held it when stays known.

    The link to his page lies on that phone, and ends with it.
    """
    await revoke_links(uow, worker_id)
    await uow.run(_RELEASE, uow.franchise_id, worker_id, uow.now)


async def doubt_number(
    uow: Uow, worker_id: UUID, phone_id: UUID, doubt: Doubt, *, before: Collection[UUID] = ()
) -> None:
    """Let no offer go to the number of one of the tenant's men until he has shown that he reads there; he is asked.

    Args:
        uow: the tenant's, his home; he is reached at the phone by now.
        worker_id: who he is.
        phone_id: where he is reached.
        doubt: why.
        before: the phones he was reached at until now.
    """
    await uow.fetch("SELECT * FROM doubt_numbers($1, $2)", [phone_id], doubt.value)
    await emit(
        uow, NUMBER_DOUBTED, new_id(), worker_id=worker_id, phone_id=phone_id, why=doubt.value, before=list(before)
    )


async def doubt_claimed(uow: Uow, phone_ids: Collection[UUID]) -> None:
    """Doubt those numbers of the tenant's men that somebody else held before them: phone companies give them anew."""
    for row in await uow.fetch("SELECT phone_id, worker_id FROM claimed_numbers($1)", list(phone_ids)):
        await doubt_number(uow, row["worker_id"], row["phone_id"], Doubt.CLAIMED)
