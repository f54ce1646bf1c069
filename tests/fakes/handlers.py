"""Handlers that only listen, and what became of texts."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Uow
from dispatch.sms.answers import Answer, AnswerHandler
from dispatch.sms.replies import Disposition
from dispatch.sms.service import QuestionKind, answer_question
from tests.factories.sms import Phone, TestAccount

YES_NO = (Disposition.ACCEPT, Disposition.DECLINE)


class Heard:
    """Handlers that only remember what they were given."""

    def __init__(self, outcome: str = "settled", *, answers: bool = True) -> None:
        self.answers: list[Answer] = []
        self._outcome = outcome
        self._closes = answers

    async def __call__(self, uow: Uow, answer: Answer) -> str:
        self.answers.append(answer)
        assert uow.franchise_id == answer.question.franchise_id
        if self._closes:
            await answer_question(uow, answer.question.id)
        return self._outcome

    def to(
        self, kind: QuestionKind, *dispositions: Disposition
    ) -> dict[tuple[QuestionKind, Disposition], AnswerHandler]:
        return {(kind, disposition): self for disposition in dispositions}


async def dispositions(owner: asyncpg.Connection, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    return list(
        await owner.fetch(
            """SELECT d.*, i.disposed_at, i.attempt FROM dispositions d JOIN inbound_messages i ON i.id = d.inbound_id
               WHERE d.inbound_id = ANY ($1) ORDER BY i.received_at, i.id""",
            ids,
        )
    )


async def inbox(owner: asyncpg.Connection, account: TestAccount) -> list[tuple[str, str, str | None]]:
    rows = await owner.fetch(
        "SELECT kind, text, suggestion FROM inbox_items WHERE franchise_id = $1 ORDER BY created_at, id",
        account.franchise_id,
    )
    return [(row["kind"], row["text"], row["suggestion"]) for row in rows]


async def bodies(owner: asyncpg.Connection, phone: Phone) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "SELECT template, body FROM messages WHERE phone_id = $1 ORDER BY created_at, id", phone.id
    )
    return [(row["template"], row["body"]) for row in rows]
