"""What became of our texts, told to the invitations they carried."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from dispatch.crew.rules import NEVER_LEFT, InvitationStatus
from dispatch.crew.waves import give_back, move_invitations, read_invitations
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shifts
from dispatch.orders.timeline import note
from dispatch.sms.service import MessageStatus
from dispatch.staffing.settle import look_again_if_all_answered

_MEANS: Final[Mapping[MessageStatus, InvitationStatus]] = MappingProxyType(
    {
        MessageStatus.SENT: InvitationStatus.SENT,
        MessageStatus.UNKNOWN: InvitationStatus.SENT,
        MessageStatus.DELIVERED: InvitationStatus.DELIVERED,
        MessageStatus.FAILED: InvitationStatus.UNDELIVERABLE,
        MessageStatus.EXPIRED: InvitationStatus.WITHDRAWN,
        MessageStatus.SUPPRESSED: InvitationStatus.WITHDRAWN,
    }
)
"""A text of unclear fate may have been read, so its invitation counts as sent; one that never left was no ask."""


async def move_with_texts(uow: Uow, job: Job) -> None:
    """Event: texts moved. Move the invitations they carried to where the texts are now, whatever order news come in."""
    rows = await uow.fetch(
        """SELECT status, invitation_ids FROM messages WHERE franchise_id = $1 AND id = ANY ($2)
           AND invitation_ids <> '{}'""",
        uow.franchise_id,
        [UUID(str(message)) for message in job.detail["messages"]],
    )
    wanted: dict[InvitationStatus, list[UUID]] = {}
    for row in rows:
        means = _MEANS.get(MessageStatus(row["status"]))
        if means is not None:
            wanted.setdefault(means, []).extend(row["invitation_ids"])
    every = [invitation for group in wanted.values() for invitation in group]
    shifts = await lock_shifts(uow, {i.shift_id for i in await read_invitations(uow, every)})
    for means, group in wanted.items():
        moved = await move_invitations(uow, group, means, reason=_reason(means))
        if means in (InvitationStatus.UNDELIVERABLE, InvitationStatus.WITHDRAWN):
            await _lost(uow, moved, means)
    for shift in shifts:
        await look_again_if_all_answered(uow, shift)


def _reason(means: InvitationStatus) -> str | None:
    return NEVER_LEFT if means is InvitationStatus.WITHDRAWN else None


async def _lost(uow: Uow, moved: list[UUID], means: InvitationStatus) -> None:
    """Give the budget of texts nobody could read back, once per man, and note it."""
    told: set[tuple[UUID, object]] = set()
    for invitation in await read_invitations(uow, moved):
        key = (invitation.worker_id, invitation.contact_day)
        if key not in told:
            told.add(key)
            await give_back(uow, invitation, unsent=True)
        await note(uow, invitation.shift_id, str(means), worker_id=invitation.worker_id)
