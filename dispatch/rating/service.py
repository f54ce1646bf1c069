"""Marks and what follows from them: the rating at once, strikes and standing, a proposed fine; and their reversal."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.rating.fines import ProposedFine, propose, void_fines_of_mark
from dispatch.rating.rules import Strike, ends_cooperation, standing, weigh
from dispatch.sms.service import QuestionKind, close_questions
from dispatch.tenancy.policy import Discipline, MarkKind, Rating, StandingStatus
from dispatch.tenancy.queries import PolicyInForce, policy_in_force
from dispatch.tenancy.service import set_standing

__all__ = ["Fact", "ProposedFine", "Recorded", "record_breach", "record_mark", "reverse_seat_marks"]

_BY_MARK: Final = "ends cooperation:"
_BY_STRIKES: Final = "strikes:"
"""How the reason of a standing begins that no person decided."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to or by a worker, with its evidence (ids, figures; no words of people).

    Attributes:
        occurred_at: when, an instant; the rating ages by these moments.
        score: 1 to 5, only for the kinds that carry one.
    """

    worker_id: UUID
    kind: MarkKind
    occurred_at: datetime
    shift_id: UUID | None = None
    seat_id: UUID | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A mark as written. Ratings are the effective ones, before and after, the cap included."""

    mark_id: UUID
    rating_before: Decimal
    rating_after: Decimal
    capped_until: datetime | None
    fine: ProposedFine | None = None


async def record_mark(uow: Uow, fact: Fact) -> Recorded:
    """Append one mark; the worker's rating and cap follow in the same statement.

    The weight and value are those of the network's policy in force now and stay with the mark for good.

    Raises:
        MarkStands: the seat has a mark of this kind.
    """
    return await _append(uow, fact, await policy_in_force(uow), reverses_id=None)


async def record_breach(uow: Uow, fact: Fact, *, pay_rate_minor: int) -> Recorded:
    """Append a mark and draw what the policy draws from it: strikes, standing, a proposed fine within the caps.

    Nothing is owed yet: a fine is a proposal with a legal basis and a window for an appeal.

    Args:
        uow: the tenant's unit of work.
        fact: what happened.
        pay_rate_minor: pay for an hour of that shift, for fines stated in hours.

    Raises:
        MarkStands: the seat has a mark of this kind.
    """
    policy = await policy_in_force(uow)
    recorded = await _append(uow, fact, policy, reverses_id=None)
    await _strike(uow, fact, recorded.mark_id, policy)
    fine = await propose(
        uow,
        policy,
        mark_id=recorded.mark_id,
        worker_id=fact.worker_id,
        shift_id=fact.shift_id,
        seat_id=fact.seat_id,
        kind=fact.kind,
        occurred_at=fact.occurred_at,
        pay_rate_minor=pay_rate_minor,
    )
    return Recorded(recorded.mark_id, recorded.rating_before, recorded.rating_after, recorded.capped_until, fine)


async def reverse_seat_marks(uow: Uow, seat_id: UUID, kinds: Collection[MarkKind], *, reason: str) -> Recorded | None:
    """Reverse the marks of these kinds on a seat, exactly and once: rating, cap, strikes and fines go with them.

    What asked him whether he contests them is closed.

    Returns:
        The last reversing mark, or None when there was nothing to reverse.
    """
    rows = await uow.fetch(
        """SELECT m.id, m.worker_id, m.shift_id, m.kind FROM marks m
           WHERE m.franchise_id = $1 AND m.seat_id = $2 AND m.kind = ANY ($3) AND m.reverses_id IS NULL
             AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id) ORDER BY m.seq""",
        uow.franchise_id,
        seat_id,
        [str(kind) for kind in kinds],
    )
    policy = await policy_in_force(uow)
    last: Recorded | None = None
    contestable = [seat_id]
    for row in rows:
        undo = Fact(
            worker_id=row["worker_id"],
            kind=MarkKind.REVERSAL,
            occurred_at=uow.now,
            shift_id=row["shift_id"],
            seat_id=seat_id,
            evidence={"reason": reason, "reverses_kind": row["kind"]},
        )
        last = await _append(uow, undo, policy, reverses_id=row["id"])
        struck = await uow.run(
            "UPDATE strikes SET status = 'reversed' WHERE franchise_id = $1 AND mark_id = $2 AND status = 'standing'",
            uow.franchise_id,
            row["id"],
        )
        contestable += await void_fines_of_mark(uow, row["id"], reason=reason)
        if struck or ends_cooperation(policy.policy.discipline, MarkKind(row["kind"])):
            await _restore_standing(uow, row["worker_id"], policy)
    if rows:
        await close_questions(uow, subject_ids=contestable, kinds=[QuestionKind.FINE])
    return last


async def _append(uow: Uow, fact: Fact, policy: PolicyInForce, *, reverses_id: UUID | None) -> Recorded:
    rating: Rating = policy.policy.rating
    weight, value = weigh(rating, fact.kind, fact.score)
    mark_id = new_id()
    row = await uow.fetchrow(
        """SELECT * FROM append_mark($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                                     $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)""",
        mark_id,
        uow.franchise_id,
        fact.worker_id,
        str(fact.kind),
        float(weight),
        float(value),
        fact.occurred_at,
        fact.shift_id,
        fact.seat_id,
        json.dumps(dict(fact.evidence), default=str),
        uow.actor,
        policy.versions.get("rating", 0),
        reverses_id,
        float(rating.prior),
        float(rating.prior_weight),
        rating.half_life.total_seconds(),
        rating.window,
        rating.cap_for.total_seconds(),
        rating.cap_completed,
        [str(kind) for kind, rule in rating.marks.items() if rule.caps],
    )
    assert row is not None, "the function returns one row or raises"
    return Recorded(mark_id, row["rating_before"], row["rating_after"], row["capped_until"])


async def _strike(uow: Uow, fact: Fact, mark_id: UUID, policy: PolicyInForce) -> None:
    """Count strikes of a breach, and let the ladder or the ending of cooperation change the standing."""
    discipline = policy.policy.discipline
    if ends_cooperation(discipline, fact.kind):
        await set_standing(uow, fact.worker_id, StandingStatus.EXCLUDED, reason=f"{_BY_MARK} {fact.kind}")
    count = discipline.strikes.get(fact.kind, 0)
    if count:
        await uow.run(
            """INSERT INTO strikes (id, franchise_id, worker_id, mark_id, count, at) VALUES ($1, $2, $3, $4, $5, $6)""",
            new_id(),
            uow.franchise_id,
            fact.worker_id,
            mark_id,
            count,
            fact.occurred_at,
        )
        verdict = standing(discipline, await _strikes(uow, fact.worker_id), uow.now)
        if verdict.status is not StandingStatus.OK:
            await set_standing(
                uow, fact.worker_id, verdict.status, until=verdict.until, reason=f"{_BY_STRIKES} {fact.kind}"
            )


async def _strikes(uow: Uow, worker_id: UUID) -> list[Strike]:
    rows: list[Mapping[str, Any]] = await uow.fetch(
        "SELECT count, at FROM strikes WHERE franchise_id = $1 AND worker_id = $2 AND status = 'standing' ORDER BY at",
        uow.franchise_id,
        worker_id,
    )
    return [Strike(row["count"], row["at"]) for row in rows]


async def _restore_standing(uow: Uow, worker_id: UUID, policy: PolicyInForce) -> None:
    """After a reversal, let the marks and strikes that are left decide again where they had decided before.

    What a person decided stands. An exclusion stays while another mark that ends cooperation stands behind it.
    """
    stored = await uow.fetchrow(
        """SELECT status, suspended_until, reason, changed_at FROM standings
           WHERE franchise_id = $1 AND worker_id = $2""",
        uow.franchise_id,
        worker_id,
    )
    if (
        stored is None
        or stored["status"] == StandingStatus.OK
        or not stored["reason"].startswith((_BY_STRIKES, _BY_MARK))
    ):
        return
    discipline = policy.policy.discipline
    if await _ended_since(uow, worker_id, discipline, stored["changed_at"]):
        return
    left = standing(discipline, await _strikes(uow, worker_id), uow.now)
    if (left.status, left.until) == (stored["status"], stored["suspended_until"]):
        return
    await set_standing(uow, worker_id, StandingStatus.OK, reason="reversed")
    if left.status is not StandingStatus.OK:
        await set_standing(uow, worker_id, left.status, until=left.until, reason=f"{_BY_STRIKES} what is left of them")


async def _ended_since(uow: Uow, worker_id: UUID, discipline: Discipline, since: datetime) -> bool:
    """Tell whether a mark that ends cooperation, written from that moment on, still stands."""
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM marks m
                              WHERE m.franchise_id = $1 AND m.worker_id = $2 AND m.kind = ANY ($3)
                                AND m.recorded_at >= $4 AND m.reverses_id IS NULL
                                AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id))""",
            uow.franchise_id,
            worker_id,
            [str(kind) for kind in MarkKind if ends_cooperation(discipline, kind)],
            since,
        )
    )
