"""`dispatch users`: accounts of people."""

import asyncio
import secrets
from typing import Annotated, Final

import typer
from pydantic import SecretStr

from dispatch.access.commands import CreateUser, ResetPassword
from dispatch.access.models import StaffUser
from dispatch.access.passwords import hand_out_link
from dispatch.access.queries import user_by_login
from dispatch.access.queries import users as users_of
from dispatch.access.roles import Role
from dispatch.access.second_factor import take_second_factor_away
from dispatch.access.service import create_user, disable_user, reset_password
from dispatch.commandline.doors import ACCOUNTS, FranchiseSlug, in_franchise, in_franchise_of
from dispatch.commandline.links import password_page
from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import command_of
from dispatch.commandline.settings import settings

_BYTES: Final = 15

app = typer.Typer(
    no_args_is_help=True, help="Accounts of people: open, list, give a new password or a link for one, close."
)

Login = Annotated[str, typer.Argument(help="What the person types to sign in.", metavar="LOGIN", show_default=False)]
AskPassword = Annotated[
    bool, typer.Option("--ask-password", help="Ask for the password instead of making one up and printing it.")
]


@app.command()
def create(
    login: Login,
    franchise: FranchiseSlug,
    role: Annotated[Role, typer.Option(help="What the account is for.", show_default=False)],
    name: Annotated[str, typer.Option(help="The person's name.", show_default=False)],
    *,
    phone: Annotated[
        str | None, typer.Option(help="Where links for a new password go.", metavar="NUMBER", show_default=False)
    ] = None,
    ask_password: AskPassword = False,
    as_json: AsJson = False,
) -> None:
    """Open an account and print its password, which nobody can read again."""
    password = _password(ask=ask_password)
    command = command_of(CreateUser, login=login, name=name, role=role, password=SecretStr(password), phone=phone)

    async def work() -> StaffUser:
        async with in_franchise(settings(), franchise) as uow:
            return await create_user(uow, command, granter=Role.OPERATOR)

    _show_password(asyncio.run(work()), password, asked=ask_password, as_json=as_json)


@app.command("list")
def list_(franchise: FranchiseSlug, *, as_json: AsJson = False) -> None:
    """List the accounts of a franchise, closed ones included."""

    async def work() -> list[StaffUser]:
        async with in_franchise(settings(), franchise) as uow:
            return list(await users_of(uow))

    found = asyncio.run(work())
    if as_json:
        print_json([_facts(user) for user in found])
    else:
        print_table(
            ("login", "role", "name", "state"),
            [(user.login, user.role, user.name, _state(user)) for user in found],
            empty="This franchise has no accounts: `dispatch users create` opens one.",
        )


@app.command()
def reset(
    login: Login,
    *,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take the second factor away instead; the password stays.")
    ] = False,
    ask_password: AskPassword = False,
    as_json: AsJson = False,
) -> None:
    """Give an account a new password, or take a lost second factor away; it is signed out everywhere."""
    if second_factor:
        _take_second_factor_away(login, as_json=as_json)
        return
    password = _password(ask=ask_password)
    command_of(ResetPassword, password=SecretStr(password))

    async def work() -> StaffUser:
        async with in_franchise_of(settings(), ACCOUNTS, login.lower()) as uow:
            user = await user_by_login(uow, login)
            return await reset_password(uow, user.id, password, granter=Role.OPERATOR)

    _show_password(asyncio.run(work()), password, asked=ask_password, as_json=as_json)


@app.command()
def link(
    login: Login,
    *,
    address: Annotated[
        str | None, typer.Option(help="What people type into a browser; by default DISPATCH_HTTP__PUBLIC_URL.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a link, good for a day and once, by which somebody sets his password himself; earlier links end."""

    async def work() -> tuple[StaffUser, str]:
        async with in_franchise_of(settings(), ACCOUNTS, login.lower()) as uow:
            user = await user_by_login(uow, login)
            return user, await hand_out_link(uow, user.id)

    user, secret = asyncio.run(work())
    page = password_page(address or settings().http.public_url, secret)
    if as_json:
        print_json(_facts(user) | {"link": page})
    else:
        print_facts({"login": user.login, "link": page})
        say("The link is shown this once.")


@app.command()
def disable(login: Login, *, as_json: AsJson = False) -> None:
    """Close an account at once: sessions end, its tokens stop working, its history stays."""

    async def work() -> StaffUser:
        async with in_franchise_of(settings(), ACCOUNTS, login.lower()) as uow:
            user = await user_by_login(uow, login)
            return await disable_user(uow, user.id, granter=Role.OPERATOR)

    user = asyncio.run(work())
    if as_json:
        print_json(_facts(user))
    else:
        say(f"{user.login} is closed.")


def _take_second_factor_away(login: str, *, as_json: bool) -> None:
    async def work() -> tuple[StaffUser, bool]:
        async with in_franchise_of(settings(), ACCOUNTS, login.lower()) as uow:
            user = await user_by_login(uow, login)
            return user, await take_second_factor_away(uow, user.id, granter=Role.OPERATOR)

    user, removed = asyncio.run(work())
    if as_json:
        print_json(_facts(user) | {"removed": removed})
    elif removed:
        say(f"{user.login} has no second factor any more: the password alone opens the account.")
    else:
        say(f"{user.login} had no second factor.")


def _password(*, ask: bool) -> str:
    if not ask:
        return secrets.token_urlsafe(_BYTES)
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _show_password(user: StaffUser, password: str, *, asked: bool, as_json: bool) -> None:
    shown = {} if asked else {"password": password}
    if as_json:
        print_json(_facts(user) | shown)
        return
    print_facts({"login": user.login, "role": user.role, **shown})
    if not asked:
        say("The password is shown this once.")


def _facts(user: StaffUser) -> dict[str, object]:
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "role": user.role,
        "created_at": user.created_at.isoformat(),
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
    }


def _state(user: StaffUser) -> str:
    return f"closed {user.disabled_at:%Y-%m-%d}" if user.disabled_at else "open"
