"""Offers to a man while earlier ones wait: asked one by one, and the texts that carry them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import SendingMode
from dispatch.sms.claim import ClaimedText, claim_texts
from dispatch.sms.gateways.base import Sent
from dispatch.sms.results import Result, write_results
from dispatch.sms.service import Question
from dispatch.staffing.by_hand import InviteByHand, invite_by_hand
from tests.factories.desk import another_day, questions
from tests.factories.stage import Stage, place


async def ask(database: Database, stage: Stage, order: PlacedOrder, worker: UUID, *, urgent: bool = False) -> Question:
    """Ask one man by hand, and return the question."""
    shift_id = order.shifts[0].id
    wanted = InviteByHand.model_validate({"worker_id": worker, "reason": "test", "urgent": urgent})
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await invite_by_hand(uow, shift_id, wanted)
    (found,) = [q for q in await questions(database, stage, "offer", shift_id) if q.worker_id == worker]
    return found


async def offered(
    database: Database, stage: Stage, worker: UUID, count: int = 2, *, headcount: int = 1
) -> tuple[list[PlacedOrder], list[Question]]:
    """Several orders on days of their own, and the man asked for each in turn; nothing leaves meanwhile."""
    orders = [await place(database, stage, headcount, another_day()) for _ in range(count)]
    return orders, [await ask(database, stage, order, worker) for order in orders]


async def texts_to(owner: asyncpg.Connection, worker: UUID) -> Sequence[asyncpg.Record]:
    """Every offer written to a man, the oldest first."""
    return await owner.fetch(
        "SELECT * FROM messages WHERE worker_id = $1 AND template LIKE 'offer%' ORDER BY id", worker
    )


async def due(database: Database, account_id: UUID, limit: int = 50) -> Sequence[ClaimedText]:
    """What a sender takes in hand now."""
    claim = await claim_texts(database, account_id, limit, mode=SendingMode.LIVE, allow_list=(), lease_s=60)
    return claim.texts


async def settle_texts(database: Database, texts: Sequence[ClaimedText], result: Result | None = None) -> None:
    """Write down what the gateway said to texts in hand; by default that it took them."""
    async with database.begin(None, "system:sms") as uow:
        await write_results(uow, [(text, result or Sent(f"SM{new_id().hex}")) for text in texts])


async def budget(owner: asyncpg.Connection, worker: UUID) -> tuple[int, int]:
    """The units a man's unanswered offers took, and the texts of the day."""
    row = await owner.fetchrow(
        "SELECT coalesce(sum(unanswered), 0), coalesce(sum(texts), 0) FROM contact_days WHERE worker_id = $1", worker
    )
    return int(row[0]), int(row[1])


async def invitations_to(owner: asyncpg.Connection, worker: UUID, orders: Sequence[PlacedOrder]) -> list[str]:
    """How a man's invitations stand, order by order."""
    rows = await owner.fetch("SELECT shift_id, status FROM invitations WHERE worker_id = $1", worker)
    status = {row["shift_id"]: row["status"] for row in rows}
    return [status[order.shifts[0].id] for order in orders]
