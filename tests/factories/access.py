"""Staff accounts, sessions and tokens for tests, made by the product's own use cases."""

import itertools
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from dispatch.access.commands import CreateToken, CreateUser, LogIn
from dispatch.access.roles import Role
from dispatch.access.service import create_token, create_user, log_in
from dispatch.kit.uow import Database

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Staff:
    """A person who can sign in with `login` and `password`."""

    id: UUID
    franchise_id: UUID
    login: str
    role: Role
    password: str = PASSWORD

    @property
    def actor(self) -> str:
        """The person as audit writes him."""
        return f"staff:{self.id}"


async def make_user(database: Database, franchise_id: UUID, role: Role = Role.DISPATCHER, login: str = "") -> Staff:
    """Open an account with the password `PASSWORD`."""
    command = CreateUser(
        login=login or f"{role}-{next(_numbers)}", name="Анна Иванова", role=role, password=SecretStr(PASSWORD)
    )
    async with database.begin(franchise_id, "system:test") as uow:
        user = await create_user(uow, command, granter=Role.OPERATOR)
    return Staff(user.id, franchise_id, user.login, role)


async def make_session(database: Database, staff: Staff) -> str:
    """Sign in and return the session's token."""
    command = LogIn(login=staff.login, password=SecretStr(staff.password))
    return (await log_in(database, command, user_agent="test")).token


async def make_token(database: Database, staff: Staff, role: Role = Role.DISPATCHER, *, test: bool = False) -> str:
    """Make an API token that the person answers for and return its secret."""
    async with database.begin(staff.franchise_id, staff.actor) as uow:
        _, plain = await create_token(
            uow, CreateToken(name="test", role=role, test=test), created_by=staff.id, granter=Role.OPERATOR
        )
    return plain


def bearer(token: str) -> dict[str, str]:
    """Return the header that a client with this token sends."""
    return {"Authorization": f"Bearer {token}"}
