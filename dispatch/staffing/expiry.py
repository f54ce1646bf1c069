"""Silence: an invitation whose deadline passed expires; a late yes may still win while a place is open."""

from uuid import UUID

from dispatch.crew.rules import NEVER_LEFT, InvitationStatus
from dispatch.crew.waves import give_back, move_invitations, pending_invitations
from dispatch.kit.uow import Uow
from dispatch.orders.timeline import note


async def expire_overdue(uow: Uow, shift_id: UUID) -> None:
    """Expire the overdue invitations of a locked shift.

    One whose text left counts against his p_accept. One that never left us is no ask: it costs neither budget nor
    standing, and the man may be asked again.
    """
    overdue = [i for i in await pending_invitations(uow, shift_id) if i.deadline <= uow.now]
    silent = [i for i in overdue if i.status is not InvitationStatus.QUEUED]
    unsent = [i for i in overdue if i.status is InvitationStatus.QUEUED]
    if silent:
        await move_invitations(uow, [i.id for i in silent], InvitationStatus.EXPIRED, reason="silence")
        await uow.run("SELECT note_answers($1, false)", sorted(i.worker_id for i in silent))
    if unsent:
        await move_invitations(uow, [i.id for i in unsent], InvitationStatus.WITHDRAWN, reason=NEVER_LEFT)
        for invitation in unsent:
            await give_back(uow, invitation, unsent=True)
    if overdue:
        await note(uow, shift_id, "invitations_expired", silent=len(silent), unsent=len(unsent))
