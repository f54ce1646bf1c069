"""Somebody else reads at a man's number: from then on nothing of his is told or answered there."""

from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import NewEvent, emit_many
from dispatch.kit.uow import Uow
from dispatch.sms.events import NUMBER_LOST, NUMBER_WRONG
from dispatch.sms.letter import Letter
from dispatch.sms.proofs import Doubt


async def part_with_number(uow: Uow, letter: Letter) -> bool:
    """Part a phone from the one man who is reached there, because whoever reads there says that it is not his.

    From then on nothing that is written there answers a question of his; they go with him to the number he proves. His
    home and each franchise that expects him are told. Where several people share the phone, or nobody is known there,
    nothing changes: that is for a person. The word itself is written down in any case.

    Returns:
        Whether anything was parted.
    """
    assert letter.phone is not None, "only a phone we know can be anybody's"
    phone_id, inbound_id = letter.phone.id, letter.inbound.id
    await _note(uow, phone_id, "wrong_number", "text", inbound_id)
    people = await uow.fetch("SELECT worker_id, home_id FROM workers_at_phone($1)", phone_id)
    if len(people) != 1:
        return False
    worker_id, home_id = people[0]["worker_id"], people[0]["home_id"]
    await uow.run(
        "UPDATE phones SET unproven_at = clock.instant(), unproven_why = $2 WHERE id = $1",
        phone_id,
        Doubt.WRONG_NUMBER.value,
    )
    await _note(uow, phone_id, "unproven", Doubt.WRONG_NUMBER.value, inbound_id)
    held = await uow.fetch(
        """SELECT franchise_id, subject_id FROM questions
           WHERE phone_id = $1 AND worker_id = $2 AND status = 'open' AND kind = 'seat' ORDER BY id""",
        phone_id,
        worker_id,
    )
    seats = [
        NewEvent(row["franchise_id"], NUMBER_LOST, new_id(), detail={"seat_id": row["subject_id"]}) for row in held
    ]
    home = NewEvent(home_id, NUMBER_WRONG, inbound_id, detail={"worker_id": worker_id, "phone_id": phone_id})
    await emit_many(uow, [home, *seats])
    return True


async def _note(uow: Uow, phone_id: UUID, kind: str, source: str, inbound_id: UUID) -> None:
    await uow.run(
        """INSERT INTO phone_events (phone_id, at, kind, source, inbound_id)
           VALUES ($1, clock.instant(), $2, $3, $4)""",
        phone_id,
        kind,
        source,
        inbound_id,
    )
