"""The whole job with simulated people, for who wants to see it before anybody real is texted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.errors import Conflict, NotFound
from dispatch.kit.uow import Uow
from dispatch.orders.commands import AskedShift, PlaceOrder
from dispatch.orders.place import PlacedOrder
from dispatch.staffing.order import open_order
from dispatch.tenancy.queries import policy_in_force
from dispatch.workers.queries import home_phones
from dispatch.workers.skills import Service

_LEAD_WINDOWS, _LASTS_WINDOWS = 15, 14
"""In shortest times to answer: 75 and 70 s at the pace of the demonstration, some twenty minutes at a real one."""
_SIMULATED: Final = """
SELECT coalesce(bool_and(gateway = 'simulator'), false) FROM sms_accounts WHERE franchise_id = $1 AND enabled
"""
_WHERE: Final = """
SELECT s.client_id, s.id FROM sites s
LEFT JOIN LATERAL (SELECT max(o.created_at) AS at FROM orders o WHERE o.site_id = s.id) last ON true
WHERE s.franchise_id = $1 AND s.archived_at IS NULL ORDER BY last.at DESC NULLS LAST, s.created_at, s.id LIMIT 1
"""
_TALKING: Final = """
SELECT m.worker_id, m.phone_id, max(m.created_at) AS last_at
FROM messages m JOIN sms_accounts a ON a.franchise_id = m.franchise_id AND a.id = m.account_id
WHERE m.franchise_id = $1 AND m.worker_id IS NOT NULL AND a.gateway = 'simulator'
  AND m.created_at > $2::timestamptz - interval '1 day'
GROUP BY m.worker_id, m.phone_id ORDER BY last_at DESC, m.worker_id LIMIT $3
"""
_OUR_NUMBER: Final = """
SELECT a.number
FROM messages m
JOIN sms_accounts a ON a.franchise_id = m.franchise_id AND a.id = m.account_id AND a.gateway = 'simulator'
WHERE m.franchise_id = $1 AND m.worker_id = $2 ORDER BY m.created_at DESC LIMIT 1
"""


_NEWEST: Final = """
SELECT id, status, starts_at, ends_at FROM shifts WHERE franchise_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1
"""


class PhonesAreReal(Conflict):
    """Texts of this franchise reach people, and a rehearsal would invite them."""

    def __init__(self) -> None:
        super().__init__("Texts of this office go to real phones: a rehearsal needs simulated ones only.")


class NowhereToRehearse(NotFound):
    """There is no site yet."""

    def __init__(self) -> None:
        super().__init__("There is no site to send people to yet: add a client with a site first.")


class NobodyThere(NotFound):
    """No simulated phone was texted for this person."""

    def __init__(self) -> None:
        super().__init__("Nobody was texted at this phone yet: choose one that has a conversation.")


@dataclass(frozen=True, slots=True)
class TextedPhone:
    """A simulated phone we texted within a day."""

    worker_id: UUID
    phone_id: UUID
    last_at: datetime


@dataclass(frozen=True, slots=True)
class NewestShift:
    """The shift that was ordered last, and how far it is."""

    id: UUID
    status: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SimulatedLine:
    """Between which numbers somebody and we text."""

    phone: str = field(repr=False)
    number: str


async def is_simulated(uow: Uow) -> bool:
    """Tell whether every text of the franchise goes to simulated phones, and there are any."""
    return bool(await uow.fetchval(_SIMULATED, uow.franchise_id))


async def require_simulated(uow: Uow) -> None:
    """Refuse where a text could reach a real phone.

    Raises:
        PhonesAreReal: so it is.
    """
    if not await is_simulated(uow):
        raise PhonesAreReal


async def rehearsal_start(uow: Uow) -> datetime:
    """Return the earliest start that leaves people time to answer at the franchise's own pace.

    Raises:
        PhonesAreReal: somebody real would be invited.
    """
    await require_simulated(uow)
    return uow.now + (await policy_in_force(uow)).policy.pace.min_window * _LEAD_WINDOWS


async def rehearse(uow: Uow, headcount: int, starts_at: datetime, *, reason: str) -> PlacedOrder:
    """Order people for a short shift at the site last worked at, at whatever hour it is.

    Args:
        uow: the franchise's.
        headcount: how many people.
        starts_at: as `rehearsal_start` gave it and the simulated carrier was told.
        reason: why it is urgent, in words for those who see the order.

    Raises:
        PhonesAreReal: somebody real would be invited.
        NowhereToRehearse: there is no site.
    """
    await require_simulated(uow)
    where = await uow.fetchrow(_WHERE, uow.franchise_id)
    if where is None:
        raise NowhereToRehearse
    lasts = (await policy_in_force(uow)).policy.pace.min_window * _LASTS_WINDOWS
    command = PlaceOrder(
        client_id=where["client_id"],
        site_id=where["id"],
        service=Service.LOADING,
        headcount=headcount,
        shifts=(AskedShift(starts_at=starts_at, ends_at=starts_at + lasts),),
        urgent=True,
        urgent_reason=reason,
    )
    return await open_order(uow, command, where["id"])


async def newest_shift(uow: Uow) -> NewestShift | None:
    """Return the shift that was ordered last; None before the first."""
    row = await uow.fetchrow(_NEWEST, uow.franchise_id)
    return None if row is None else NewestShift(**dict(row))


async def texted_phones(uow: Uow, limit: int) -> Sequence[TextedPhone]:
    """Return the simulated phones we texted within a day, the latest first."""
    rows = await uow.fetch(_TALKING, uow.franchise_id, uow.now, limit)
    return [TextedPhone(**dict(row)) for row in rows]


async def line_of(uow: Uow, worker_id: UUID) -> SimulatedLine:
    """Return the numbers between which somebody and we text.

    Raises:
        NobodyThere: we never texted him at a simulated phone.
    """
    number: str | None = await uow.fetchval(_OUR_NUMBER, uow.franchise_id, worker_id)
    phone = (await home_phones(uow, [worker_id])).get(worker_id)
    if number is None or phone is None:
        raise NobodyThere
    return SimulatedLine(phone, number)
