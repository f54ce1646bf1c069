"""Who looks after a shift: one dispatcher at a time, handed over by name, so that nobody thinks somebody else does."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.access.queries import users
from dispatch.access.roles import Permission, Role, can
from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift, set_owner
from dispatch.orders.timeline import note


class NotADispatcher(Invalid):
    """Only somebody of the franchise whose account is open and who may operate shifts can look after one."""


class HandOver(BaseModel):
    """To whom a shift goes; to nobody when it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: UUID | None = None


async def hand_over(uow: Uow, shift_id: UUID, command: HandOver) -> None:
    """Give a shift into somebody's care; to whom it belongs already changes nothing.

    Raises:
        ShiftNotFound: there is none.
        NotADispatcher: the account is unknown, closed, or of a role that may not operate shifts.
    """
    shift = await lock_shift(uow, shift_id)
    if command.user_id == shift.owner_id:
        return
    if command.user_id is not None and command.user_id not in dict(await dispatchers(uow)):
        raise NotADispatcher("Name somebody of this franchise who may operate shifts and whose account is open.")
    await set_owner(uow, shift.id, command.user_id)
    await note(uow, shift.id, "handed_over", from_id=shift.owner_id, to_id=command.user_id)


async def dispatchers(uow: Uow) -> list[tuple[UUID, str]]:
    """Return who may look after shifts, id and name, by name."""
    able = [user for user in await users(uow) if user.disabled_at is None and _operates(user.role)]
    return sorted(((user.id, user.name) for user in able), key=lambda pair: pair[1].casefold())


def _operates(role: str) -> bool:
    return can(Role(role), Permission.SHIFTS_OPERATE)
