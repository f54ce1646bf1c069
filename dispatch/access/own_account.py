"""What somebody changes of his own account: his name, and the phone that links for a new password go to.

A phone counts when a code sent to it came back: a mistyped number would hand the account to a stranger. The code is not
stored. It is derived from the key of the installation, the account, the number and the time, as those of authenticator
apps are, so it is good for that number alone and for five to ten minutes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from dispatch.access.errors import PhoneCodeRefused, PhoneCodesLocked
from dispatch.access.passwords import check_present, end_reset_links
from dispatch.access.queries import user_of
from dispatch.access.rules import phone_code, phone_step_at, same_code
from dispatch.access.throttle import Limit, count_attempt, forgive
from dispatch.kit.phones import parse_phone
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings

TEXTS: Final = Limit("phone code text\0", 5, 600, 4 * 3600, PhoneCodesLocked)
"""Codes asked for, per account; nothing takes one back, because each is a text to whatever number was typed."""
GUESSES: Final = Limit("phone code\0", 5, 60, 3600, PhoneCodesLocked)
"""Codes typed, per account: of a million two are right at any moment."""


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """What is to be texted, and where."""

    phone: str = field(repr=False)
    code: str = field(repr=False)


Deliver = Callable[[Uow, PhoneCode], Awaitable[None]]
"""Queues the text with the code."""


async def rename_oneself(uow: Uow, user_id: UUID, name: str) -> None:
    """Set one's own name, as everybody sees it.

    Raises:
        UserNotFound: no such account in the tenant.
    """
    user = await user_of(uow, user_id)
    if user.name != name:
        user.name = name
        user.version += 1


async def take_phone_away(database: Database, franchise_id: UUID, user_id: UUID, present: str) -> None:
    """Forget where one's own links for a new password go, proved by the password; those on their way stop working.

    Raises:
        UserNotFound, PasswordRefused, LoginLocked, PasswordsBusy: as `check_present` does.
    """
    await check_present(database, franchise_id, user_id, present)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        await _set_phone(uow, user_id, None)


async def ask_for_phone_code(
    database: Database,
    settings: Settings,
    franchise_id: UUID,
    user_id: UUID,
    present: str,
    phone: str,
    *,
    deliver: Deliver,
) -> str:
    """Text a code to a number that is to be one's own, and return the number in E.164; nothing is changed yet.

    Raises:
        PhoneInvalid: it is no mobile number.
        PhoneCodesLocked: too many codes were asked for before.
        UserNotFound, PasswordRefused, LoginLocked, PasswordsBusy: as `check_present` does.
    """
    number = parse_phone(phone, mobile=True)
    await check_present(database, franchise_id, user_id, present)
    await count_attempt(database, str(user_id), TEXTS)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        await deliver(uow, PhoneCode(number, phone_code(_key(settings), user_id, number, _step(uow))))
    return number


async def confirm_phone(
    database: Database, settings: Settings, franchise_id: UUID, user_id: UUID, phone: str, typed: str
) -> None:
    """Make a number one's own, proved by the code that was sent to it; links on their way to the old one stop working.

    Raises:
        PhoneInvalid: it is no mobile number.
        UserNotFound: no such account in the tenant.
        PhoneCodeRefused: the code is wrong, too old, or was sent to another number.
        PhoneCodesLocked: too many wrong codes before.
    """
    number = parse_phone(phone, mobile=True)
    await count_attempt(database, str(user_id), GUESSES)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        step = _step(uow)
        right = [phone_code(_key(settings), user_id, number, each) for each in (step, step - 1)]
        if not same_code(typed, right):
            raise PhoneCodeRefused
        await _set_phone(uow, user_id, number)
        await forgive(uow, str(user_id), GUESSES)


async def _set_phone(uow: Uow, user_id: UUID, number: str | None) -> None:
    user = await user_of(uow, user_id)
    user.phone = number
    user.version += 1
    await uow.session.flush()
    await end_reset_links(uow, user_id)


def _step(uow: Uow) -> int:
    return phone_step_at(uow.now.timestamp())


def _key(settings: Settings) -> bytes:
    return settings.secret_key.get_secret_value().encode()
