"""The doors into the database: which login, which tenant, and what is in the way.

A command acts for the operator of the machine. In a franchise it acts as the request role, bound by row security like
everybody; only what is network-wide (finding a franchise by its short name, founding one) goes through the owner.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

import asyncpg
import typer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dispatch.kit.db import open_engine
from dispatch.kit.errors import NotFound, Unavailable
from dispatch.kit.uow import Database, Uow, sqlstate
from dispatch.local.errors import DatabaseUnreachable
from dispatch.settings import Login, Settings
from dispatch.wiring import CONSTRAINTS

ACTOR: Final = "system:command-line"
"""Who did it, in the audit."""

FranchiseSlug = Annotated[
    str, typer.Option("--franchise", "-f", help="Short name of the franchise.", metavar="SLUG", show_default=False)
]

_PATIENCE_S: Final = 10.0


class SchemaMissing(Unavailable):
    """The database is there and holds no tables."""


class FranchiseUnknown(NotFound):
    """No franchise of this network has that short name."""


class RowUnknown(NotFound):
    """The network has no such account, token or shift."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where a row is found by what the operator calls it, and how he may look that up."""

    table: str
    column: str
    what: str
    look_up: str


ACCOUNTS: Final = Table("staff_users", "login", "account with this login", "dispatch users list --franchise SLUG")
TOKENS: Final = Table("api_tokens", "id", "token with this id", "dispatch tokens list --franchise SLUG")
GATEWAY_ACCOUNTS: Final = Table(
    "sms_accounts", "id", "gateway account with this id", "dispatch accounts list --franchise SLUG"
)
SHIFTS: Final = Table("shifts", "id", "shift with this id", "GET /api/v1/shifts")


@asynccontextmanager
async def owner_database(chosen: Settings, *, pool: int = 2) -> AsyncIterator[Database]:
    """Open units of work on the owner's login.

    Raises:
        DatabaseUnreachable: nobody answers, or the login is refused.
        SchemaMissing: the database was never migrated.
    """
    async with _database(chosen, chosen.database.owner, pool) as database:
        yield database


@asynccontextmanager
async def app_database(chosen: Settings, *, pool: int = 2) -> AsyncIterator[Database]:
    """Open units of work on the login of the API, bound by row security.

    Raises:
        DatabaseUnreachable: nobody answers, or the login is refused.
        SchemaMissing: the database was never migrated.
    """
    async with _database(chosen, chosen.database.app, pool) as database:
        yield database


async def try_door(chosen: Settings, login: Login) -> None:
    """Enter the database once with a login and leave again: what runs for ever should say at once that it cannot.

    Raises:
        DatabaseUnreachable: nobody answers, or the login is refused.
        SchemaMissing: the database was never migrated.
    """
    async with _database(chosen, login, pool=1):
        pass


@asynccontextmanager
async def _database(chosen: Settings, login: Login, pool: int) -> AsyncIterator[Database]:
    place = chosen.database
    engine = open_engine(place.url(login), size=pool, name="dispatch command line", pool_timeout_s=_PATIENCE_S)
    async with Database(engine, constraints=CONSTRAINTS) as database:
        try:
            async with engine.connect() as connection:
                migrated = await connection.scalar(text("SELECT to_regclass('public.franchises') IS NOT NULL"))
        except (OSError, TimeoutError, DBAPIError, asyncpg.PostgresError) as error:
            raise unreachable(chosen, login, error) from error
        if not migrated:
            raise SchemaMissing(f"The database '{place.name}' holds no tables: run `dispatch migrate`.")
        yield database


def unreachable(chosen: Settings, login: Login, error: BaseException) -> DatabaseUnreachable:
    """Return the fact behind a failed connection, with what to do."""
    place = chosen.database
    reason = {
        "28P01": "its password is wrong",
        "28000": "it is not allowed in",
        "3D000": "there is no such database",
        "53300": "the server has no connection left",
        "57P03": "the server is starting or stopping",
    }.get(sqlstate(error) or "", type(error).__name__)
    return DatabaseUnreachable(
        f"'{login.user}' cannot enter the database '{place.name}' at {place.host}:{place.port} ({reason}). "
        "Run `dispatch stack up`, or check DISPATCH_DATABASE__*."
    )


async def franchise_id(chosen: Settings, slug: str) -> UUID:
    """Return the id of the franchise with this short name.

    Raises:
        FranchiseUnknown: there is none; the sentence lists those that exist.
    """
    async with owner_database(chosen) as database, database.begin(None, ACTOR) as uow:
        rows = await uow.fetch("SELECT slug, id FROM franchises ORDER BY slug")
    found: dict[str, UUID] = {row["slug"]: row["id"] for row in rows}
    if slug not in found:
        known = ", ".join(list(found)[:20]) or "none yet: run `dispatch franchises found` or `dispatch seed`"
        raise FranchiseUnknown(f"There is no franchise '{slug}'. Name one of: {known}.")
    return found[slug]


@asynccontextmanager
async def in_franchise(chosen: Settings, slug: str) -> AsyncIterator[Uow]:
    """Open one unit of work of the request role in the franchise with this short name.

    Raises:
        FranchiseUnknown: there is no such franchise.
        DatabaseUnreachable: nobody answers, or a login is refused.
        SchemaMissing: the database was never migrated.
    """
    tenant = await franchise_id(chosen, slug)
    async with app_database(chosen) as database, database.begin(tenant, ACTOR) as uow:
        yield uow


@asynccontextmanager
async def in_franchise_of(chosen: Settings, table: Table, key: str | UUID) -> AsyncIterator[Uow]:
    """Open one unit of work of the request role in the franchise that a row belongs to.

    Raises:
        RowUnknown: the network has no such row.
        DatabaseUnreachable: nobody answers, or a login is refused.
        SchemaMissing: the database was never migrated.
    """
    async with app_database(chosen) as database, database.begin(await home_of(chosen, table, key), ACTOR) as uow:
        yield uow


async def home_of(chosen: Settings, table: Table, key: str | UUID) -> UUID:
    """Return the franchise that a row belongs to, wherever in the network.

    Raises:
        RowUnknown: the network has no such row.
    """
    async with owner_database(chosen) as database, database.begin(None, ACTOR) as uow:
        found: UUID | None = await uow.fetchval(
            f"SELECT franchise_id FROM {table.table} WHERE {table.column} = $1", key
        )
    if found is None:
        raise RowUnknown(f"The network has no {table.what}: look it up with `{table.look_up}`.")
    return found
