"""What was texted with somebody, both ways, as one conversation. The current franchise's texts alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from dispatch.kit.uow import Uow


class HeldPhone(NamedTuple):
    """A phone and from when until when it was his; without bounds since ever and for ever."""

    phone_id: UUID
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ThreadText:
    """One text of a conversation.

    Attributes:
        incoming: he wrote it.
        status: how far ours came, or what became of his: machine words.
    """

    id: UUID
    incoming: bool
    body: str = field(repr=False)
    at: datetime
    status: str
    shift_id: UUID | None


async def thread_of(uow: Uow, phones: Sequence[HeldPhone], worker_id: UUID | None, limit: int) -> list[ThreadText]:
    """Return the newest texts, the newest first.

    Args:
        uow: the franchise's.
        phones: where he is and was reached.
        worker_id: leave out what was for or from somebody else at the same phone.
        limit: the most to return.
    """
    rows = await uow.fetch(
        "SELECT * FROM texts_of_phones($1, $2, $3, $4, $5, $6)",
        uow.franchise_id,
        [phone.phone_id for phone in phones],
        [phone.since for phone in phones],
        [phone.until for phone in phones],
        worker_id,
        limit,
    )
    return [ThreadText(**dict(row)) for row in rows]
