"""What a test key may change: test orders, test people, and what those need to exist. Reading is free as its role says.

What it makes is marked as test by the database, which also keeps it apart from everything real for the rest of its
life. So this file only has to keep a test key away from what is real already.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from dispatch.access.errors import TestKeyRefused
from dispatch.kit.uow import Database
from dispatch.sms.outgoing import default_account

FOR_TEST_KEYS: Final = frozenset(
    {
        "/api/v1/orders",
        "/api/v1/series",
        "/api/v1/quotes",
        "/api/v1/matching/preview",
        "/api/v1/texts/preview",
        "/api/v1/workers",
        "/api/v1/workers/search",
        "/api/v1/clients",
        "/api/v1/sites",
    }
)
"""Addresses a test key may post to although nothing on them says "test": they make something, or change nothing."""

_IS_TEST: Final[Mapping[str, str]] = MappingProxyType(
    {
        "order_id": "SELECT test FROM orders WHERE franchise_id = $1 AND id = $2",
        "series_id": "SELECT test FROM series WHERE franchise_id = $1 AND id = $2",
        "shift_id": "SELECT test FROM shifts WHERE franchise_id = $1 AND id = $2",
        "seat_id": """SELECT f.test FROM seats s JOIN shifts f ON f.franchise_id = s.franchise_id AND f.id = s.shift_id
                      WHERE s.franchise_id = $1 AND s.id = $2""",
        "worker_id": "SELECT test FROM workers WHERE franchise_id = $1 AND id = $2",
        "fine_id": """SELECT w.test FROM fines x JOIN workers w ON w.id = x.worker_id
                      WHERE x.franchise_id = $1 AND x.id = $2""",
    }
)
"""Part of a route's path -> whether what it names is a test one; no row where there is no such thing here."""


async def check_test_key(
    database: Database, franchise_id: UUID, actor: str, path: str, parts: Mapping[str, str]
) -> None:
    """Let a change asked for by a test key pass, or say why not.

    Args:
        database: of the request role.
        franchise_id: the key's tenant.
        actor: the key, as audit writes it.
        path: of the request.
        parts: the values of the route's path parameters, as they came.

    Raises:
        TestKeyRefused: it would change something real.
        SimulatorAccountMissing: the franchise has no account that texts could leave through without reaching anybody.
    """
    subject = next((name for name in _IS_TEST if name in parts), None)
    async with database.begin(franchise_id, actor, test=True) as uow:
        if subject is not None:
            wanted = _id_of(parts[subject])
            # What is not there, or no id at all, the route itself refuses in better words.
            refused = wanted is not None and await uow.fetchval(_IS_TEST[subject], franchise_id, wanted) is False
        else:
            refused = path not in FOR_TEST_KEYS
        if refused:
            raise TestKeyRefused
        await default_account(uow, test=True)


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
