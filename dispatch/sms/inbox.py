"""What people have to look at: replies no rule may decide, appeals, leads, phones to call."""

from enum import StrEnum
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.errors import InboxItemNotFound
from dispatch.sms.rules import INBOX_MOVES, InboxStatus


class InboxKind(StrEnum):
    """Whom the item waits for: the dispatcher, who judges fines, the recruiter, whoever telephones."""

    REPLY = "reply"
    APPEAL = "appeal"
    LEAD = "lead"
    CALL = "call"


async def add_inbox_item(
    uow: Uow,
    kind: InboxKind,
    text: str,
    *,
    inbound_id: UUID | None = None,
    phone_id: UUID | None = None,
    worker_id: UUID | None = None,
    shift_id: UUID | None = None,
    subject_id: UUID | None = None,
    suggestion: str | None = None,
) -> UUID:
    """Put something before the people of the current franchise; one item per inbound text, the first one stays.

    `text` is what the person wrote, or one sentence that says what to do; `suggestion` what the grammar made of it, as
    a machine word.
    """
    item_id = new_id()
    stored = await uow.fetchval(
        """INSERT INTO inbox_items (id, franchise_id, kind, inbound_id, phone_id, worker_id, shift_id, subject_id, text,
                                    suggestion, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           ON CONFLICT ON CONSTRAINT inbox_once DO UPDATE SET inbound_id = excluded.inbound_id RETURNING id""",
        item_id,
        uow.franchise_id,
        kind.value,
        inbound_id,
        phone_id,
        worker_id,
        shift_id,
        subject_id,
        text,
        suggestion,
        uow.now,
    )
    assert isinstance(stored, UUID)
    return stored


async def finish_inbox_item(uow: Uow, item_id: UUID) -> None:
    """Note that a person looked after an item; doing it twice changes nothing.

    Raises:
        InboxItemNotFound: it does not exist in this franchise.
    """
    status = await uow.fetchval("SELECT status FROM inbox_items WHERE id = $1 FOR NO KEY UPDATE", item_id)
    if status is None:
        raise InboxItemNotFound
    INBOX_MOVES.check(InboxStatus(status), InboxStatus.DONE)
    await uow.run(
        "UPDATE inbox_items SET status = 'done', done_at = $2, done_by = $3 WHERE id = $1 AND status = 'open'",
        item_id,
        uow.now,
        uow.actor,
    )


async def open_item_of(uow: Uow, worker_id: UUID) -> UUID | None:
    """Return the newest open item of something a man wrote; None where nothing of his waits."""
    found: UUID | None = await uow.fetchval(
        """SELECT id FROM inbox_items WHERE franchise_id = $1 AND worker_id = $2 AND status = 'open'
           AND inbound_id IS NOT NULL ORDER BY created_at DESC LIMIT 1""",
        uow.franchise_id,
        worker_id,
    )
    return found
