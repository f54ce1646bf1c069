"""What happened to the made-up people before: marks, and the ratings folded from them by the house rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.rating.rules import Mark, capped_until, fold, weigh
from dispatch.tenancy.policy import MarkKind, Rating
from dispatch.tenancy.queries import policy_in_force

WITH_HISTORY: Final = 0.25
"""The part of them who worked before; the others start at the prior."""

_LONGEST: Final = 6
_OLDEST: Final = timedelta(days=200)
_SCORES: Final = (3.0, 4.0, 4.0, 5.0, 5.0, 5.0)
_BLAMES: Final = {
    MarkKind.LATE_ANNOUNCED: 30,
    MarkKind.LATE: 25,
    MarkKind.CANCEL_LATE: 15,
    MarkKind.CANCEL_LAST_MINUTE: 10,
    MarkKind.NO_SHOW: 12,
    MarkKind.COMPLAINT: 5,
    MarkKind.LEFT_EARLY: 3,
}

_MARKS: Final = """
INSERT INTO marks (id, franchise_id, worker_id, seq, kind, weight, value, occurred_at, recorded_at, evidence, author,
                   policy_version)
SELECT n.id, $1, n.worker_id, n.seq, n.kind, n.weight, n.value, n.at, n.at, '{"source": "seed"}', $2, $3
FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::float8[], $9::float8[], $10::timestamptz[])
  AS n (id, worker_id, seq, kind, weight, value, at)
"""
_RATINGS: Final = """
UPDATE workers w SET rating = r.rating, rating_seq = r.seq, rating_at = $1, capped_until = r.capped_until,
    show_yes = r.came, show_no = r.missed
FROM unnest($2::uuid[], $3::numeric[], $4::bigint[], $5::timestamptz[], $6::int[], $7::int[])
  AS r (id, rating, seq, capped_until, came, missed)
WHERE w.id = r.id
"""


@dataclass(frozen=True, slots=True)
class PastMark:
    """One fact of somebody's past; `ago` before now, `score` only for the kinds that carry one."""

    kind: MarkKind
    ago: timedelta
    score: float | None = None


def draw_history(random: Random) -> list[PastMark]:
    """Draw one man's past, oldest first; empty for most. The reliable ones have few blames, the others many."""
    if random.random() >= WITH_HISTORY:
        return []
    blame = random.betavariate(1, 5)
    moments = sorted((random.random() * _OLDEST for _ in range(random.randint(1, _LONGEST))), reverse=True)
    return [_mark(ago, blame, random) for ago in moments]


def _mark(ago: timedelta, blame: float, random: Random) -> PastMark:
    if random.random() < blame:
        return PastMark(random.choices(list(_BLAMES), weights=list(_BLAMES.values()))[0], ago)
    if random.random() < 0.3:  # noqa: PLR2004 - the share of shifts that clients score
        return PastMark(MarkKind.CLIENT_SCORE, ago, random.choice(_SCORES))
    return PastMark(MarkKind.COMPLETED, ago)


async def write_histories(uow: Uow, people: Sequence[UUID], random: Random) -> int:
    """Give some of these people a past and the rating that follows from it; return the number of marks.

    Ratings are folded here, all at once, by the same rule to the same value as the database folds them one by one.

    Args:
        uow: the tenant's, of the owner's login: nobody else may write marks but through `append_mark`.
        people: workers of the tenant without marks.
        random: what decides.
    """
    in_force = await policy_in_force(uow)
    rating = in_force.policy.rating
    pasts = {worker_id: _marks(draw_history(random), rating, uow.now) for worker_id in people}
    pasts = {worker_id: marks for worker_id, marks in pasts.items() if marks}
    if not pasts:
        return 0
    rows = [
        (mark.id, worker_id, mark.seq, str(mark.kind), mark.weight, mark.value, mark.occurred_at)
        for worker_id, marks in pasts.items()
        for mark in marks
    ]
    ratings = [
        (
            worker_id,
            fold(marks, rating).value,
            len(marks),
            capped_until(marks, rating),
            sum(mark.kind is MarkKind.COMPLETED for mark in marks),
            sum(mark.kind is MarkKind.NO_SHOW for mark in marks),
        )
        for worker_id, marks in pasts.items()
    ]
    await uow.run(_MARKS, uow.franchise_id, uow.actor, in_force.versions["rating"], *_columns(rows))
    await uow.run(_RATINGS, uow.now, *_columns(ratings))
    return len(rows)


def _marks(history: Iterable[PastMark], rating: Rating, now: datetime) -> list[Mark]:
    marks = []
    for seq, past in enumerate(history, start=1):
        weight, value = weigh(rating, past.kind, past.score)
        marks.append(Mark(new_id(), seq, past.kind, weight, value, now - past.ago))
    return marks


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
