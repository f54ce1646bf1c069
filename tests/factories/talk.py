"""Texts on the path they really take: stored as the webhook stores them, drained, answered; and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.sms.inbound import InboundDrain
from dispatch.wiring import ANSWERS, words_with
from tests.factories.stage import BASE, Stage


@dataclass(frozen=True)
class Talk:
    """A franchise that people write to."""

    stage: Stage
    jobs: Database
    owner: asyncpg.Connection

    async def hears(self, phone: UUID | str, words: str) -> str:
        """Let a phone, by id or number, write to the franchise's account; return what its text came to."""
        return (await self.hear_all([(phone, words)]))[0]

    async def hear_all(self, said: Sequence[tuple[UUID | str, str]]) -> list[str]:
        """Let several phones write before any text is taken up; return what the texts came to."""
        ids = [new_id() for _ in said]
        for inbound_id, (phone, words) in zip(ids, said, strict=True):
            number = phone
            if isinstance(phone, UUID):
                number = await self.owner.fetchval("SELECT e164 FROM phones WHERE id = $1", phone)
            await self.jobs.autocommit(
                "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
                [inbound_id, self.stage.account_id, f"SM{inbound_id.hex}", number, words, b"raw"],
            )
        await InboundDrain(self.jobs, ANSWERS, words_with(BASE))()
        rows = await self.owner.fetch("SELECT inbound_id, outcome FROM dispositions WHERE inbound_id = ANY ($1)", ids)
        outcomes = {row["inbound_id"]: row["outcome"] for row in rows}
        return [outcomes[inbound_id] for inbound_id in ids]

    async def told(self, phone: UUID | str) -> list[tuple[str, str]]:
        """What was written to a phone, the oldest first: template and body."""
        rows = await self.owner.fetch(
            """SELECT m.template, m.body FROM messages m JOIN phones p ON p.id = m.phone_id
               WHERE p.e164 = $1 OR p.id::text = $1 ORDER BY m.created_at, m.id""",
            str(phone),
        )
        return [(row["template"], row["body"]) for row in rows]

    async def waits(self) -> list[tuple[str, str | None]]:
        """What waits in the inbox, the oldest first: kind and suggestion."""
        rows = await self.owner.fetch(
            """SELECT kind, suggestion FROM inbox_items WHERE franchise_id = $1 AND status = 'open'
               ORDER BY created_at, id""",
            self.stage.franchise_id,
        )
        return [(row["kind"], row["suggestion"]) for row in rows]

    async def phone_of(self, worker_id: UUID) -> UUID:
        """The phone a man is reached at."""
        found: UUID = await self.owner.fetchval("SELECT phone_id FROM worker_contacts WHERE worker_id = $1", worker_id)
        return found

    async def number_of(self, worker_id: UUID) -> str:
        """Its number."""
        found: str = await self.owner.fetchval("SELECT e164 FROM phones WHERE id = $1", await self.phone_of(worker_id))
        return found
