"""Whether this database may send: a copy that was restored stays silent until a person releases it.

A dump brought into another cluster meets another system identifier and is held back by itself; a copy of the files
keeps the identifier, so the release must be withdrawn by hand before the first worker starts.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class Release:
    """What stands: `moved` says that the release was given to another cluster, and so counts for nothing here."""

    may_send: bool
    released_at: datetime | None
    moved: bool


async def release_in_force(uow: Uow) -> Release:
    """Read whether this database may send, and why not."""
    row = await uow.fetchrow(
        """SELECT sending_released() AS may_send, d.released_at, d.system_identifier <> c.system_identifier AS moved
           FROM deployment d, pg_control_system() c"""
    )
    assert row is not None, "the table holds one row"
    return Release(**dict(row))


async def release_sending(uow: Uow) -> None:
    """Let this very cluster send from now on; only the owner's login may."""
    await uow.run(
        "UPDATE deployment SET system_identifier = (SELECT system_identifier FROM pg_control_system()), "
        "released_at = clock.instant()"
    )


async def hold_sending(uow: Uow) -> None:
    """Hold every text back at once, for all workers, and lose none; only the owner's login may."""
    await uow.run("UPDATE deployment SET released_at = NULL")
