"""Who looks after a shift: one dispatcher at a time, handed over by name, so that nobody thinks somebody else does."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.access.models import StaffUser
from dispatch.access.queries import user_of, users
from dispatch.access.roles import Permission, Role, can
from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift, set_owner
from dispatch.orders.timeline import note


class NotADispatcher(Invalid):
    """Only somebody whose account is open and who may operate shifts can look after one."""


class HandOver(BaseModel):
    """To whom a shift goes; to nobody when it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: UUID | None = None


async def hand_over(uow: Uow, shift_id: UUID, command: HandOver) -> None:
    """Give a shift into somebody's care; to whom it belongs already changes nothing.

    Raises:
        ShiftNotFound, UserNotFound: there is no such shift, or no such account.
        NotADispatcher: the account is closed, or of a role that may not operate shifts.
    """
    shift = await lock_shift(uow, shift_id)
    if command.user_id == shift.owner_id:
        return
    if command.user_id is not None:
        await require_dispatcher(uow, command.user_id)
    await set_owner(uow, shift.id, command.user_id)
    await note(uow, shift.id, "handed_over", from_id=shift.owner_id, to_id=command.user_id)


async def dispatchers(uow: Uow) -> list[tuple[UUID, str]]:
    """Return who may look after shifts, id and name, by name."""
    able = [user for user in await users(uow) if _able(user)]
    return sorted(((user.id, user.name) for user in able), key=lambda pair: pair[1].casefold())


async def require_dispatcher(uow: Uow, user_id: UUID) -> None:
    """Raise unless somebody may look after shifts.

    Raises:
        UserNotFound: the tenant has no such account.
        NotADispatcher: the account is closed, or of a role that may not operate shifts.
    """
    if not _able(await user_of(uow, user_id)):
        raise NotADispatcher("Name somebody who may operate shifts and whose account is open.")


def _able(user: StaffUser) -> bool:
    return user.disabled_at is None and can(Role(user.role), Permission.SHIFTS_OPERATE)
