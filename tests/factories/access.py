"""Staff accounts, sessions and tokens for tests, made by the product's own use cases."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
from pydantic import SecretStr

from dispatch.access.commands import CreateToken, CreateUser, LogIn
from dispatch.access.roles import Role
from dispatch.access.rules import step_at
from dispatch.access.second_factor import begin_second_factor, confirm_second_factor, key_to_show
from dispatch.access.service import create_token, create_user
from dispatch.access.sign_in import log_in
from dispatch.kit.uow import Database
from dispatch.settings import SecondFactor, Settings

PASSWORD = "correct horse battery"
OPTIONAL = Settings(totp=SecondFactor.OPTIONAL)
"""Where nobody must have a second factor; enough to sign in those who have none."""
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
    return (await log_in(database, OPTIONAL, command, user_agent="test")).token


@dataclass(frozen=True)
class Authenticator:
    """An app with somebody's key, and the recovery codes he wrote down."""

    key: str
    recovery_codes: Sequence[str]

    def code(self, ahead: int = 0) -> str:
        """Return the code that is shown now, or so many steps later."""
        return str(pyotp.HOTP(self.key).at(step_at(time.time()) + ahead))


async def make_factor(database: Database, settings: Settings, staff: Staff) -> Authenticator:
    """Set a second factor up; the present code counts as unused."""
    async with database.begin(staff.franchise_id, staff.actor) as uow:
        await begin_second_factor(uow, staff.id)
        key = await key_to_show(uow, settings, staff.id)
        assert key is not None
        code = Authenticator(key, ()).code()
        codes = await confirm_second_factor(uow, settings, staff.id, code, keep=b"")
        await uow.run("UPDATE second_factors SET last_step = 0 WHERE id = $1", staff.id)
    return Authenticator(key, codes)


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
