"""Roles and databases of a local cluster, made from the same scripts that a deployment uses."""

import re
from dataclasses import dataclass

from dispatch.kit.errors import Invalid
from dispatch.local.places import PROJECT_ROOT
from dispatch.local.postgres import PostgresServer

ROLES_SCRIPT = PROJECT_ROOT / "deploy" / "roles.sql"
DATABASE_SCRIPT = PROJECT_ROOT / "deploy" / "database.sql"
OWNER = "dispatch_owner"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class DatabaseNameRefused(Invalid):
    """A database name that is not lower-case letters, digits and underscores, at most 63 of them."""


@dataclass(frozen=True, slots=True, repr=False)
class RolePasswords:
    """The passwords of the roles that may log in."""

    owner: str
    app: str
    worker: str
    backup: str


def create_roles(server: PostgresServer, passwords: RolePasswords) -> None:
    """Make the roles of `deploy/roles.sql`, or set their rights and passwords again.

    Raises:
        CommandFailed: the script failed.
    """
    server.sql(
        ROLES_SCRIPT.read_text(encoding="utf-8"),
        environment={
            "DISPATCH_OWNER_PASSWORD": passwords.owner,
            "DISPATCH_APP_PASSWORD": passwords.app,
            "DISPATCH_WORKER_PASSWORD": passwords.worker,
            "DISPATCH_BACKUP_PASSWORD": passwords.backup,
        },
    )


def database_exists(server: PostgresServer, name: str) -> bool:
    """Tell whether the cluster has a database of this name."""
    return server.sql(f"SELECT 1 FROM pg_database WHERE datname = '{_checked(name)}'").strip() == "1"


def create_database(server: PostgresServer, name: str, template: str | None = None) -> None:
    """Make a database that `dispatch_owner` owns; about half a second, or a tenth of it from a template.

    Args:
        server: a cluster that has the roles.
        name: lower-case letters, digits and underscores.
        template: a database nobody is connected to, copied with all its tables and rows, for instance one that was
            migrated once for a whole test run. Without it the database is empty but for its extensions.

    Raises:
        DatabaseNameRefused: the name is malformed.
        CommandFailed: it exists already, or somebody is connected to the template.
    """
    source = _checked(template) if template else "template0"
    server.sql(f"CREATE DATABASE {_checked(name)} OWNER {OWNER} TEMPLATE {source};\n\\connect {name}\n{_preparation()}")


def prepare_database(server: PostgresServer, name: str) -> None:
    """Give a database the owner, rights and extensions of `deploy/database.sql`; a copy comes without rights."""
    server.sql(_preparation(), database=_checked(name))


def drop_database(server: PostgresServer, name: str) -> None:
    """Drop a database if it exists, ending the sessions connected to it."""
    server.sql(f"SET client_min_messages = warning; DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE)")


def _preparation() -> str:
    return DATABASE_SCRIPT.read_text(encoding="utf-8")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DatabaseNameRefused("Name the database with lower-case letters, digits and underscores.", name=name)
    return name
