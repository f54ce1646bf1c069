"""`dispatch tokens`: keys for programs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import typer

from dispatch.access.commands import CreateToken
from dispatch.access.models import ApiToken
from dispatch.access.queries import tokens as tokens_of
from dispatch.access.queries import user_by_login
from dispatch.access.roles import Role
from dispatch.access.service import create_token, revoke_token
from dispatch.commandline.doors import ACCOUNTS, TOKENS, FranchiseSlug, in_franchise, in_franchise_of
from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import command_of
from dispatch.commandline.settings import settings
from dispatch.kit.pages import Cursor

_PAGE: Final = 200

app = typer.Typer(no_args_is_help=True, help="Keys for programs that use the API: make, list, revoke.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.", metavar="NAME", show_default=False)],
    by: Annotated[str, typer.Option(help="Login of who answers for it; the key is of his franchise.", metavar="LOGIN")],
    role: Annotated[Role, typer.Option(help="What the program may do.")] = Role.DISPATCHER,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="Ends after so many days; by default never.")
    ] = None,
    *,
    test: Annotated[bool, typer.Option("--test", help="What it causes never reaches a real phone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; nobody can read it again. It dies with the account that answers for it."""
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    command = command_of(CreateToken, name=name, role=role, test=test, expires_at=expires_at)

    async def work() -> tuple[ApiToken, str]:
        async with in_franchise_of(settings(), ACCOUNTS, by.lower()) as uow:
            maker = await user_by_login(uow, by)
            return await create_token(uow, command, created_by=maker.id, granter=Role.OPERATOR)

    token, secret = asyncio.run(work())
    if as_json:
        print_json(_facts(token) | {"token": secret})
    else:
        print_facts({"id": token.id, "role": token.role, "token": secret})
        say("The token is shown this once.")


@app.command("list")
def list_(franchise: FranchiseSlug, *, as_json: AsJson = False) -> None:
    """List the keys of a franchise, newest first, dead ones included."""

    async def work() -> list[ApiToken]:
        found: list[ApiToken] = []
        async with in_franchise(settings(), franchise) as uow:
            while page := await tokens_of(uow, before=_last(found), limit=_PAGE):
                found += page
        return found

    found = asyncio.run(work())
    if as_json:
        print_json([_facts(token) for token in found])
    else:
        print_table(
            ("id", "name", "role", "made", "state"),
            [(token.id, token.name, token.role, f"{token.created_at:%Y-%m-%d}", _state(token)) for token in found],
            empty="This franchise has no tokens: `dispatch tokens create` makes one.",
        )


@app.command()
def revoke(
    token_id: Annotated[UUID, typer.Argument(help="As `dispatch tokens list` shows it.", metavar="ID")],
    *,
    as_json: AsJson = False,
) -> None:
    """End a key at once. Repeating changes nothing."""

    async def work() -> ApiToken:
        async with in_franchise_of(settings(), TOKENS, token_id) as uow:
            return await revoke_token(uow, token_id)

    token = asyncio.run(work())
    if as_json:
        print_json(_facts(token))
    else:
        say(f"The token '{token.name}' is dead.")


def _last(found: list[ApiToken]) -> Cursor[datetime] | None:
    return Cursor(found[-1].created_at, found[-1].id) if found else None


def _facts(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "test": token.test,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }


def _state(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    if token.expires_at is not None:
        return f"until {token.expires_at:%Y-%m-%d %H:%M} UTC"
    return "test" if token.test else "live"
