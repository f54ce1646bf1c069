"""Silence: an invitation whose deadline passed expires; a late yes may still win while a place is open."""

from typing import Final
from uuid import UUID

from dispatch.crew.rules import InvitationStatus
from dispatch.crew.waves import Invitation, move_invitations, pass_unit_on, pending_invitations
from dispatch.kit.uow import Uow
from dispatch.orders.timeline import note

_GIVE_BACK: Final = """
SELECT give_back_contact(i.worker_id, i.contact_day, $3) FROM invitations i
WHERE i.franchise_id = $1 AND i.id = $2 AND i.contact_day IS NOT NULL
"""


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
        await move_invitations(uow, [i.id for i in unsent], InvitationStatus.WITHDRAWN, reason="never left us")
        for invitation in unsent:
            await give_back(uow, invitation, unsent=True)
    if overdue:
        await note(uow, shift_id, "invitations_expired", silent=len(silent), unsent=len(unsent))


async def give_back(uow: Uow, invitation: Invitation, *, unsent: bool) -> None:
    """Give the unit of contact budget of an offer back: he answered, or the text never left.

    Several offers in one text cost one unit; while others of them still wait to leave, it stays with them.
    """
    if not await pass_unit_on(uow, invitation.id):
        await uow.run(_GIVE_BACK, uow.franchise_id, invitation.id, unsent)
