"""What is noted of a client: kept as written, with who and when; nothing is changed or taken away later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from dispatch.clients.commands import Command
from dispatch.clients.queries import client_of
from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow

MOST_SHOWN: Final = 200


class AddNote(Command):
    """Note something of a client."""

    body: Annotated[str, Clean(max_length=4000, lines=True)]


@dataclass(frozen=True, slots=True)
class Note:
    """One note; `created_by` is an actor, never a name."""

    id: UUID
    body: str
    created_by: str
    created_at: datetime


async def add_note(uow: Uow, client_id: UUID, command: AddNote) -> Note:
    """Note something of a client, archived or not.

    Raises:
        ClientNotFound: the tenant has no such client.
    """
    await client_of(uow, client_id)
    note = Note(new_id(), command.body, uow.actor, uow.now)
    await uow.run(
        """INSERT INTO client_notes (id, franchise_id, client_id, body, created_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        note.id,
        uow.franchise_id,
        client_id,
        note.body,
        note.created_by,
        note.created_at,
    )
    return note


async def notes_of(uow: Uow, client_id: UUID, *, limit: int) -> Sequence[Note]:
    """Return the newest notes of a client, newest first."""
    rows = await uow.fetch(
        """SELECT id, body, created_by, created_at FROM client_notes
           WHERE franchise_id = $1 AND client_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3""",
        uow.franchise_id,
        client_id,
        limit,
    )
    return [Note(**dict(row)) for row in rows]
