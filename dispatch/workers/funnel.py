"""The recruiter's funnel: who may come to work here, how far one has come with him, what is to be done next and when.

The stages order a recruiter's day and decide nothing: whoever comes to `ready` is made active as anybody is, which
needs the interview and the consent to be attested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from dispatch.kit.phones import mask_phone
from dispatch.kit.states import MoveResult
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.workers.change import activate_worker
from dispatch.workers.commands import Command
from dispatch.workers.errors import NotInFunnel
from dispatch.workers.queries import home_phones, require_home
from dispatch.workers.rules import RECRUIT_MOVES, Stage

_ENDED_SHOWN: Final = timedelta(days=30)
_LINE: Final = """
SELECT r.worker_id, r.status, r.next_on, r.next_what, r.moved_at, c.first_name, c.last_name,
       encode(c.photo_sha256, 'hex') AS photo_sha256, w.vetted_at IS NOT NULL AS vetted,
       w.consent_at IS NOT NULL AS consented,
       (SELECT count(*) FROM interviews i
        WHERE i.franchise_id = r.franchise_id AND i.worker_id = r.worker_id) AS interviews
"""
_FROM: Final = """
FROM recruits r JOIN workers w ON w.id = r.worker_id
JOIN worker_contacts c ON c.worker_id = r.worker_id AND c.franchise_id = r.franchise_id
"""
# Who was made active, or parted with, on his own page is no longer to be won; who came to an end is shown a while.
_SHOWN: Final = """
r.franchise_id = $1 AND CASE WHEN r.status IN ('ready', 'refused') THEN r.moved_at > $2 ELSE w.status = 'applicant' END
"""


class FunnelSort(StrEnum):
    """What one stage of the funnel can be sorted by."""

    NEXT = "next"
    NAME = "name"
    MOVED = "moved"


_SORTED: Final[Mapping[FunnelSort, Sequence[str]]] = {
    FunnelSort.NEXT: ("r.next_on {way} NULLS LAST", "r.moved_at", "r.worker_id"),
    FunnelSort.NAME: ("c.last_name {way}", "c.first_name {way}", "r.worker_id"),
    FunnelSort.MOVED: ("r.moved_at {way}", "r.worker_id"),
}


class PlanNext(Command):
    """Say what is to be done next, and on which day; neither takes the plan away."""

    next_on: date | None = None
    next_what: Annotated[str, Clean(max_length=200, min_length=0)] = ""


@dataclass(frozen=True, slots=True)
class Recruit:
    """Somebody in the funnel.

    Attributes:
        id: of the worker he is or becomes.
        next_on: when something is to be done, in the franchise's days.
        moved_at: when he came to this stage.
        vetted: his interview is attested.
        consented: his consent to offers is.
        interviews: how many versions of answers there are.
    """

    id: UUID
    stage: Stage
    next_on: date | None
    next_what: str
    moved_at: datetime
    first_name: str
    last_name: str
    photo_sha256: str | None
    vetted: bool
    consented: bool
    interviews: int
    masked_phone: str


async def take_up(uow: Uow, worker_id: UUID) -> None:
    """Take somebody into the funnel, as a lead; who is in it stays where he is.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await require_home(uow, worker_id)
    await uow.run(
        "INSERT INTO recruits (worker_id, franchise_id, moved_at) VALUES ($2, $1, $3) ON CONFLICT DO NOTHING",
        uow.franchise_id,
        worker_id,
        uow.now,
    )


async def move_recruit(uow: Uow, worker_id: UUID, stage: Stage) -> Stage:
    """Move somebody to another stage and return where he was; at `ready` he is made active.

    Raises:
        NotInFunnel: he is not in it.
        IllegalMove: there is no way from where he is.
        WorkerNotVetted, WorkerHasNotConsented: he cannot be made active yet.
    """
    held = await uow.fetchval(
        "SELECT status FROM recruits WHERE franchise_id = $1 AND worker_id = $2 FOR NO KEY UPDATE",
        uow.franchise_id,
        worker_id,
    )
    if held is None:
        raise NotInFunnel
    before = Stage(held)
    if RECRUIT_MOVES.check(before, stage) is MoveResult.NOOP:
        return before
    if stage is Stage.READY:
        await activate_worker(uow, worker_id)
    await uow.run(
        "UPDATE recruits SET status = $3, moved_at = $4 WHERE franchise_id = $1 AND worker_id = $2",
        uow.franchise_id,
        worker_id,
        str(stage),
        uow.now,
    )
    return before


async def plan_next(uow: Uow, worker_id: UUID, command: PlanNext) -> None:
    """Keep what is to be done next about somebody, in place of what was.

    Raises:
        NotInFunnel: he is not in it.
    """
    kept = await uow.run(
        "UPDATE recruits SET next_on = $3, next_what = $4 WHERE franchise_id = $1 AND worker_id = $2",
        uow.franchise_id,
        worker_id,
        command.next_on,
        command.next_what,
    )
    if kept == 0:
        raise NotInFunnel


async def count_stages(uow: Uow, today: date) -> Mapping[Stage, tuple[int, int]]:
    """Return for every stage how many are at it, and for how many of them something was to be done before today."""
    rows = await uow.fetch(
        f"""SELECT r.status, count(*) AS people, count(*) FILTER (WHERE r.next_on < $3) AS late
            FROM recruits r JOIN workers w ON w.id = r.worker_id WHERE {_SHOWN} GROUP BY r.status""",
        uow.franchise_id,
        uow.now - _ENDED_SHOWN,
        today,
    )
    counted = {Stage(row["status"]): (row["people"], row["late"]) for row in rows}
    return {stage: counted.get(stage, (0, 0)) for stage in Stage}


async def list_stage(
    uow: Uow, stage: Stage, *, sort: FunnelSort = FunnelSort.NEXT, descending: bool = False, offset: int = 0, limit: int
) -> Sequence[Recruit]:
    """Return a page of those at a stage; by default what is to be done first comes first."""
    order = ", ".join(_SORTED[sort]).format(way="DESC" if descending else "ASC")
    rows = await uow.fetch(
        f"{_LINE} {_FROM} WHERE {_SHOWN} AND r.status = $3 ORDER BY {order} OFFSET $4 LIMIT $5",
        uow.franchise_id,
        uow.now - _ENDED_SHOWN,
        str(stage),
        offset,
        limit,
    )
    phones = await home_phones(uow, [row["worker_id"] for row in rows])
    return [_recruit(dict(row), phones) for row in rows]


async def recruit_of(uow: Uow, worker_id: UUID) -> Recruit | None:
    """Return somebody as far as he is in the funnel, wherever he is in it; None when he is not."""
    row = await uow.fetchrow(
        f"{_LINE} {_FROM} WHERE r.franchise_id = $1 AND r.worker_id = $2", uow.franchise_id, worker_id
    )
    return None if row is None else _recruit(dict(row), await home_phones(uow, [worker_id]))


def _recruit(row: dict[str, object], phones: Mapping[UUID, str]) -> Recruit:
    worker_id = row.pop("worker_id")
    assert isinstance(worker_id, UUID)
    stage = Stage(str(row.pop("status")))
    return Recruit(id=worker_id, stage=stage, masked_phone=mask_phone(phones.get(worker_id, "")), **row)  # type: ignore[arg-type]
