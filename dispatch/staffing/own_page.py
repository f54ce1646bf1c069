"""What a worker sees of his own work: what he was asked and may still answer, the seats he holds, where and when.

Only what he was or would be told in a text: never the client, nor anybody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.clients.photo import site_photo
from dispatch.kit.filestore import FileNotFound, StoredFile
from dispatch.kit.uow import Uow
from dispatch.sms.rules import QuestionKind
from dispatch.tenancy.queries import policy_in_force

_SHIFT: Final = """f.id AS shift_id, f.starts_at, f.ends_at, f.zone, f.service, f.pay_rate_minor, f.currency, f.urgent,
       ST_Y(f.location::geometry) AS lat, ST_X(f.location::geometry) AS lon, t.address, t.meeting_point,
       coalesce(encode(t.photo_sha256, 'hex'), '') AS photo, t.id AS site_id, o.note"""
_PLACES: Final = """
JOIN shifts f ON f.franchise_id = $1 AND f.id = m.shift_id AND f.status NOT IN ('closed', 'cancelled')
JOIN sites t ON t.franchise_id = $1 AND t.id = f.site_id
JOIN orders o ON o.franchise_id = $1 AND o.id = f.order_id"""

_ASKED: Final = f"""
WITH matters AS (
    SELECT q.id AS question_id, q.kind, q.opened_at, q.closes_at, i.shift_id, i.distance_m, NULL::text AS seat_kind
    FROM questions q JOIN invitations i ON i.franchise_id = $1 AND i.question_id = q.id
    WHERE q.franchise_id = $1 AND q.worker_id = $2 AND q.status = 'open' AND q.kind = 'offer'
      AND q.phone_id IN (SELECT c.phone_id FROM worker_contacts c WHERE c.franchise_id = $1 AND c.worker_id = $2)
      AND (q.closes_at IS NULL OR q.closes_at > $3) AND i.worker_id = $2
      AND i.status IN ('queued', 'sent', 'delivered')
    UNION ALL
    SELECT q.id, q.kind, q.opened_at, q.closes_at, s.shift_id, NULL, s.kind
    FROM questions q JOIN seats s ON s.franchise_id = $1 AND s.id = q.subject_id AND s.worker_id = $2 AND s.live
    WHERE q.franchise_id = $1 AND q.worker_id = $2 AND q.status = 'open'
      AND q.kind IN ('reconfirm', 'promotion', 'change') AND (q.closes_at IS NULL OR q.closes_at > $3)
      AND q.phone_id IN (SELECT c.phone_id FROM worker_contacts c WHERE c.franchise_id = $1 AND c.worker_id = $2))
SELECT m.question_id, m.kind, m.opened_at, m.closes_at, m.distance_m, m.seat_kind, {_SHIFT}
FROM matters m {_PLACES}
WHERE f.ends_at > $3
ORDER BY m.kind = 'offer', m.opened_at, m.question_id, f.starts_at, f.id
"""
_SEATS: Final = f"""
WITH matters AS (
    SELECT s.* FROM seats s WHERE s.worker_id = $2 AND s.live AND s.kind IN ('primary', 'reserve')
    UNION ALL
    SELECT s.* FROM seats s WHERE s.worker_id = $2 AND s.live AND s.kind = 'standby')
SELECT m.id AS seat_id, m.kind, m.status, m.due_at, {_SHIFT}
FROM matters m {_PLACES}
WHERE m.franchise_id = $1
ORDER BY f.starts_at, f.id
"""


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A shift as its man is told of it: its times are instants, `zone` is that of the site; pay is for one hour.

    `photo` is the digest of the photo of where they meet, empty without one.
    """

    shift_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    service: str
    pay_rate_minor: int
    currency: str
    urgent: bool
    lat: float
    lon: float
    address: str
    meeting_point: str
    photo: str
    site_id: UUID
    note: str

    @property
    def hours(self) -> Decimal:
        """The hours as planned."""
        return Decimal(int((self.ends_at - self.starts_at).total_seconds())) / 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """A question he may answer here with yes or no.

    Attributes:
        kind: an offer; on standby, whether he comes after all; whether he still comes; whether other terms suit him.
        closes_at: an answer counts as late from then on; None: until it is closed.
        distance_m: from his home to the site, where he was chosen by it.
        days: one shift, or the days of a block, which a yes takes together.
    """

    question_id: UUID
    kind: QuestionKind
    closes_at: datetime | None
    distance_m: int | None
    days: Sequence[OwnShift]


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """A seat he holds at this franchise; `due_at` is when he is to be there."""

    seat_id: UUID
    kind: str
    status: str
    due_at: datetime
    shift: OwnShift


@dataclass(frozen=True, slots=True)
class Expected:
    """What the seats ahead will pay if they go as planned, in one currency; extra hours, fines and call-outs aside."""

    amount_minor: int
    currency: str


async def asked_of(uow: Uow, worker_id: UUID) -> Sequence[Asked]:
    """Return what one of the tenant's men was asked and may still answer; what concerns a held seat comes first."""
    rows = await uow.fetch(_ASKED, uow.franchise_id, worker_id, uow.now)
    asked = []
    for question_id, days in groupby(rows, key=lambda row: row["question_id"]):
        found = list(days)
        first = found[0]
        asked.append(
            Asked(
                question_id=question_id,
                kind=QuestionKind(first["kind"]),
                closes_at=first["closes_at"],
                distance_m=first["distance_m"],
                days=[_shift_of(row) for row in found],
            )
        )
    return asked


async def own_seats(uow: Uow, worker_id: UUID) -> Sequence[OwnSeat]:
    """Return the live seats one of the tenant's men holds there, by start."""
    rows = await uow.fetch(_SEATS, uow.franchise_id, worker_id)
    return [OwnSeat(row["seat_id"], row["kind"], row["status"], row["due_at"], _shift_of(row)) for row in rows]


async def meeting_photo(uow: Uow, worker_id: UUID, shift_id: UUID, sha256: str) -> StoredFile:
    """Return the photo of where one of his shifts meets: one he is asked about, or has a seat on.

    Raises:
        FileNotFound: there is none for him.
    """
    mine = [seat.shift for seat in await own_seats(uow, worker_id)]
    mine += [day for asked in await asked_of(uow, worker_id) for day in asked.days]
    found = next((shift for shift in mine if shift.shift_id == shift_id), None)
    if found is None:
        raise FileNotFound
    return await site_photo(uow, found.site_id, sha256, small=False)


async def expected_pay(uow: Uow, seats: Sequence[OwnSeat]) -> Sequence[Expected]:
    """Return what these seats will pay as planned, by currency; standby seats pay nothing until they are called.

    A shift below the franchise's least hours is paid as those.
    """
    minimum = (await policy_in_force(uow)).policy.money.minimum_hours
    sums: dict[str, int] = {}
    for seat in seats:
        if seat.kind != "standby":
            shift = seat.shift
            pay = int(shift.pay_rate_minor * max(shift.hours, minimum))
            sums[shift.currency] = sums.get(shift.currency, 0) + pay
    return [Expected(amount, currency) for currency, amount in sorted(sums.items())]


def _shift_of(row: Mapping[str, Any]) -> OwnShift:
    facts = {name: row[name] for name in OwnShift.__dataclass_fields__}
    return OwnShift(**{**facts, "zone": ZoneInfo(row["zone"])})
