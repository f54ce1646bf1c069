"""Fines as proposals with due process: a legal basis, caps, a window, an appeal by one word."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.ids import new_id
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow
from dispatch.rating.errors import AppealTooLate, FineNotFound
from dispatch.rating.moves import FINE_MOVES, FineStatus
from dispatch.rating.rules import propose_fine
from dispatch.tenancy.policy import Engagement, LegalBasis, MarkKind
from dispatch.tenancy.queries import PolicyInForce

_BASIS = {
    LegalBasis.CONTRACT_PENALTY: "Contract penalty (неустойка), Civil Code of the Russian Federation, art. 330-331: "
    "agreed in writing in the worker's contract, settled only from the pay of the franchise that imposed it.",
}


@dataclass(frozen=True, slots=True)
class ProposedFine:
    """A fine that is proposed and may be appealed until the moment given."""

    id: UUID
    amount_minor: int
    currency: str
    appeal_until: datetime


async def propose(
    uow: Uow,
    policy: PolicyInForce,
    *,
    mark_id: UUID,
    worker_id: UUID,
    shift_id: UUID | None,
    seat_id: UUID | None,
    kind: MarkKind,
    occurred_at: datetime,
    pay_rate_minor: int,
) -> ProposedFine | None:
    """Propose the fine the policy has for such a breach, or None: no rule, no legal basis, or the caps are reached.

    The caps count per shift, day and month of the worker's own clock; the database refuses what would exceed them.
    """
    if shift_id is None or seat_id is None:
        return None
    worker = await uow.fetchrow("SELECT engagement, zone FROM workers WHERE id = $1", worker_id)
    assert worker is not None, "a mark was written for him"
    on_day = occurred_at.astimezone(ZoneInfo(worker["zone"])).date()
    discipline = policy.policy.discipline
    shift_total, day_total, month_total = await _fined(uow, worker_id, shift_id, on_day)
    proposal = propose_fine(
        discipline,
        kind,
        Engagement(worker["engagement"]),
        pay_rate_minor=pay_rate_minor,
        fined_shift_minor=shift_total,
        fined_day_minor=day_total,
        fined_month_minor=month_total,
    )
    if proposal is None:
        return None
    fine = ProposedFine(
        new_id(), proposal.amount_minor, str(policy.policy.money.currency), uow.now + discipline.appeal_window
    )
    await uow.run(
        """INSERT INTO fines (id, franchise_id, worker_id, shift_id, seat_id, mark_id, kind, amount_minor, currency,
               legal_basis, policy_version, on_day, cap_shift_minor, cap_day_minor, cap_month_minor, proposed_at,
               appeal_until)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        fine.id,
        uow.franchise_id,
        worker_id,
        shift_id,
        seat_id,
        mark_id,
        str(kind),
        fine.amount_minor,
        fine.currency,
        _BASIS[proposal.legal_basis],
        policy.versions.get("discipline", 0),
        on_day,
        discipline.caps.shift_minor,
        discipline.caps.day_minor,
        discipline.caps.month_minor,
        uow.now,
        fine.appeal_until,
    )
    return fine


async def _fined(uow: Uow, worker_id: UUID, shift_id: UUID, on_day: date) -> tuple[int, int, int]:
    rows = await uow.fetch(
        """SELECT scope, total_minor FROM fine_totals WHERE franchise_id = $1 AND worker_id = $2
           AND (scope, key) IN (('shift', $3), ('day', $4), ('month', $5))""",
        uow.franchise_id,
        worker_id,
        str(shift_id),
        on_day.isoformat(),
        f"{on_day:%Y-%m}",
    )
    totals = {row["scope"]: row["total_minor"] for row in rows}
    return totals.get("shift", 0), totals.get("day", 0), totals.get("month", 0)


async def void_fines_of_mark(uow: Uow, mark_id: UUID, *, reason: str) -> list[UUID]:
    """Take back the fine a reversed mark had brought and return its id; its amount leaves the caps again."""
    rows = await uow.fetch(
        """UPDATE fines SET status = 'voided', reason = $3, decided_at = $4, decided_by = $5
           WHERE franchise_id = $1 AND mark_id = $2 AND status = ANY ($6) RETURNING id""",
        uow.franchise_id,
        mark_id,
        reason,
        uow.now,
        uow.actor,
        [str(status) for status in FINE_MOVES.sources(FineStatus.VOIDED)],
    )
    return [row["id"] for row in rows]


async def appeal_fine(uow: Uow, fine_id: UUID, *, said_at: datetime) -> bool:
    """Move a fine to `appealed`; False when it was contested, or taken back, before.

    Raises:
        FineNotFound: there is none.
        AppealTooLate: the window is over, or it is settled.
    """
    row = await uow.fetchrow(
        "SELECT status, appeal_until FROM fines WHERE franchise_id = $1 AND id = $2 FOR NO KEY UPDATE",
        uow.franchise_id,
        fine_id,
    )
    if row is None:
        raise FineNotFound("There is no such fine in this franchise.")
    status = FineStatus(row["status"])
    if status in (FineStatus.SETTLED, FineStatus.WORKED_OFF, FineStatus.UPHELD) or said_at > row["appeal_until"]:
        raise AppealTooLate("This fine can no longer be appealed; ask the franchise's owner.", fine_id=fine_id)
    if FINE_MOVES.check(status, FineStatus.APPEALED) is MoveResult.NOOP:
        return False
    await uow.run("UPDATE fines SET status = 'appealed', appealed_at = $2 WHERE id = $1", fine_id, said_at)
    return True
