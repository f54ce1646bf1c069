"""Bring a database to the newest revision, as its owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError

from dispatch.kit.errors import DispatchError
from dispatch.local.errors import DatabaseTooNew, DatabaseUnreachable, MigrationBlocked, MigrationsMissing
from dispatch.local.places import PROJECT_ROOT
from dispatch.settings import DatabaseSettings, Settings


def migrate(settings: Settings, progress: Callable[[str], None] | None = None, *, versions: Path | None = None) -> str:
    """Run every migration the database lacks, each in its own transaction, and return the newest revision.

    Repeatable, and safe to start twice: the second run waits for the first. Blocks; works inside an event loop too,
    because Alembic's own loop runs in a thread.

    Args:
        settings: the owner's login is used.
        progress: called with a line of text after each migration.
        versions: another folder of migrations than the product's own.

    Raises:
        DatabaseTooNew: its revision is none of ours; nothing was touched.
        DatabaseUnreachable: nobody answers, or the owner's login is refused.
        MigrationBlocked: a table was in use for longer than a migration may wait; what was applied stays applied.
        MigrationsMissing: the folder `migrations` is not beside the package.
    """
    configuration = _configuration()
    if versions is not None:
        configuration.set_main_option("version_locations", str(versions).replace("%", "%%"))
    configuration.attributes.update(settings=settings, progress=progress)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="migrate") as thread:
        try:
            thread.submit(command.upgrade, configuration, "head").result()
        except Exception as error:
            fact = _fact(_first_cause(error), settings.database)
            if fact is None:
                raise
            raise fact from error
    return ScriptDirectory.from_config(configuration).get_current_head() or ""


def newest_revision() -> str:
    """Return the revision that this code expects in the table `alembic_version`.

    Raises:
        MigrationsMissing: the folder `migrations` is not beside the package.
    """
    return ScriptDirectory.from_config(_configuration()).get_current_head() or ""


def _configuration() -> Config:
    file = PROJECT_ROOT / "alembic.ini"
    if not file.exists():
        raise MigrationsMissing(
            f"There are no migrations in {PROJECT_ROOT}: run this from a checkout or the container image."
        )
    return Config(file)


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _fact(cause: BaseException, database: DatabaseSettings) -> DispatchError | None:
    refused = isinstance(cause, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError)
    unanswered = isinstance(cause, OSError) and cause.filename is None
    if refused or unanswered:
        return DatabaseUnreachable(
            f"'{database.owner.user}' cannot enter the database '{database.name}' at {database.host}:{database.port} "
            f"({cause}). Run `dispatch stack up`, or check DISPATCH_DATABASE__*."
        )
    if isinstance(cause, asyncpg.LockNotAvailableError):
        return MigrationBlocked(
            "A migration waited 5 s for a table that others use and gave up: end long transactions "
            "(see pg_stat_activity) and run `dispatch migrate` again."
        )
    if isinstance(cause, ResolutionError):
        return DatabaseTooNew(
            f"The database '{database.name}' at {database.host}:{database.port} is at revision {cause.argument}, which "
            "this version of the program does not know. Run the version that migrated it, or choose another database "
            "with DISPATCH_DATABASE__NAME."
        )
    return None
