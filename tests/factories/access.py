"""Staff accounts, sessions and tokens for tests.

Accounts and sessions are written as the product's use cases leave them, but with one digest for all passwords: making
one, and checking it, costs a tenth of a second of one core, and most tests are not about signing in.
"""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp

from dispatch.access.commands import CreateToken
from dispatch.access.models import StaffUser
from dispatch.access.roles import Role
from dispatch.access.rules import step_at
from dispatch.access.second_factor import begin_second_factor, confirm_second_factor, key_to_show
from dispatch.access.service import create_token
from dispatch.access.sign_in import SESSION_PREFIX
from dispatch.kit.ids import new_id
from dispatch.kit.phones import parse_phone
from dispatch.kit.tokens import hash_password, new_token
from dispatch.kit.uow import Database
from dispatch.settings import SecondFactor, Settings

PASSWORD = "correct horse battery"
OPTIONAL = Settings(totp=SecondFactor.OPTIONAL)
"""Where nobody must have a second factor; enough to sign in those who have none."""
_numbers = itertools.count(1)
_digests: dict[str, str] = {}


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
    digest = _digests.get(PASSWORD) or _digests.setdefault(PASSWORD, await hash_password(PASSWORD))
    user = Staff(new_id(), franchise_id, login.lower() or f"{role}-{next(_numbers)}", role)
    async with database.begin(franchise_id, "system:test") as uow:
        row = StaffUser(
            id=user.id,
            franchise_id=franchise_id,
            login=user.login,
            name="Анна Иванова",
            role=role,
            password_hash=digest,
            created_at=uow.now,
            version=1,
        )
        uow.session.add(row)
    return user


async def give_phone(database: Database, staff: Staff, phone: str) -> None:
    """Say where links for a new password of an account go, as if it had been confirmed."""
    async with database.begin(staff.franchise_id, "system:test") as uow:
        await uow.run(
            "UPDATE staff_users SET phone = $2, version = version + 1 WHERE id = $1",
            staff.id,
            parse_phone(phone, mobile=True),
        )


async def make_session(database: Database, staff: Staff) -> str:
    """Open a session, as after signing in, and return its token."""
    plain, digest = new_token(SESSION_PREFIX)
    async with database.begin(staff.franchise_id, staff.actor) as uow:
        await uow.run(
            """INSERT INTO sessions (token_sha256, franchise_id, user_id, expires_at, user_agent)
               VALUES ($1, $2, $3, now() + interval '1 hour', 'test')""",
            bytes.fromhex(digest),
            staff.franchise_id,
            staff.id,
        )
    return plain


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
