"""What `dispatch begin` does to the database: the first franchise with owner and number, whole or not at all."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from dispatch.access.commands import CreateUser
from dispatch.access.passwords import hand_out_link
from dispatch.access.roles import Role
from dispatch.access.service import create_user
from dispatch.commandline.root import command_of
from dispatch.kit.tokens import new_token
from dispatch.kit.uow import Uow
from dispatch.sms.accounts import AddAccount, SmsAccount, add_account
from dispatch.tenancy.commands import OpenFranchise
from dispatch.tenancy.service import open_franchise

_TAKE_TURNS: Final = "LOCK TABLE franchises IN SHARE ROW EXCLUSIVE MODE"
_THERE: Final = """
SELECT f.id, f.slug, f.name, count(*) OVER () AS franchises, o.login,
       EXISTS (SELECT FROM sessions s WHERE s.user_id = o.id) AS entered
FROM franchises f LEFT JOIN LATERAL (
    SELECT u.id, u.login FROM staff_users u
    WHERE u.franchise_id = f.id AND u.role = $1 AND u.disabled_at IS NULL ORDER BY u.created_at, u.id LIMIT 1) o ON true
ORDER BY f.created_at, f.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is to own the franchise; `phone` is in E.164, None for none."""

    name: str
    login: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class There:
    """What an installation that has begun holds already.

    Attributes:
        id: of its first franchise.
        slug: likewise.
        name: likewise.
        franchises: how many there are.
        login: of that franchise's first owner; None where there is none.
        entered: whether he ever signed in.
    """

    id: UUID
    slug: str
    name: str
    franchises: int
    login: str | None
    entered: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """What was founded; `link_secret` is shown this once."""

    franchise_id: UUID
    account: SmsAccount | None
    link_secret: str = field(repr=False)


async def there(uow: Uow) -> There | None:
    """Return what the installation holds, or None while it is empty.

    Args:
        uow: of the owner's login, without a tenant.
    """
    row = await uow.fetchrow(_THERE, Role.OWNER)
    return None if row is None else There(**dict(row))


async def begin(uow: Uow, franchise: OpenFranchise, owner: Owner, account: AddAccount | None) -> Begun | There:
    """Found the first franchise, open its owner's account and give it a number; in the one transaction of `uow`.

    Two that begin at once take turns, and the second finds what the first founded.

    Args:
        uow: of the owner's login, without a tenant.
        franchise: what it is.
        owner: his password is nobody's until he sets it by the link that is returned.
        account: what texts leave by; None leaves it for later.

    Returns:
        What was founded; or, where the installation holds a franchise already, that, and nothing was changed.

    Raises:
        PresetUnknown: there is no such preset.
        PhoneInvalid: the owner's phone is no mobile number.
        GatewayUnknown: no adapter of this name exists.
    """
    await uow.run(_TAKE_TURNS)
    found = await there(uow)
    if found is not None:
        return found
    founded = await open_franchise(uow, franchise)
    command = command_of(
        CreateUser,
        login=owner.login,
        name=owner.name,
        phone=owner.phone,
        role=Role.OWNER,
        password=SecretStr(new_token("first")[0]),
    )
    user = await create_user(uow, command, granter=Role.OPERATOR)
    added = await add_account(uow, account) if account is not None else None
    return Begun(founded.id, added, await hand_out_link(uow, user.id))
