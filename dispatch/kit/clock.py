"""Domain time comes from the database: `uow.now` for the transaction, `instant()` for a deadline after a lock wait."""

from datetime import datetime
from typing import cast

from dispatch.kit.uow import Uow


async def instant(uow: Uow) -> datetime:
    """The domain time at this very moment, which may be later than `uow.now` after waiting for a lock."""
    return cast("datetime", await uow.fetchval("SELECT clock.instant()"))
