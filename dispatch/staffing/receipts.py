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


_SHIFTS: Final = """
SELECT DISTINCT i.shift_id FROM messages m JOIN invitations i
    ON i.franchise_id = m.franchise_id AND i.id = ANY (m.invitation_ids)
WHERE m.franchise_id = $1 AND m.id = ANY ($2)
"""
_CARRIED: Final = """
SELECT m.status, ARRAY(
    SELECT i.id FROM invitations i WHERE i.franchise_id = m.franchise_id AND i.id = ANY (m.invitation_ids)
    AND i.question_id = ANY (m.question_id || m.question_ids)) AS invitation_ids
FROM messages m WHERE m.franchise_id = $1 AND m.id = ANY ($2) AND m.invitation_ids <> '{}'
"""
"""Read under the shifts' locks: until then somebody may have been asked again by another text."""


async def move_with_texts(uow: Uow, job: Job) -> None:
    """Event: texts moved. Move the invitations they carried to where the texts are now, whatever order news come in.

    News of an earlier ask say nothing of a man who was asked again since.
    """
    messages = [UUID(str(message)) for message in job.detail["messages"]]
    held = await uow.fetch(_SHIFTS, uow.franchise_id, messages)
    shifts = await lock_shifts(uow, [row["shift_id"] for row in held])
    wanted: dict[InvitationStatus, list[UUID]] = {}
    for row in await uow.fetch(_CARRIED, uow.franchise_id, messages):
        means = _MEANS.get(MessageStatus(row["status"]))
        if means is not None:
            wanted.setdefault(means, []).extend(row["invitation_ids"])
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
